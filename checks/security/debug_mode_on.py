"""The check ``debug-mode-on``: interactive debuggers and error pages for everybody."""

from __future__ import annotations

import tree_sitter

from checks.events import Call, Node
from checks.languages.python.context import Located
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, nodes
from checks.report import Report
from checks.security.cookies import is_development

_CONSOLES = frozenset({"flask", "quart", "werkzeug"})
"""Libraries whose debug mode offers a console that runs code."""

_MAKERS = {
    "fastapi.FastAPI": "debug",
    "starlette.applications.Starlette": "debug",
    "tornado.web.Application": "debug",
    "bottle.run": "debug",
    "bottle.debug": "mode",
    "werkzeug.serving.run_simple": "use_debugger",
    "werkzeug.run_simple": "use_debugger",
    "werkzeug.debug.DebuggedApplication": "evalex",
    "litestar.Litestar": "debug",
}
_READING = frozenset({"os.environ.get", "os.getenv", "decouple.config"})
_DJANGO = frozenset({"INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "DATABASES", "ALLOWED_HOSTS",
                     "WSGI_APPLICATION", "TEMPLATES"})  # fmt: skip


@check(
    id="debug-mode-on",
    title="Debug mode is on",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=(
        calls("*.run", "flask.Flask().run", "quart.Quart().run", "sanic.Sanic().run", *_MAKERS),
        nodes("assignment"),
    ),
    cwe=(489, 215),
    security=True,
    words=("debug",),
)
def debug_mode_on(event: Call | Node, report: Report) -> None:
    """A web application runs with its debug mode switched on by a constant.

    A switch that an environment variable or a setting decides is clean, and so are settings files
    for developers. In a block `if __name__ == "__main__":` it is less grave: servers do not run it.

    Why:
        Error pages show source, settings and variables to whoever provokes an error; the debugger
        of Werkzeug lets them run Python on the server.
    Bad:
        from flask import Flask

        app = Flask(__name__)

        def main():
            app.run(host="0.0.0.0", debug=True)
    Bad:
        # file: shop/settings.py
        DEBUG = True
        ROOT_URLCONF = "shop.urls"
    Good:
        import os
        from flask import Flask

        app = Flask(__name__)

        def main():
            app.run(debug=os.environ.get("DEBUG") == "1")
    Good:
        # file: shop/settings/local.py
        DEBUG = True
        ROOT_URLCONF = "shop.urls"
    Suppress:
        Where the file is a developer's own and never installed.
    """
    what = _by_call(event) if isinstance(event, Call) else _by_assignment(event)
    # What a settings file is called says whose it is; a program that is called so still runs.
    path = event.module.path.replace("debug", "") if isinstance(event, Call) else event.module.path
    if what is None or is_development(path):
        return
    started_by_hand = _is_main(event)
    opened = isinstance(event, Call) and _is_public(event)
    report(
        at=event,
        message=f"{what} switches the debug mode on.",
        why="Whoever provokes an error sees source and settings, and may run code.",
        fix="Read it from the environment, off by default.",
        severity=Severity.MEDIUM if started_by_hand and not opened else None,
        surface=Surface.INLINE,
    )


def _by_call(call: Call) -> str | None:
    name = call.name or ""
    keyword = _MAKERS.get(name, "debug")
    value = call.argument(0 if name == "bottle.debug" else None, keyword)
    if name == "bottle.debug" and value is None:
        return "`bottle.debug()`"
    if value is None or value.constant is not True:
        return None
    if name in _MAKERS or name.startswith(("flask.", "quart.", "sanic.", "bottle.", "dash.")):
        return f"`{keyword}={value.short}`"
    receiver = "" if call.receiver is None else call.receiver.text.rpartition(".")[2].lower()
    imported = {one.partition(".")[0] for one in call.module.imported_modules}
    if receiver.endswith(("app", "application", "server")) and (
        not name or ":" in name or "()" in name or imported & _CONSOLES
    ):
        if "asyncio" in name or name.startswith("subprocess"):
            return None
        return f"`{keyword}={value.short}`"
    return None


def _by_assignment(event: Node) -> str | None:
    left, right = event.child("left"), event.child("right")
    if right is not None and right.type == "call":
        return _by_default(event, right)
    if left is None or right is None or right.type not in ("true", "identifier"):
        return None
    if event.value(right).constant is not True or _is_conditional(event):
        return None
    text = event.module.text_of(left)[:80]
    if text == "DEBUG" and event.function is None and event.cls is None:
        bound = event.module.scope.bindings
        if len(_DJANGO & set(bound)) > 0 and len(bound["DEBUG"]) == 1:
            return "`DEBUG = True`"
        return None
    if left.type == "subscript" and text.replace("'", '"').endswith('config["DEBUG"]'):
        return f"`{text} = True`"
    if left.type == "attribute" and text.endswith(".debug"):
        owner = left.child_by_field_name("object")
        known = "" if owner is None else event.value(owner).name or ""
        if known in ("flask.Flask()", "quart.Quart()"):
            return f"`{text} = True`"
    return None


def _by_default(event: Node, right: tree_sitter.Node) -> str | None:
    """``DEBUG = os.environ.get("DEBUG", "True")`` in the settings of Django."""
    left = event.child("left")
    if left is None or event.module.text_of(left) != "DEBUG" or event.function is not None:
        return None
    if event.cls is not None or not _DJANGO & set(event.module.scope.bindings):
        return None
    made = next((one for one in event.module.within(event.node, "call") if one.node == right), None)
    if made is None:
        return None
    call = Call(event.module, made.place)
    name = call.name or ""
    if name not in _READING and not name.endswith("Env().bool"):
        return None
    default = call.argument(1, "default")
    on = default is not None and str(default.constant).lower() in ("true", "1", "on", "yes")
    return "`DEBUG`, which is on where nothing is said," if on else None


def _is_conditional(event: Node) -> bool:
    """Whether a condition other than that of the main block leads here."""
    kinds = ("if_statement", "elif_clause", "else_clause")
    return any(one.kind in kinds for one in event.context.chain()) and not _is_main(event)


def _is_main(located: Located) -> bool:
    for context in located.context.chain(across_functions=True):
        if context.kind == "if_statement":
            condition = context.node.child_by_field_name("condition")
            if condition is not None and "__main__" in located.module.text_of(condition):
                return True
    return False


def _is_public(call: Call) -> bool:
    host = call.argument(0, "host")
    return host is not None and host.constant in ("0.0.0.0", "::", "")  # noqa: S104
