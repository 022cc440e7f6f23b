"""Calls that switch something of the whole process on, off or over, and what takes them back.

Only calls whose effect stays until it is taken back: what pytest or a runner puts back after every
test (warning filters, captured streams) is left out.

Sources: the documentation of each module, as named beside its group.
"""

from __future__ import annotations

from checks.events import Call, Value, argument_nodes
from checks.light import dataclass


@dataclass(frozen=True, slots=True)
class Switch:
    """What takes a change of the process back."""

    words: tuple[str, ...]
    """Texts of which one stands in what takes it back."""
    remedy: str
    """How it is put back, for the reader."""
    mild: bool = False
    """Whether other tests as a rule do not notice it."""


def _again(name: str, *others: str, mild: bool = False) -> Switch:
    """What is put back by the same call with the value from before."""
    last = name.rpartition(".")[2]
    return Switch((last, *others), f"Call `{name}` with the value from before", mild)


def _pair(undoing: str, *others: str, mild: bool = False) -> Switch:
    return Switch((undoing, *others), f"Call `{undoing}()`", mild)


_SIGNALS = {
    "contrib.auth": ("user_logged_in", "user_logged_out", "user_login_failed"),
    "core": ("got_request_exception", "request_finished", "request_started"),
    "db.models": ("class_prepared", "m2m_changed", "post_delete", "post_init", "post_migrate",
                  "post_save", "pre_delete", "pre_init", "pre_migrate", "pre_save"),
    "db.backends": ("connection_created",),
    "test": ("setting_changed", "template_rendered"),
}  # fmt: skip
"""Django's signals, by the package that has them: a receiver stays until it is disconnected."""

SWITCHES = {
    # https://docs.python.org/3/library/gc.html
    "gc.disable": _pair("gc.enable", "enable()"),
    "gc.freeze": _pair("gc.unfreeze"),
    "gc.set_debug": _again("gc.set_debug"),
    "gc.set_threshold": _again("gc.set_threshold"),
    # https://docs.python.org/3/library/sys.html and threading.html
    "sys.setprofile": _again("sys.setprofile"),
    "sys.setrecursionlimit": _again("sys.setrecursionlimit"),
    "sys.setswitchinterval": _again("sys.setswitchinterval"),
    "sys.settrace": _again("sys.settrace"),
    "threading.setprofile": _again("threading.setprofile"),
    "threading.settrace": _again("threading.settrace"),
    "threading.stack_size": _again("threading.stack_size"),
    "tracemalloc.start": _pair("tracemalloc.stop"),
    # https://docs.python.org/3/library/signal.html and resource.html
    "signal.alarm": Switch(("alarm",), "Call `signal.alarm(0)`", mild=True),
    "signal.setitimer": Switch(("setitimer",), "Set the timer to 0", mild=True),
    "signal.pthread_sigmask": _again("signal.pthread_sigmask"),
    "signal.set_wakeup_fd": _again("signal.set_wakeup_fd"),
    "resource.setrlimit": _again("resource.setrlimit"),
    # https://docs.python.org/3/library/logging.html
    "logging.getLogger().setLevel": Switch(
        ("setLevel", "set_level", "at_level"), "Put the level from before back", mild=True
    ),
    "logging.getLogger().addFilter": _pair("removeFilter"),
    "logging.captureWarnings": _again("logging.captureWarnings"),
    "logging.setLogRecordFactory": _again("logging.setLogRecordFactory"),
    "logging.setLoggerClass": _again("logging.setLoggerClass"),
    # https://docs.python.org/3/library/asyncio-policy.html and multiprocessing.html
    "asyncio.set_child_watcher": _again("asyncio.set_child_watcher"),
    "asyncio.set_event_loop_policy": _again("asyncio.set_event_loop_policy"),
    "multiprocessing.set_start_method": _again("multiprocessing.set_start_method"),
    # https://docs.python.org/3/library/decimal.html, codecs.html, urllib.request.html
    "codecs.register": _pair("codecs.unregister"),
    "codecs.register_error": _pair("codecs.unregister_error", mild=True),
    "decimal.setcontext": _again("decimal.setcontext", "localcontext"),
    "urllib.request.install_opener": _again("urllib.request.install_opener"),
    # https://httpretty.readthedocs.io and https://github.com/getsentry/responses
    "httpretty.enable": _pair("httpretty.disable"),
    "responses.start": _pair("responses.stop"),
    # https://docs.djangoproject.com/en/stable/ref/utils/ and urlresolvers
    "django.utils.translation.activate": _pair("deactivate", "translation.activate"),
    "django.utils.timezone.activate": _pair("deactivate", "timezone.activate"),
    "django.urls.set_script_prefix": _pair("clear_script_prefix", "set_script_prefix"),
    "django.urls.set_urlconf": _again("django.urls.set_urlconf"),
    # https://github.com/spulec/freezegun and https://time-machine.readthedocs.io
    "freezegun.freeze_time().start": _pair("stop", ".stop"),
    "time_machine.travel().start": _pair("stop", ".stop"),
    # https://docs.djangoproject.com/en/stable/topics/testing/tools/#overriding-settings
    **{
        f"django.test.{where}{name}().enable": _pair("disable", ".disable")
        for where in ("", "utils.")
        for name in ("override_settings", "modify_settings")
    },
    # https://docs.djangoproject.com/en/stable/ref/signals/
    **{
        f"django.{module}.signals.{signal}.connect": _pair("disconnect")
        for module, signals in _SIGNALS.items()
        for signal in signals
    },
    # https://www.structlog.org/en/stable/api.html
    "structlog.configure": _pair("structlog.reset_defaults", "reset_defaults", "configure"),
    # https://numpy.org/doc/stable/reference and https://pandas.pydata.org/docs/reference
    "numpy.set_printoptions": _again("numpy.set_printoptions", "printoptions", mild=True),
    "numpy.seterr": _again("numpy.seterr", "errstate"),
    "pandas.set_option": _pair("pandas.reset_option", "set_option", "reset_option"),
    # https://docs.dask.org/en/stable/configuration.html, https://docs.xarray.dev, scikit-learn
    "dask.config.set": Switch(("config.set",), "Enter it with a `with`"),
    "sklearn.set_config": _again("sklearn.set_config"),
    "xarray.set_options": Switch(("set_options",), "Enter it with a `with`"),
    # https://pytorch.org/docs/stable/torch.html
    "torch.set_default_device": _again("torch.set_default_device"),
    "torch.set_default_dtype": _again("torch.set_default_dtype"),
    "torch.set_num_threads": _again("torch.set_num_threads"),
    "torch.use_deterministic_algorithms": _again("torch.use_deterministic_algorithms"),
    "jax.config.update": _again("jax.config.update"),
    # https://matplotlib.org/stable/api
    "matplotlib.pyplot.ion": _pair("plt.ioff", "ioff"),
    "matplotlib.pyplot.switch_backend": _again("matplotlib.pyplot.switch_backend"),
    # https://www.gevent.org/api/gevent.monkey.html and https://eventlet.readthedocs.io
    "eventlet.monkey_patch": Switch(("unpatch",), "Run the test in a process of its own"),
    "gevent.monkey.patch_all": Switch(("unpatch",), "Run the test in a process of its own"),
}
"""Calls by their full name."""

_ENDING = (0, None, False)
"""Values with which a call takes back what an earlier one did: ``signal.alarm(0)``."""
_ENDED_BY_VALUE = frozenset(
    {"logging.captureWarnings", "signal.alarm", "signal.setitimer", "sys.setprofile",
     "sys.settrace", "threading.setprofile", "threading.settrace",
     "asyncio.set_event_loop_policy", "django.urls.set_urlconf"}
)  # fmt: skip
_ENTERED = frozenset({"dask.config.set", "sklearn.set_config", "xarray.set_options"})


def _is_own_logger(call: Call) -> bool:
    """Whether the logger is made for the test: its name says so, or varies."""
    made = None if call.receiver is None else call.receiver.origin
    given = () if made is None else argument_nodes(made.node)
    if made is None or not given:
        return False
    name = Value(made.module, given[0], made.context).constant
    return not isinstance(name, str) or "test" in name.lower()


def _outlives_test(call: Call) -> bool:
    """Whether a receiver of a signal is still there after the test.

    A signal holds its receivers weakly: what only the test knows goes with it, unless
    ``weak=False`` says otherwise.
    """
    weak, receiver = call.argument(None, "weak"), call.argument(0, "receiver")
    if weak is not None:
        return weak.constant is False
    if receiver is None or receiver.node.type not in ("identifier", "attribute"):
        return False
    root = receiver.text.partition(".")[0]
    scope = call.context.scope.find(root)
    return scope is not None and scope.kind == "module"


def switches(call: Call) -> bool:
    """Whether the call switches something over; not, where it takes something back."""
    name = call.name or ""
    if name not in SWITCHES or call.is_with_item or call.is_decorator:
        return False
    if name in _ENTERED and not call.result_is_ignored:
        return False
    if name.endswith(".connect") and not _outlives_test(call):
        return False
    given = call.arguments[-1] if call.arguments else None
    if name == "threading.stack_size" or name == "signal.pthread_sigmask":
        return given is not None
    if name == "logging.getLogger().setLevel":
        noted = given is not None and (given.name or "") != "logging.NOTSET"
        return noted and not _is_own_logger(call)
    if name in _ENDED_BY_VALUE and given is not None:
        # What was noted before is a name of the test, a new value as a rule is not.
        return not (given.fixed and given.constant in _ENDING)
    return not call.has_star and not call.has_double_star
