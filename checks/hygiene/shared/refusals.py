"""What a test asserts about security: who may not, what is escaped, which protection is there.

Every assertion of a function is read, those that have nothing to do with security too: whoever
compares two texts has to know what stands in the place of what was there.
"""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

from checks.events import Call, Function, Module, Value, as_call
from checks.hygiene.shared.asked import answer_of, asks_permission, bare, payload_of
from checks.hygiene.shared.assertions import is_assertion, looks_like_checking
from checks.hygiene.shared.comparing import plain
from checks.hygiene.shared.statuses import HIDDEN, REFUSALS, codes_in, is_success
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located
from checks.light import dataclass

_EXCEPTION_WORDS = frozenset(
    {"authentication", "authorization", "authorisation", "certificate", "credentials", "csrf",
     "denied", "disallowed", "disallow", "forbidden", "insecure", "permission", "privilege",
     "security", "signature", "ssl", "suspicious", "tls", "unauthenticated", "unauthorised",
     "unauthorized", "unsafe", "untrusted"}
)  # fmt: skip
_EXCEPTION_PARTS = (
    "BadSignature",
    "InvalidToken",
    "NotAuth",
    "SSL",
    "TLS",
    "CSRF",
    "CertificateError",
)
_BROAD = frozenset({"Exception", "BaseException", "object"})
_HELPER_WORDS = frozenset(
    {"401", "403", "denied", "denies", "forbidden", "permission", "unauthorised", "unauthorized",
     "refused", "unauthenticated"}
)  # fmt: skip
_ACCESS_WORDS = _HELPER_WORDS | frozenset(
    {"access", "acl", "anonymous", "auth", "authenticated", "authentication", "authorization",
     "cannot", "csrf", "disallowed", "escaped", "escapes", "escaping", "foreign", "forged",
     "hmac", "injection", "nonadmin", "owner", "permissions", "private", "privilege", "rbac",
     "readonly", "sanitised", "sanitized", "sanitize", "security", "signature", "spoofed",
     "stranger", "tampered", "tenant", "traversal", "xss", "xsrf", "leak", "leaks", "redacted",
     "unprivileged", "login"}
)  # fmt: skip
_ESCAPED = ("&lt;script", "&lt;img", "&lt;svg", "&lt;iframe", "%3cscript", "\\u003cscript",
            "&#60;script", "&lt;b&gt;", "&lt;h1", "&lt;a ")  # fmt: skip
_PROTECTIONS = ("x-frame-options", "content-security-policy", "strict-transport-security",
                "x-content-type-options", "referrer-policy", "www-authenticate", "httponly",
                "samesite", "csrf", "xsrf", "x-hub-signature",
                "cross-origin-opener-policy", "permissions-policy")  # fmt: skip
_ANYWHERE = ("httponly", "samesite", "csrf", "xsrf")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request",
                    "post_json", "put_json", "patch_json", "delete_json", "api_request",
                    "admin_request"})  # fmt: skip
_CLIENTS = frozenset({"app", "testapp", "client", "self", "web", "browser", "api"})
_STATUS_KEYWORDS = ("expected_status", "expect_status", "expected_code", "status", "status_code",
                    "expected", "code")  # fmt: skip
_NO_ROOT = frozenset({"self", "cls", "True", "False", "None", "pytest", "status", "HTTPStatus"})
_FALSE_FIRST = ("assertFalse", "assertIsNone", "failIf", "assertNotTrue")


@dataclass(frozen=True, slots=True)
class Assertion:
    """One assertion of a test."""

    at: Located
    text: str
    """The code without what a formatter changes."""
    subject: str
    """What is asserted, without the verb: the same for ``assert x`` and ``assert not x``."""
    denies: str = ""
    """What about security it asserts, as a phrase; empty when nothing."""
    family: str = ""
    """``"access"``, ``"answer"`` (a yes or no), ``"escaping"``, ``"protection"``, or nothing."""
    codes: frozenset[int] = frozenset()
    """The status codes that it names."""
    exceptions: tuple[str, ...] = ()
    """The exceptions that it expects."""
    names: frozenset[str] = frozenset()
    """The local names that it looks at."""
    actions: tuple[str, ...] = ()
    """The code whose outcome it looks at, without what a formatter changes."""

    @property
    def admits(self) -> bool:
        """Whether it is content with a success."""
        return any(is_success(one) for one in self.codes)

    @property
    def is_bare(self) -> bool:
        """Whether it only says that there is something: ``assert html``, ``assertTrue(html)``."""
        call = as_call(self.at)
        nodes = self.at.children() if call is None else [one.node for one in call.arguments[:1]]
        alone = call is None or len(call.arguments) == 1
        return alone and bool(nodes) and bare(nodes[0]).type in ("identifier", "attribute")

    @property
    def is_broad(self) -> bool:
        """Whether it is content with any exception."""
        return any(one.rpartition(".")[2] in _BROAD for one in self.exceptions)


def assertions_of(function: Function) -> list[Assertion]:
    """The assertions of a function, in order."""
    found = [
        one
        for located in function.module.within(function.node, "assert_statement", "call")
        if (one := _read(function, located)) is not None
    ]
    return sorted(found, key=lambda one: one.at.span.start)


def speaks_of_access(function: Function) -> bool:
    """Whether the name of a test, or of its class, says that it is about security."""
    names = words(function.name)
    if function.cls is not None:
        names += words(function.cls.name)
    return not _ACCESS_WORDS.isdisjoint(names)


def names_refusal(text: str) -> bool:
    """Whether a piece of code speaks of a refusal in other words: an error text, a redirect."""
    lower = text.lower()
    return any(
        word in lower
        for word in ("forbidden", "denied", "unauthor", "permission", "allowed", "401", "403",
                     "refus", "invalid", "error", "fail", "redirect", "login", "reject", "404",
                     "not_found", "credential", "raises", "csrf", "signature")
    )  # fmt: skip


def _read(function: Function, located: Located) -> Assertion | None:
    if located.kind == "assert_statement":
        return _statement(function, located)
    call = as_call(located)
    if call is None or call.is_decorator:
        return None
    if call.method in ("raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp",
                       "assertRaisesMessage", "assert_raises", "raises_regex"):  # fmt: skip
        return _raises(call)
    if is_assertion(call):
        return _call(function, call)
    if looks_like_checking(call) or not _HELPER_WORDS.isdisjoint(words(call.method)):
        return _helper(function, call)
    return _request(function, call)


def _statement(function: Function, located: Located) -> Assertion | None:
    parts = located.children()
    if not parts:
        return None
    condition = bare(parts[0])
    return _assertion(function, located, condition, (condition,), negated=False)


def _text(at: Located) -> str:
    """An assertion as text, the same whatever a formatter did to it."""
    parts = at.children() if at.kind == "assert_statement" else []
    if not parts:
        return plain(at.text)
    return "assert" + plain(at.module.text_of(bare(parts[0])))


def _call(function: Function, call: Call) -> Assertion:
    arguments = [one.node for one in call.arguments]
    negated = call.method in _FALSE_FIRST
    keywords = [one.node for name, one in call.keywords.items() if name in _STATUS_KEYWORDS]
    nodes = (*arguments[:3], *keywords)
    if call.method in ("assertNotIn", "assertNotContains"):
        payload = call.argument(0 if call.method == "assertNotIn" else 1)
        what = "" if payload is None else payload_of(payload)
        if payload is not None and what:
            return _made(function, call, plain(payload.text), what, "escaping")
    if not nodes:
        return _made(function, call, "", "", "")
    return _assertion(function, call, nodes[0], nodes, negated=negated)


def _assertion(
    function: Function,
    at: Located,
    subject: tree_sitter.Node,
    nodes: tuple[tree_sitter.Node, ...],
    *,
    negated: bool,
) -> Assertion:
    """Read an assertion on an expression."""
    module = function.module
    codes = frozenset(code for node in nodes for code in _compared(module, at, node))
    text = _text(at)
    if codes:
        denies, family = _status(function, codes)
        rest = plain("".join(module.text_of(one) for one in nodes if not codes_in(module, one)))
        return _made(function, at, rest or text, denies, family, codes)
    if at.kind == "assert_statement" and (found := _not_in(module, subject, at)) is not None:
        return _made(function, at, *found)
    inner, off = answer_of(module, nodes)
    asked = asks_permission(module, inner)
    if asked and off != negated:
        phrase = f"`{Value(module, inner, at.context).short}` is false"
        return _made(function, at, plain(module.text_of(inner)), phrase, "answer")
    lower = text.lower()
    if any(one in lower for one in _ESCAPED):
        return _made(
            function, at, plain(module.text_of(inner)), "the output is escaped", "escaping"
        )
    for one in _PROTECTIONS:
        if f'"{one}"' in lower or f'"{one}:' in lower or (one in _ANYWHERE and one in lower):
            return _made(function, at, one, f"`{one}` is as expected", "protection")
    return _made(function, at, plain(module.text_of(inner)), "", "")


def _compared(module: Module, at: Located, node: tree_sitter.Node) -> frozenset[int]:
    """The codes that an assertion compares with: not those under ``!=`` or ``not in``."""
    if at.kind == "assert_statement":
        if node.type == "not_operator":
            return frozenset()
        found: set[int] = set()
        for one in [node, *(place.node for place in module.within(node, "comparison_operator"))]:
            if one.type != "comparison_operator":
                continue
            operators = {module.text_of(sign) for sign in one.children if not sign.is_named}
            if operators <= {"==", "in", "is"}:
                found |= codes_in(module, one)
        return frozenset(found)
    call = as_call(at)
    if (
        call is None
        or "Not" in call.method
        or call.method.startswith(("assertGreater", "assertLess"))
    ):
        return frozenset()
    if call.method.startswith(("assert_called", "assert_has_calls", "assert_any", "assert_await")):
        return frozenset()
    return codes_in(module, node)


def _status(function: Function, codes: frozenset[int]) -> tuple[str, str]:
    refusing = codes & REFUSALS
    if HIDDEN in codes and not refusing and codes == {HIDDEN}:
        names = {*words(function.name)}
        hides = names & (_ACCESS_WORDS - {"auth", "authentication", "login"})
        refusing = codes if hides else frozenset()
    if not refusing or any(is_success(one) for one in codes):
        return "", ""

    return f"status {min(refusing)}", "access"


def _not_in(module: Module, node: tree_sitter.Node, at: Located) -> tuple[str, str, str] | None:
    """``payload not in output``: subject, phrase, family."""
    if node.type != "comparison_operator":
        return None
    children = [one for one in node.named_children if one.type != "comment"]
    operators = {module.text_of(sign) for sign in node.children if not sign.is_named}
    if len(children) != 2 or operators != {"not in"}:
        return None
    what = payload_of(Value(module, children[0], at.context))
    return (plain(module.text_of(children[0])), what, "escaping") if what else None


def _raises(call: Call) -> Assertion | None:
    first = call.argument(0, "expected_exception")
    if first is None:
        return None
    elements = first.elements if first.node.type == "tuple" else None
    names = tuple(one.text for one in (elements or (first,)))
    secure = [
        one
        for one in names
        if not _EXCEPTION_WORDS.isdisjoint(words(one.rpartition(".")[2]))
        or any(part in one for part in _EXCEPTION_PARTS)
    ]
    denies = f"`{secure[0].rpartition('.')[2]}`" if secure and len(secure) == len(names) else ""
    rest: tuple[str, ...] = ()
    if len(call.arguments) > 1:  # assertRaises(Error, function, its arguments)
        given = ",".join(plain(one.text) for one in call.arguments[2:])
        rest = (f"{plain(call.arguments[1].text)}({given}",)
    body = _body_of_with(call)
    actions = tuple(plain(one) for one in body) if body else rest
    return Assertion(
        call, plain(call.text), "", denies, "access" if denies else "", frozenset(), names,
        frozenset(), actions,
    )  # fmt: skip


def _body_of_with(call: Call) -> list[str]:
    """The statements that a ``with`` around ``raises`` holds."""
    for above in call.ancestors():
        if above.kind == "with_statement":
            block = above.child("body")
            nodes = [] if block is None else block.named_children
            return [call.module.text_of(one) for one in nodes if one.type != "comment"]
        if above.kind == "block":
            break
    return []


def _helper(function: Function, call: Call) -> Assertion:
    """A helper whose name says what it checks: ``self.assert_forbidden(resp)``."""
    parts = words(call.method)
    said = sorted(_HELPER_WORDS.intersection(parts))
    checks = looks_like_checking(call)
    codes = frozenset(
        code
        for name, one in call.keywords.items()
        if name in _STATUS_KEYWORDS
        for code in codes_in(call.module, one.node)
    )
    if codes:
        denies, family = _status(function, codes)
        return _made(function, call, "", denies, family, codes)
    denies = f"`{call.method}`" if said and checks and "not" not in parts else ""
    return _made(function, call, "", denies, "access" if denies else "")


def _request(function: Function, call: Call) -> Assertion | None:
    """A request that names the status it expects: ``app.get(url, status=403)``."""
    for keyword in _STATUS_KEYWORDS:
        value = call.keywords.get(keyword)
        if value is None or call.receiver is None:
            continue
        if not keyword.startswith("expect"):
            if keyword != "status" or call.method not in _VERBS:
                continue
            if call.receiver.text.rpartition(".")[2].lower() not in _CLIENTS:
                continue
        codes = codes_in(call.module, value.node)
        if not codes:
            continue
        denies, family = _status(function, codes)
        start = plain(call.text).partition(f"{keyword}=")[0].rstrip(",")
        return Assertion(call, plain(call.text), start, denies, family, codes, (), frozenset(),
                         (start,))  # fmt: skip
    return None


def _made(
    function: Function,
    at: Located,
    subject: str,
    denies: str,
    family: str,
    codes: frozenset[int] = frozenset(),
) -> Assertion:
    names = frozenset(_names(function, at))
    return Assertion(at, _text(at), subject, denies, family, codes, (), names,
                     tuple(_actions(function, at, names)))  # fmt: skip


def _names(function: Function, at: Located) -> Iterator[str]:
    """The local names in an assertion."""
    bound = function.scope_of_body.bindings
    stack = [at.node]
    for _ in range(500):
        if not stack:
            return
        node = stack.pop()
        if node.type == "identifier":
            name = function.module.text_of(node)
            if name in bound and name not in _NO_ROOT:
                yield name
        else:
            stack.extend(node.named_children)


def _actions(function: Function, at: Located, names: frozenset[str]) -> Iterator[str]:
    """What the names were assigned from just before, and the calls in the assertion itself."""
    module = function.module
    for name in sorted(names):
        before = [
            one.node
            for one in function.scope_of_body.bindings.get(name, [])
            if one.node is not None and one.node.end_byte <= at.span.start
            and one.node.start_byte >= function.span.start
        ]  # fmt: skip
        if before:
            node = max(before, key=lambda one: one.start_byte)
            if node.type == "await" and node.named_children:
                node = node.named_children[0]
            if node.type == "call":
                yield plain(module.text_of(node))
    inner = list(module.within(at.node, "call"))
    if inner:
        yield plain(inner[0].text)
