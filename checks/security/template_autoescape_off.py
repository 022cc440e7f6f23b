"""The check ``template-autoescape-off``: pages whose values are written as they come."""

from __future__ import annotations

from collections.abc import Sequence

from checks.events import UNKNOWN, Call, Module, Node
from checks.flow.templates import is_open
from checks.model import Aspect, Confidence, Edit, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, nodes
from checks.report import Report
from checks.security.edits.arguments import with_keyword

_JINJA = (
    "jinja2.{Environment,Template}",
    "jinja2.environment.{Environment,Template}",
    "jinja2.nativetypes.NativeEnvironment",
    "jinja2.sandbox.{SandboxedEnvironment,ImmutableSandboxedEnvironment}",
)
_MAKO = ("mako.template.Template", "mako.lookup.TemplateLookup")
_ON_BY_DEFAULT = {
    "tornado.template.Loader": "autoescape",
    "tornado.template.DictLoader": "autoescape",
    "tornado.template.Template": "autoescape",
    "tornado.web.Application": "autoescape",
    "django.template.Engine": "autoescape",
    "django.template.engine.Engine": "autoescape",
    "aiohttp_jinja2.setup": "autoescape",
    "quart.templating.Environment": "autoescape",
    "flask.templating.Environment": "autoescape",
}
"""Makers that escape unless a keyword says ``False`` or ``None``."""
_PAGES = (".html", ".htm", ".xhtml", ".html.j2", ".html.jinja", ".html.jinja2", ".mako")
_OTHERS = (
    ".sql", ".tex", ".txt", ".md", ".rst", ".py", ".yaml", ".yml", ".json", ".conf", ".cfg",
    ".ini", ".sh", ".c", ".cpp", ".h", ".rs", ".go", ".toml", ".service", ".tf", ".adoc", ".csv",
    ".env", ".yaml.j2", ".yml.j2", ".conf.j2", ".sh.j2", ".py.j2", ".txt.j2", ".sql.j2", ".md.j2",
)  # fmt: skip
_WEB = frozenset(
    {"flask", "django", "fastapi", "starlette", "aiohttp", "tornado", "bottle", "sanic", "quart",
     "falcon", "pyramid", "cherrypy", "webob", "werkzeug", "webapp2", "litestar"}
)  # fmt: skip
_MAX_TEXT = 200


@check(
    id="template-autoescape-off",
    title="Templates that do not escape",
    aspect=Aspect.INPUT,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=(calls(*_JINJA, *_MAKO, *_ON_BY_DEFAULT, "bottle.{template,SimpleTemplate}"), nodes("pair")),
    cwe=(79, 116),
    security=True,
)
def template_autoescape_off(event: Call | Node, report: Report) -> None:
    """Templates of web pages are rendered without escaping the values in them.

    Jinja2 and Mako escape only when they are told to; Tornado, Django and Bottle unless they are
    told not to. What is rendered decides: templates of SQL, configuration or source code must not
    be escaped as HTML, and are clean.

    Why:
        A value that a user may choose becomes part of the page: a name like
        `<script src=//…>` runs in the browser of everyone who looks at it.
    Bad:
        from jinja2 import Environment, FileSystemLoader

        templates = Environment(loader=FileSystemLoader("templates"))

        def page(name):
            return templates.get_template("hello.html").render(name=name)
    Bad:
        from mako.lookup import TemplateLookup

        def page(name):
            lookup = TemplateLookup(["templates"])
            return lookup.get_template("hello.html").render(name=name)
    Good:
        from jinja2 import Environment, FileSystemLoader, select_autoescape

        loader = FileSystemLoader("templates")
        templates = Environment(loader=loader, autoescape=select_autoescape())

        def page(name):
            return templates.get_template("hello.html").render(name=name)
    Good:
        from jinja2 import Environment, PackageLoader

        queries = Environment(loader=PackageLoader("app"), autoescape=False)

        def query(table):
            return queries.get_template("rows.sql").render(table=table)
    Suppress:
        Where every value that is rendered was escaped before, or comes from the program itself.
    """
    if isinstance(event, Call):
        _by_call(event, report)
    else:
        _by_option(event, report)


def _by_call(call: Call, report: Report) -> None:
    name = call.name or ""
    if name in _ON_BY_DEFAULT or name.startswith("bottle."):
        keyword = "noescape" if name.startswith("bottle.") else _ON_BY_DEFAULT[name]
        value = call.argument(None, keyword)
        off = (True,) if keyword == "noescape" else (False, None)
        if value is not None and value.constant in off and value.constant is not UNKNOWN:
            _say(call, report, f"`{keyword}={value.short}`", certain=True)
        return
    if call.has_double_star:
        return
    if name in _MAKO:
        _mako(call, report)
        return
    value = call.argument(None, "autoescape")
    on = with_keyword(call, "autoescape", "True")
    if value is not None:
        if value.constant is False and not _is_for_other(call.module):
            _say(call, report, "`autoescape=False`", certain=_has(call.module, _PAGES), edits=on)
    elif name.endswith(".Template"):
        text = call.argument(0, "source")
        if text is not None and isinstance(text.constant, str) and _is_page(text.constant):
            what = f"`{call.target.short}` without `autoescape=True`"
            _say(call, report, what, certain=True, edits=on)
    elif _is_for_pages(call.module) and b".autoescape = " not in call.module.source.data:
        certain = _has(call.module, _PAGES)
        what = f"`{call.target.short}` without `autoescape=`"
        _say(call, report, what, certain=certain, edits=on)


def _mako(call: Call, report: Report) -> None:
    name = call.name or ""
    filters = call.argument(None, "default_filters")
    named = () if filters is None else filters.constant
    if filters is not None and not (isinstance(named, list | tuple) and not {"h"} & set(named)):
        return
    text = call.argument(0, "text")
    is_page = text is not None and isinstance(text.constant, str) and _is_page(text.constant)
    if is_page or (
        _is_for_pages(call.module) and not (text is not None and name.endswith(".Template"))
    ):
        what = f"`{call.target.short}` without `h` in `default_filters`"
        _say(call, report, what, certain=is_page or _has(call.module, _PAGES))


def _by_option(pair: Node, report: Report) -> None:
    """``"OPTIONS": {"autoescape": False}`` in Django's ``TEMPLATES``."""
    key, value = pair.child("key"), pair.child("value")
    if key is None or value is None or value.type != "false" or key.type != "string":
        return
    if pair.value(key).constant != "autoescape":
        return
    targets = (one.child("left") for one in pair.ancestors() if one.kind == "assignment")
    if any(left is not None and pair.module.text_of(left) == "TEMPLATES" for left in targets):
        _say(pair, report, '`"autoescape": False`', certain=True)


def _say(
    at: Call | Node, report: Report, what: str, *, certain: bool, edits: Sequence[Edit] = ()
) -> None:
    report(
        at=at,
        message=f"{what}: values are written into the page as they come.",
        why="A value that a user chose can hold a script, which runs in every reader's browser.",
        fix="Switch escaping on, and mark what is HTML on purpose.",
        confidence=None if certain else Confidence.LOW,
        surface=None if certain else Surface.SUMMARY,
        edits=edits,
    )


def _is_page(text: str) -> bool:
    """Whether a template's text is HTML with a place for a value in it."""
    return ("{{" in text or "${" in text) and "</" in text and ("${" in text or is_open(text))


def _is_for_pages(module: Module) -> bool:
    roots = {one.partition(".")[0] for one in module.imported_modules}
    return _has(module, _PAGES) or (bool(roots & _WEB) and not _has(module, _OTHERS))


def _is_for_other(module: Module) -> bool:
    return _has(module, _OTHERS) and not _has(module, _PAGES)


def _has(module: Module, endings: tuple[str, ...]) -> bool:
    """Whether a string of the file names a file of one of these kinds."""
    return any(text.endswith(endings) for text in _texts(module))


def _texts(module: Module) -> frozenset[str]:
    def read() -> frozenset[str]:
        pieces = (
            module.text_of(one.node).lower().strip("\"'")
            for one in module.nodes("string")
            if one.node.end_byte - one.node.start_byte <= _MAX_TEXT
        )
        return frozenset(pieces)

    return module.remember("template names", read)
