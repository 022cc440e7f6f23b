"""The checks on secrets that are written to a log: in production, and in tests."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Value, argument_nodes
from checks.languages.python import evaluate, grammar
from checks.languages.python.scopes import Bound
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, TEST_ROLES, calls, check
from checks.report import Report
from checks.secrets.naming import Kind, kind_of, words_of

_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal",
                     "log", "trace", "success", "msg"})  # fmt: skip
_LIBRARIES = (
    "logging.", "loguru.logger.", "structlog.", "oslo_log.", "absl.logging.", "twisted.python.log.",
    "celery.utils.log.", "flask.current_app.logger.", "logbook.", "eliot.",
)  # fmt: skip
_LOGGERS = ("log", "logger", "logging", "logs")
_ON = calls("*.{debug,info,warning,warn,error,exception,critical,fatal,log,trace,success,msg}",
            "logging.{debug,info,warning,warn,error,exception,critical,fatal,log}",
            "loguru.logger.{trace,debug,info,success,warning,error,critical,exception,log}",
            "print", "sys.stderr.write", "pprint.pprint",
            "warnings.warn")  # fmt: skip
_WHOLE = frozenset({"os.environ", "os.environb", "os.environ.copy()", "flask.request.headers",
                    "flask.request.cookies", "quart.request.headers"})  # fmt: skip
_THROUGH = frozenset({"str", "repr", "format", "dict", "list", "tuple", "json.dumps",
                      "pprint.pformat", "ascii", "bytes", "vars"})  # fmt: skip
_METHODS_THROUGH = frozenset({"strip", "decode", "encode", "lower", "upper", "format", "join",
                              "get", "items", "values", "get_secret_value", "rstrip", "lstrip",
                              "getvalue", "copy", "pop"})  # fmt: skip
_OF_TEXT = frozenset(dir(str)) | frozenset(dir(bytes)) | {"get_secret_value"}
_PERSONAL = frozenset({"cvv", "cvv2", "card_number", "social_security_number"})
_ASKED = "getpass.getpass"
_MAX_DEPTH = 6


@check(
    id="secret-in-log",
    title="Secret is written to the log",
    aspect=Aspect.LOGGING,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=_ON,
    cwe=(532,),
    security=True,
    once=True,
)
def secret_in_log(call: Call, report: Report) -> None:
    """A log line is given a value whose name says that it is a secret, or a whole environment.

    What is masked, hashed, measured (`len(token)`) or only asked for (`token is None`) is clean,
    and so are names that merely hold such a word: `csrf_token`, `token_count`, `password_field`.

    Why:
        Logs are kept for long, copied to other systems, and read by many people who may not
        have the secret.
    Bad:
        import logging

        log = logging.getLogger(__name__)

        def tell(reader, channel_token):
            log.info("telling %s with token %s", reader, channel_token)
    Bad:
        import logging

        def login(user, password):
            logging.debug(f"login of {user} with {password}")
    Bad:
        import logging
        import os

        logging.info("environment: %s", os.environ)
    Good:
        import logging

        log = logging.getLogger(__name__)

        def tell(reader, token):
            log.info("telling %s, token of %d characters", reader, len(token))
    Good:
        import logging

        def login(user, password):
            logging.debug("login of %s, password given: %s", user, password is not None)
    Good:
        import logging

        def spent(token_count, csrf_token):
            logging.info("%d tokens, %s", token_count, csrf_token)
    Suppress:
        Where the value is no secret in spite of its name: say what it is in the reason.
    """
    found = _found(call)
    if found is None:
        return
    value, what = found
    # What a program prints is most often the answer that its user asked for.
    printed = call.name in ("print", "pprint.pprint")
    severity = Severity.HIGH
    confidence, surface = Confidence.MEDIUM, Surface.INLINE
    if printed or what == "the whole":
        severity = Severity.MEDIUM
    if (printed and call.function is None) or _is_ambiguous(call, value):
        confidence, surface = Confidence.LOW, Surface.SUMMARY
    _tell(call, value, what, report, severity, confidence, surface)


def _is_ambiguous(call: Call, value: Value) -> bool:
    """Whether what the name says may be something that is meant to be read, or an object.

    Cookies hold more than the session, a ``session_key`` is one of a table as well as of a person,
    and what is asked for its attributes is no text.
    """
    words = words_of(_speaking_name(value))
    if words[-1:] in (["cookie"], ["cookies"]) or words[-2:] == ["session", "key"]:
        return True
    if value.node.type != "identifier" or call.function is None:
        return False
    for one in call.function.own("attribute"):
        owner = one.child("object")
        attribute = one.child("attribute")
        if owner is not None and attribute is not None and owner.type == "identifier":
            named = call.module.text_of(owner) == value.text
            if named and call.module.text_of(attribute) not in _OF_TEXT:
                return True
    return False


@check(
    id="secret-in-test-log",
    title="Secret is written to the log of a test run",
    aspect=Aspect.LOGGING,
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    surface=Surface.SUMMARY,
    roles=TEST_ROLES,
    on=_ON,
    cwe=(532,),
    security=True,
)
def secret_in_test_log(call: Call, report: Report) -> None:
    """A test writes a real secret, one that it reads from the environment, to its output.

    Made-up passwords of tests are clean: only values that come from the environment are real.

    Why:
        The output of a test run is kept by the build server, and is public for public projects.
    Bad:
        # file: tests/test_live.py
        import os

        def test_live():
            token = os.environ["SERVICE_TOKEN"]
            print("using", token)
    Good:
        # file: tests/test_login.py
        import logging

        def test_login(client):
            password = "made up"
            logging.info("password %s", password)
            assert client.login("reader", password)
    Suppress:
        Where the variable holds a value that is made for the run and worth nothing after it.
    """
    found = _found(call)
    if found is None:
        return
    value, what = found
    if what != "the whole" and not _from_environment(value):
        return
    _tell(call, value, what, report, Severity.MEDIUM, Confidence.LOW, Surface.SUMMARY)


def _tell(
    call: Call,
    value: Value,
    what: str,
    report: Report,
    severity: Severity,
    confidence: Confidence,
    surface: Surface,
) -> None:
    shown = value.short
    where = "the output" if call.name in ("print", "pprint.pprint") else "the log"
    report(
        at=call,
        message=f"{what.capitalize()} `{shown}` is written to {where}."
        if what == "the whole"
        else f"`{shown}` is written to {where}, and its name says that it is a secret.",
        why="Logs are kept for long and read by people and systems that may not have the secret.",
        fix="Leave it out, or log its length or the last characters of its hash.",
        severity=severity,
        confidence=confidence,
        surface=surface,
    )


def _found(call: Call) -> tuple[Value, str] | None:
    """The first secret among the arguments, and what it is."""
    if not _is_log(call):
        return None
    values = [*call.arguments]
    values += [value for name, value in call.keywords.items() if name not in ("file", "exc_info")]
    for value in values:
        for part in _parts(value, 0):
            if part.name in _WHOLE or _is_whole_headers(part):
                return part, "the whole"
            name = _speaking_name(part)
            speaks = name.lower() in _PERSONAL or (name and kind_of(name) is not None)
            if speaks and not _is_harmless(part, name):
                return part, "secret"
    return None


def _is_log(call: Call) -> bool:
    name = call.name or ""
    if name in ("print", "sys.stderr.write", "pprint.pprint", "warnings.warn"):
        to = call.keywords.get("file")
        return to is None or to.name in ("sys.stderr", "sys.stdout")
    if call.method not in _LEVELS:
        return False
    if name.startswith(_LIBRARIES):
        return True
    if call.receiver is None:
        return False
    receiver = call.receiver.text.rpartition(".")[2].removesuffix("()").strip("_").lower()
    return receiver.endswith(_LOGGERS) or receiver in ("current_app.logger", "getlogger")


def _parts(value: Value, depth: int) -> Iterator[Value]:
    """The values that a text of the log is made of."""
    if depth > _MAX_DEPTH:
        return
    node = value.node
    kind = node.type

    def of(one: object) -> Value:
        return Value(value.module, one, value.context)  # type: ignore[arg-type]

    if kind in ("string", "concatenated_string", "binary_operator"):
        if kind == "binary_operator" and evaluate.operator_of(node) not in ("+", "%"):
            return
        for part in value.parts:
            yield from _parts(part, depth + 1)
    elif kind in ("tuple", "list", "parenthesized_expression", "set"):
        for one in evaluate.children(node):
            yield from _parts(of(one), depth + 1)
    elif kind == "dictionary":
        for pair in evaluate.children(node):
            inner = pair.child_by_field_id(grammar.VALUE)
            if inner is not None:
                yield from _parts(of(inner), depth + 1)
    elif kind in ("conditional_expression", "boolean_operator"):
        inner_nodes = evaluate.children(node)
        if kind == "conditional_expression":
            inner_nodes = inner_nodes[:1] + inner_nodes[2:]
        for one in inner_nodes:
            yield from _parts(of(one), depth + 1)
    elif kind == "call":
        yield from _parts_of_call(value, depth)
    elif kind in ("identifier", "attribute", "subscript"):
        yield value
        if kind == "identifier" and (assigned := value.assignments) and len(assigned) == 1:
            made = assigned[0]
            if made.built or made.node.type in ("dictionary", "tuple", "list"):
                yield from _parts(made, depth + 2)


def _parts_of_call(value: Value, depth: int) -> Iterator[Value]:
    function = value.node.child_by_field_id(grammar.FUNCTION)
    if function is None:
        return
    arguments = [Value(value.module, one, value.context) for one in argument_nodes(value.node)]
    if value.callee_name in _THROUGH:
        for one in arguments[:1]:
            yield from _parts(one, depth + 1)
        return
    if value.callee_name in ("os.getenv", "os.environ.get", _ASKED):
        yield value
        return
    owner = function.child_by_field_id(grammar.OBJECT)
    attribute = function.child_by_field_id(grammar.ATTRIBUTE)
    if owner is None or attribute is None:
        return
    method = value.module.text_of(attribute)
    if method not in _METHODS_THROUGH:
        return
    if method in ("get", "pop"):
        yield value
        return
    yield from _parts(Value(value.module, owner, value.context), depth + 1)
    if method in ("format", "join"):
        for one in arguments:
            inner = one.node.child_by_field_id(grammar.VALUE)
            keyword = one.node.type == "keyword_argument" and inner is not None
            yield from _parts(Value(one.module, inner, one.context) if keyword and inner else one,
                              depth + 1)  # fmt: skip


def _speaking_name(value: Value) -> str:
    """The name by which the code calls a value: of the variable, attribute or key."""
    node = value.node
    if node.type == "identifier":
        return value.text
    if node.type == "attribute":
        attribute = node.child_by_field_id(grammar.ATTRIBUTE)
        return "" if attribute is None else value.module.text_of(attribute)
    if node.type == "subscript":
        key = node.child_by_field_id(grammar.SUBSCRIPT)
        constant = None if key is None else Value(value.module, key, value.context).constant
        return constant if isinstance(constant, str) else ""
    if node.type == "call" and value.callee_name == _ASKED:
        return "password"
    if node.type == "call":
        arguments = argument_nodes(node)
        constant = Value(value.module, arguments[0], value.context).constant if arguments else None
        return constant if isinstance(constant, str) else ""
    return ""


def _is_whole_headers(value: Value) -> bool:
    text = value.text
    return value.node.type == "attribute" and text in (
        "request.headers", "self.request.headers", "request.META", "request.cookies",
        "request.COOKIES", "self.request.cookies", "req.headers",
    )  # fmt: skip


def _is_harmless(value: Value, name: str) -> bool:
    """Whether what the name stands for is seen to be no secret."""
    if kind_of(name) is Kind.HEADER and name.lower() in ("credentials", "credential"):
        return True  # an object that describes itself
    if name.lower().strip("_") == "token" and _is_lexical(value):
        return True
    origin = value.origin
    constant = origin.constant
    if constant is None or isinstance(constant, (bool, int, float)):
        return True
    if isinstance(constant, (str, bytes)) and _is_no_secret(constant):
        return True
    for assigned in value.assignments:
        kind = assigned.origin.node.type
        if kind in ("comparison_operator", "not_operator", "boolean_operator", "true", "false"):
            return True
        if kind in ("class_definition", "lambda"):
            return True
        if kind == "call" and _hides(assigned.origin):
            return True
    resolved = value.name or ""
    return (
        ":" in resolved
        and "()" not in resolved
        and kind_of(name) is not None
        and (
            resolved.rpartition(":")[2].rpartition(".")[2] in value.module.functions_by_name
            or resolved.rpartition(":")[2] in value.module.classes_by_name
        )
    )


_LEXERS = frozenset({"token", "tokenize", "ply", "lark", "pygments", "sly", "sqlparse", "shlex",
                     "transformers", "tiktoken", "spacy", "nltk", "ast", "jinja2"})  # fmt: skip
_LEXING = frozenset({"lex", "lexer", "tokenize", "tokenizer", "tokens", "parser", "parse", "scan",
                     "scanner", "grammar", "syntax", "expression", "untokenize"})  # fmt: skip


def _is_lexical(value: Value) -> bool:
    """Whether a ``token`` is a piece of text: one of many, or in a file that takes text apart."""
    module = value.module
    bindings = evaluate.bindings_of(module, value.node, value.context)
    if any(one.how is Bound.OTHER for one in bindings):
        return True
    if any(one.partition(".")[0] in _LEXERS for one in module.imported_modules):
        return True
    around = value.context.qualified_name
    names = [around, *module.functions_by_name, *module.classes_by_name]
    return any(not _LEXING.isdisjoint(words_of(one)) for one in names)


def _is_no_secret(constant: str | bytes) -> bool:
    text = constant.decode("latin-1") if isinstance(constant, bytes) else constant
    return not text or text.strip("*x•.-_ ") == "" or kind_of(text) is not None or " " in text


_HIDING = ("mask", "redact", "hash", "digest", "obfuscate", "sanitize", "sanitise", "censor",
           "len", "bool", "sha", "md5", "truncate", "shorten", "anonymize", "hide", "fingerprint",
           "scrub", "tokenize", "lex", "count", "parse", "next")  # fmt: skip


def _hides(call: Value) -> bool:
    function = call.node.child_by_field_id(grammar.FUNCTION)
    if function is None:
        return False
    attribute = function.child_by_field_id(grammar.ATTRIBUTE)
    method = call.module.text_of(function if attribute is None else attribute).lower()
    return any(word in method for word in _HIDING)


def _from_environment(value: Value) -> bool:
    candidates = [value, *value.assignments]
    for one in candidates:
        text = one.origin.name or one.origin.callee_name or ""
        if text.startswith(("os.environ", "os.getenv")):
            return True
    return False
