"""The check ``untrusted-input-executed-in-test``: test code that runs what it did not write."""

from __future__ import annotations

from checks.events import Call, Value
from checks.hygiene.shared.outside import from_outside
from checks.hygiene.shared.tests import is_replaced
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import TEST_ROLES, calls, check
from checks.report import Report

_SHELLS = ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput",
           "asyncio.create_subprocess_shell")  # fmt: skip
_PROCESSES = "subprocess.{run,call,Popen,check_call,check_output}"
_CODE = ("eval", "exec", "marshal.loads", "pickle.loads", "pickle.load", "cloudpickle.loads",
         "dill.loads", "yaml.unsafe_load", "yaml.full_load", "yaml.load")  # fmt: skip
_SAFE_LOADERS = ("SafeLoader", "CSafeLoader", "BaseLoader")


@check(
    id="untrusted-input-executed-in-test",
    title="Test or CI helper executes data it did not write",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    roles=TEST_ROLES,
    on=calls(*_SHELLS, _PROCESSES, *_CODE),
    cwe=(78, 94),
    security=True,
)
def untrusted_input_executed_in_test(call: Call, report: Report) -> None:
    """Test code evaluates, unpickles or gives to a shell what comes from outside the test.

    Why:
        Tests run on build machines, beside their secrets, for everyone who opens a pull request.
        Who sets the variable, the argument or the download runs code there.
    Bad:
        # file: tests/conftest.py
        import os
        import subprocess

        def build():
            subprocess.run(os.environ["BUILD_CMD"], shell=True, check=True)
    Bad:
        # file: tests/test_model.py
        import pickle
        import requests

        def test_model():
            model = pickle.loads(requests.get("https://models.example.com/a", timeout=9).content)
            assert model.ready
    Good:
        # file: tests/test_model.py
        import pickle

        def test_copy(model):
            assert pickle.loads(pickle.dumps(model)) == model
    Good:
        # file: tests/conftest.py
        import subprocess

        def build():
            subprocess.run("make all", shell=True, check=True)
    Suppress:
        Where only the owner of the machine can set the value.
    """
    data = _executed(call)
    if data is None:
        return
    source = from_outside(data)
    if not source or is_replaced(call, report.index, call.method, "environ", "argv"):
        return
    report(
        at=call,
        message=f"`{call.target.short}` executes what `{source}` holds.",
        why="It runs beside the secrets of the build, and the test did not write it.",
        fix="Take a fixed command as a list, or data in a format that holds no code, such as JSON.",
        # Whoever types a command line may as well type the command.
        surface=Surface.SUMMARY if "sys.argv" in source else None,
    )


def _executed(call: Call) -> Value | None:
    """What the call executes; ``None`` when it is harmless."""
    name = call.name or ""
    if name.startswith("subprocess.") and name not in _SHELLS:
        shell = call.argument(None, "shell")
        return call.argument(0, "args") if shell is not None and shell.constant is True else None
    if name == "yaml.load":
        loader = call.argument(1, "Loader")
        if loader is not None and loader.text.rpartition(".")[2] in _SAFE_LOADERS:
            return None
    return call.argument(0)
