"""Cookies as programs set them: by a call of a web framework, or by a setting of their session.

What the three checks on the attributes of cookies share. Reads, judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Node, Value
from checks.languages.python.values import UNKNOWN
from checks.light import dataclass
from checks.model import Edit
from checks.registry import Events, calls, nodes
from checks.secrets.naming import words_of
from checks.security.edits.arguments import with_keyword

ON: tuple[Events, ...] = (
    calls(
        "*.{set_cookie,set_secure_cookie,set_signed_cookie,setcookie,update}",
        "bottle.response.set_cookie",
        "flask.Flask().config.update",
        "aiohttp_session.cookie_storage.EncryptedCookieStorage",
        "aiohttp_session.SimpleCookieStorage",
        "*.add_middleware",
        "starlette.middleware.Middleware",
        "fastapi.middleware.Middleware",
    ),
    nodes("assignment"),
)

_SETTERS = frozenset({"set_cookie", "set_secure_cookie", "set_signed_cookie"})
_SENSITIVE = frozenset(
    {"session", "sessionid", "sessid", "sid", "auth", "token", "jwt", "login", "remember",
     "rememberme", "access", "refresh", "credential", "credentials", "user", "userid", "uid",
     "identity", "sso", "ticket", "password", "secret", "apikey", "account", "member"}
)  # fmt: skip
_CSRF = frozenset({"csrf", "xsrf", "csrftoken", "csrfmiddlewaretoken"})
_STORAGES = ("aiohttp_session.",)
_SESSION_MIDDLEWARE = ("starlette.middleware.sessions.SessionMiddleware",
                       "fastapi.middleware.sessions.SessionMiddleware")  # fmt: skip
_DEVELOPMENT = frozenset({"dev", "develop", "development", "local", "localhost", "debug", "test",
                          "testing", "tests", "example", "docker", "ci"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a cookie, as it is set here.

    ``value`` is ``None`` where it is not said at all; ``sensitive`` whether the cookie identifies
    a person; ``label`` is the cookie in the words of the code.
    """

    at: Call | Node | Value
    value: Value | None
    sensitive: bool
    named: bool
    """Whether the name of the cookie is known."""
    label: str
    is_setting: bool = False
    for_scripts: bool = False
    """Whether the cookie is meant to be read by scripts: the token against forged requests."""


def attribute(event: Call | Node, keyword: str, setting: str) -> Iterator[Attribute]:
    """What an event says about one attribute.

    Args:
        event: a call or an assignment of :data:`ON`.
        keyword: the attribute as an argument: ``secure``.
        setting: and at the end of a setting's name: ``SECURE``.
    """
    if isinstance(event, Node):
        yield from _by_assignment(event, setting)
    elif event.method in _SETTERS:
        yield from _by_call(event, keyword)
    elif event.method == "update":
        yield from _by_update(event, setting)
    else:
        yield from _by_storage(event, keyword)


def mended(one: Attribute, keyword: str, text: str) -> list[Edit]:
    """The attribute with the value that it should have: added to the call, or put in its place."""
    if isinstance(one.at, Call):
        return with_keyword(one.at, keyword, text)
    value = one.value
    plain = value is not None and value.node.type in ("true", "false", "none", "string")
    return [Edit(value.span, text)] if value is not None and plain else []


def _by_call(call: Call, keyword: str) -> Iterator[Attribute]:
    if call.has_double_star or call.has_star or _deletes(call):
        return
    name = call.argument(0, "key") or call.argument(0, "name")
    if name is None or len(call.arguments) + len(call.keywords) < 2:
        return
    text = name.constant if isinstance(name.constant, str) else ""
    words = set(words_of(text or name.text))
    value = call.argument(None, keyword)
    if value is None and keyword == "samesite":
        value = call.argument(None, "same_site")
    carried = call.argument(1, "value")
    carries = set() if carried is None else set(words_of(carried.text[:120]))
    sensitive = bool((words | carries) & _SENSITIVE) and not words & _CSRF
    yield Attribute(
        call,
        value,
        sensitive,
        bool(text),
        f"`{text or name.short}`"[:60],
        for_scripts=bool(words & _CSRF),
    )


def _by_assignment(event: Node, setting: str) -> Iterator[Attribute]:
    """``SESSION_COOKIE_SECURE = False``, as a name, an attribute or a key."""
    left, right = event.child("left"), event.child("right")
    if left is None or right is None or left.end_byte - left.start_byte > 120:
        return
    text = event.module.text_of(left)
    if "COOKIE_" not in text or is_development(event.module.path) or _is_defaults(event):
        return
    if left.type == "subscript":
        key = left.child_by_field_name("subscript")
        constant = None if key is None else event.value(key).constant
        text = constant if isinstance(constant, str) else ""
    name = text.rpartition(".")[2]
    if _is_setting(name, setting) and not _is_conditional(event):
        yield Attribute(event, event.value(right), True, True, f"`{name}`", is_setting=True)


def _by_update(call: Call, setting: str) -> Iterator[Attribute]:
    receiver = "" if call.receiver is None else call.receiver.text.lower()
    if not receiver.endswith("config") or is_development(call.module.path):
        return
    entries = dict(call.keywords)
    if call.arguments:
        entries |= {str(key): one for key, one in (call.arguments[0].mapping or {}).items()}
    for name, value in entries.items():
        if _is_setting(name, setting):
            yield Attribute(value, value, True, True, f"`{name}`", is_setting=True)


def _by_storage(call: Call, keyword: str) -> Iterator[Attribute]:
    """Sessions of aiohttp-session and Starlette, whose cookie is set by their own arguments."""
    name = call.name or ""
    if call.method in ("add_middleware", "Middleware"):
        first = call.argument(0, "middleware_class") or call.argument(0, "cls")
        if first is None or first.name not in _SESSION_MIDDLEWARE:
            return
        keyword = {"secure": "https_only", "samesite": "same_site"}.get(keyword, "")
    elif not name.startswith(_STORAGES):
        return
    value = call.argument(None, keyword) if keyword else None
    if value is None and keyword == "https_only" and not call.has_double_star:
        # Its default is off; the other attributes have defaults that are safe.
        yield Attribute(call.target, None, True, True, "The session's cookie")
    elif value is not None:
        yield Attribute(value, value, True, True, f"`{keyword}`", is_setting=True)


def _is_setting(name: str, setting: str) -> bool:
    return name in (f"SESSION_COOKIE_{setting}", f"REMEMBER_COOKIE_{setting}",
                    f"JWT_COOKIE_{setting}", f"JWT_AUTH_{setting}", f"JWT_SESSION_{setting}",
                    *((f"CSRF_COOKIE_{setting}",) if setting != "HTTPONLY" else ()))  # fmt: skip


def is_development(path: str) -> bool:
    """Whether a settings file is, by its path, that of a developer's machine."""
    return bool(_DEVELOPMENT & set(words_of(path[-120:])))


def _is_defaults(event: Node) -> bool:
    """Whether a file of settings is the one that others complete: its key is empty."""
    data = event.module.source.data
    return any(line in data for line in (b'\nSECRET_KEY = ""', b"\nSECRET_KEY = ''"))


def _is_conditional(event: Node) -> bool:
    return any(
        one.kind in ("if_statement", "elif_clause", "else_clause") for one in event.context.chain()
    )


def _deletes(call: Call) -> bool:
    """Whether the cookie is taken away: an empty value, or an age of nothing."""
    value = call.argument(1, "value")
    if value is not None and value.constant in ("", b""):
        return True
    for keyword in ("max_age", "expires"):
        one = call.argument(None, keyword)
        if one is not None and one.constant is not UNKNOWN and not one.constant:
            return one.constant is not None
    return False
