"""The check ``unsafe-yaml-load``: YAML that may build any object."""

from __future__ import annotations

from checks.events import Call, Class, Flow, Value
from checks.flow.results import Reach
from checks.languages.python import grammar
from checks.model import Aspect, Confidence, Edit, Severity, Span, Surface
from checks.registry import CODE_ROLES, calls, check, flows
from checks.report import Report
from checks.security.flowing import sink_of, tell

_WHY = "A document with a `!!python/object` tag can run code while it is read."
_UNSAFE = frozenset({"Loader", "CLoader", "UnsafeLoader", "CUnsafeLoader"})
_FULL = frozenset({"FullLoader", "CFullLoader"})
_SAFE = frozenset({"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"})
_SAFE_FUNCTION = {"load": "safe_load", "load_all": "safe_load_all", "unsafe_load": "safe_load",
                  "unsafe_load_all": "safe_load_all", "full_load": "safe_load",
                  "full_load_all": "safe_load_all"}  # fmt: skip


@check(
    id="unsafe-yaml-load",
    title="YAML is loaded with a loader that builds objects",
    aspect=Aspect.INPUT,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=CODE_ROLES,
    on=(
        flows("yaml"),
        calls("yaml.{load,load_all,unsafe_load,unsafe_load_all,full_load,full_load_all}"),
    ),
    cwe=(502,),
    security=True,
)
def unsafe_yaml_load(event: Call | Flow, report: Report) -> None:
    """YAML is read with a loader that can build any Python object.

    `SafeLoader`, `CSafeLoader`, `BaseLoader` and loaders derived from them are clean, and so are
    loaders of other modules, of which nothing is seen here.

    Why:
        A document with `!!python/object/apply:os.system` runs a command while it is read, so
        whoever writes the document runs programs with the rights of the application.
    Bad:
        import yaml

        def read_plan(path):
            with open(path) as plan:
                return yaml.load(plan, Loader=yaml.Loader)
    Bad:
        import yaml

        def read_plan(text):
            return yaml.unsafe_load(text)
    Good:
        import yaml

        def read_plan(text):
            return yaml.safe_load(text)
    Good:
        import yaml

        class PlanLoader(yaml.SafeLoader):
            pass

        def read_plan(text):
            return yaml.load(text, Loader=PlanLoader)
    Suppress:
        Where the document was written by the application itself and nobody else can write it.
    """
    if isinstance(event, Call):
        _look_at(event, report)
    elif not event.callee.startswith("yaml.") or not _is_looked_at(event):
        tell(
            event,
            report,
            how=", which builds any object",
            why=_WHY,
            fix="Use a safe loader.",
            severity=Severity.CRITICAL,
        )


def _is_looked_at(flow: Flow) -> bool:
    """Whether the call that data reaches is one that is looked at by itself, by its name."""
    call = sink_of(flow)
    return call is not None and (call.name or "").startswith("yaml.")


def _look_at(call: Call, report: Report) -> None:
    """Judge the loader of a call; data from outside makes it graver."""
    name = call.method if call.name is None else call.name.rpartition(".")[2]
    loader = call.argument(1, "Loader")
    if name in ("load", "load_all"):
        if loader is None and (call.has_double_star or call.has_star):
            return
        kind = "none" if loader is None else _kind(loader, report)
    else:
        kind = "full" if name.startswith("full") else "unsafe"
    data = call.argument(0, "stream")
    if kind in ("safe", "unknown") or (data is not None and data.fixed):
        return
    own = loader is not None and not (loader.name or "").startswith("yaml.")
    if not own and report.reach(call, "yaml") is Reach.CLEAN:
        return
    shown = name if loader is None else loader.short
    severity, surface = Severity.HIGH, Surface.INLINE
    message = f"`yaml.{name}` builds any Python object that the document asks for."
    if kind == "full":
        severity, surface = Severity.LOW, Surface.SUMMARY
        message = f"`{shown}` builds more Python objects than plain data needs."
    elif kind == "none":
        message = f"`yaml.{name}` is called without a loader."
    flow = None
    if report.role.is_test_code:
        severity, surface = Severity.LOW, Surface.SUMMARY
    elif kind != "full":
        flow = report.flow(call, "yaml")
        if flow is not None:
            severity = Severity.CRITICAL
            message = (
                f"{flow.source[:1].upper()}{flow.source[1:]} reaches {flow.sink}, "
                "which builds any object."
            )
    report(
        at=call,
        message=message,
        why=_WHY,
        fix=f"Use `yaml.{_SAFE_FUNCTION[name]}`, or a loader derived from `yaml.SafeLoader`.",
        severity=severity,
        surface=surface,
        trace=() if flow is None else flow.trace,
        edits=_edits(call, name, kind),
    )


def _kind(loader: Value, report: Report) -> str:
    """``safe``, ``full``, ``unsafe`` or ``unknown``."""
    name = loader.name or ""
    if loader.origin.callee_name == "getattr":  # getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return "safe" if "SafeLoader" in loader.origin.text else "unknown"
    if name.startswith("yaml."):
        return _of_library(name.rpartition(".")[2])
    if loader.origin.node.type in ("conditional_expression", "boolean_operator"):
        return _of_choice(loader, report)
    choices = [one.name or "" for one in loader.assignments]
    if choices and all(one.startswith("yaml.") for one in choices):
        kinds = {_of_library(one.rpartition(".")[2]) for one in choices}
        return _worst(kinds)
    if not name:
        return "safe" if "safe" in loader.text.lower() else "unknown"
    cls = report.index.find_class(name)
    return _of_class(cls, report) if cls is not None else _by_name(name)


def _of_choice(loader: Value, report: Report) -> str:
    origin = loader.origin
    children = [one for one in origin.node.named_children if one.type != "comment"]
    if origin.node.type == "conditional_expression":
        children = children[:1] + children[2:]
    kinds = {_kind(Value(origin.module, one, origin.context), report) for one in children}
    return _worst(kinds)


def _worst(kinds: set[str]) -> str:
    """Of several loaders that may be meant, the one that is known to be the least safe."""
    return next((one for one in ("unsafe", "full", "unknown") if one in kinds), "safe")


def _of_class(cls: Class, report: Report) -> str:
    bases = report.index.base_names(cls)
    kinds = {_of_library(base.rpartition(".")[2]) for base in bases}
    for kind in ("unsafe", "full"):
        if kind in kinds:
            return kind
    if "safe" in kinds:
        return "safe"
    return "safe" if any("SafeConstructor" in base for base in bases) else "unknown"


def _of_library(name: str) -> str:
    if name in _SAFE:
        return "safe"
    if name in _FULL:
        return "full"
    return "unsafe" if name in _UNSAFE else "unknown"


def _by_name(name: str) -> str:
    """A loader of another module, of which only the name is known."""
    return "safe" if "safe" in name.lower() else "unknown"


def _edits(call: Call, name: str, kind: str) -> list[Edit]:
    """``yaml.load(x, Loader=yaml.Loader)`` becomes ``yaml.safe_load(x)``."""
    function = call.target.node
    if kind not in ("none", "unsafe", "full") or function.type != "attribute":
        return []
    attribute = function.child_by_field_id(grammar.ATTRIBUTE)
    owner = call.receiver
    arguments = call.child("arguments")
    if attribute is None or arguments is None or owner is None or owner.name != "yaml":
        return []
    given = [one for one in arguments.named_children if one.type != "comment"]
    loader = call.argument(1, "Loader")
    wanted = 1 if loader is None or name not in ("load", "load_all") else 2
    first_is_data = given and given[0].type not in ("keyword_argument", "dictionary_splat",
                                                    "list_splat")  # fmt: skip
    if len(given) != wanted or not first_is_data:
        return []
    edits = [Edit(Span(*attribute.byte_range), _SAFE_FUNCTION[name])]
    if wanted == 2:
        edits.append(Edit(Span(given[0].end_byte, given[1].end_byte), ""))
    return edits
