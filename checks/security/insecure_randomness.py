"""The check ``insecure-randomness``: secrets that are made with a predictable generator."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import tree_sitter

from checks.events import Call
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.secrets.naming import words_of
from checks.security.purpose import Destination, destinations, uses, words_in

_MAKERS = (
    "random,randint,randrange,choice,choices,sample,getrandbits,randbytes,uniform,shuffle,"
    "triangular,betavariate,gauss,normalvariate,lognormvariate,expovariate,gammavariate,"
    "paretovariate,weibullvariate,vonmisesvariate,binomialvariate"
)
_WORDS = frozenset(
    {"password", "passwd", "passphrase", "passcode", "pwd", "otp", "totp", "mfa", "2fa", "csrf",
     "xsrf", "nonce", "salt", "apikey", "sessionid", "secret", "secretkey", "sessid", "captcha",
     "authtoken", "accesstoken", "pincode", "voucher"}
)  # fmt: skip
_PAIRS = frozenset(
    {("session", "id"), ("session", "key"), ("session", "token"), ("api", "key"),
     ("secret", "key"), ("private", "key"), ("access", "key"), ("encryption", "key"),
     ("signing", "key"), ("verification", "code"), ("verify", "code"), ("auth", "code"),
     ("confirmation", "code"), ("activation", "code"), ("activation", "key"), ("reset", "code"),
     ("reset", "key"), ("login", "code"), ("sms", "code"), ("invite", "code"),
     ("invitation", "code"), ("coupon", "code"), ("recovery", "code"), ("recovery", "codes"),
     ("backup", "code"), ("backup", "codes"), ("security", "code"), ("remember", "me"),
     ("auth", "key"), ("one", "time"), ("session", "cookie"), ("authorization", "code"),
     ("client", "secret"), ("reset", "link"), ("pin", "code")}
)  # fmt: skip
_TOKENS = frozenset({"token"})
_KEEPING = frozenset({"set", "setex", "put", "hset", "set_many", "setnx", "add"})
"""Methods of stores, which are given a key and what to keep under it."""
_MAX_KEY = 120
_NO_TOKENS = frozenset(
    {"mask", "masked", "ids", "id", "vocab", "vocabulary", "sequence", "seq", "embedding", "pad",
     "model", "logits", "prompt", "text", "sentence", "corpus", "special", "lexer", "parser",
     "tokenizer", "tokenize", "next", "position", "count", "num", "length", "len", "size",
     "strength", "score", "list", "index", "min", "max", "limit", "timeout", "delay", "jitter",
     "retry", "backoff", "interval", "expiry", "expires", "ttl", "refresh", "wait", "sleep",
     "seconds", "hint", "wrong", "expired"}
)  # fmt: skip
_HARMLESS = frozenset({"boundary", "jitter", "delay", "backoff", "simulate", "simulation", "fake",
                       "mock", "augment", "dropout", "shuffled", "color", "colour"})  # fmt: skip
_CLOCKS = frozenset({"time.time", "time.time_ns", "datetime.datetime.now",
                     "datetime.datetime.utcnow", "datetime.datetime.today"})  # fmt: skip
_FORESEEN = _CLOCKS | {"uuid.uuid1"}
_HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s",
                     "sha3_256", "sha3_512", "new"})  # fmt: skip
_UNKNOWN = ("urandom", "secret", "uuid4", "token_", "random", "hmac", "key", "salt", "password",
            "nonce", "seed")  # fmt: skip
"""What stands in a statement that hashes more than what others know."""
_MAX_STATEMENT = 400
_MAKING = frozenset({"default", "default_factory", "factory", "callable"})
"""Arguments of a field that are called to make its value."""
_COOKIES = frozenset({"set_cookie", "set_secure_cookie", "set_signed_cookie"})
_STORES = ("session[", "request.session[")


@check(
    id="insecure-randomness",
    title="Secret made with a predictable generator",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls(
        f"random.{{{_MAKERS}}}",
        "numpy.random.{randint,choice,random,bytes,rand,integers}",
        f"*.{{{_MAKERS}}}",
        "uuid.uuid1",
        "time.{time,time_ns}",
        "datetime.datetime.{now,utcnow,today}",
    ),
    cwe=(330, 338),
    security=True,
)
def insecure_randomness(call: Call, report: Report) -> None:
    """A password, token, session id or code is made with the module `random`.

    What becomes of the number decides: the name that receives it, the function that returns it,
    the cookie that it is put into. `random.SystemRandom` and `secrets` are clean. A hash of the
    time and `uuid.uuid1`, which is made of it, are as bad.

    Why:
        The Mersenne Twister behind `random` gives its whole state away after some hundred
        numbers. Whoever sees a few tokens computes those of everybody else.
    Bad:
        import random
        import string

        def make_token():
            return "".join(random.choice(string.ascii_letters) for _ in range(32))
    Bad:
        import random

        def send_code(user):
            user.otp = random.randint(100000, 999999)
    Good:
        import secrets

        def make_token():
            return secrets.token_urlsafe(32)
    Good:
        import random

        def delay(attempt):
            return 2 ** attempt + random.random()
    Good:
        import random

        def make_token():
            source = random.SystemRandom()
            return "%032x" % source.getrandbits(128)
    Suppress:
        Where the value is no secret in spite of its name, as in a simulation.
    """
    name = call.name or ""
    going = destinations(call) if _is_predictable(name) or name in _FORESEEN else []
    if name in _CLOCKS and not _is_hashed(call, going):
        return
    what = next((one.name for one in going if _is_secret(one)), None) or _default_of(call, going)
    if what is None or _HARMLESS & words_in(_places(call, going)):
        return
    if any(one.how == "argument" and one.name in _ATTRIBUTES for one in going):
        return  # the name of an attribute, unlike those of others
    short = " ".join(what.split())[:60].replace("`", "'")
    report(
        at=call,
        message=f"`{name.replace('()', '')}` makes what becomes `{short}`.",
        why="Its next numbers can be computed from a few that somebody has seen.",
        fix="Use `secrets.token_urlsafe`, `secrets.choice` or `secrets.randbelow`.",
    )


def _default_of(call: Call, going: list[Destination]) -> str | None:
    """The field whose ``default=`` is the function that returns the number."""
    if not any(one.how == "returned" for one in going) or call.function is None:
        return None
    for one in uses(call.module, call.module.context, call.function.name):
        for above in one.ancestors():
            if above.kind == "keyword_argument":
                name = above.child("name")
                if name is None or above.module.text_of(name) not in _MAKING:
                    break
            if above.kind == "assignment":
                left = above.child("left")
                text = "" if left is None else above.module.text_of(left)
                if _names_secret(text):
                    return text
                break
            if above.kind.endswith(("_statement", "_definition")):
                break
    return None


def _is_hashed(call: Call, going: list[Destination]) -> bool:
    """Whether the time is hashed, and nothing goes in with it that nobody knows."""
    hashed = any(one.how == "argument" and one.name.rpartition(".")[2] in _HASHES for one in going)
    text = call.statement.text[:_MAX_STATEMENT].lower()
    return hashed and not any(word in text for word in _UNKNOWN)


_ATTRIBUTES = frozenset({"setattr", "getattr", "delattr", "hasattr"})


def _places(call: Call, going: list[Destination]) -> Iterator[str]:
    """The names by which it can be seen that the value is no secret after all."""
    yield from (one.name for one in going if one.how != "argument")
    if call.function is not None:
        yield call.function.name


def _is_predictable(name: str) -> bool:
    if name.startswith("random."):
        return name.count(".") == 1 or name.startswith("random.Random().")
    return name.startswith(("numpy.random.default_rng().", "numpy.random."))


def _is_secret(one: Destination) -> bool:
    if one.how in ("input", "compared"):
        return False
    if one.how == "argument":
        called = one.name.rpartition(".")[2]
        if called in _KEEPING and _names_secret(_first_argument(one.node)):
            return True
        return called in _COOKIES or called in ("set_password", "make_password")
    if one.how == "target" and (one.name.startswith(_STORES) or "session[" in one.name.lower()):
        return True
    return _names_secret(one.name)


def _first_argument(call: tree_sitter.Node) -> str:
    """What is kept is named by the key that it is put under: ``cache.set(f"otp:{user}", code)``."""
    arguments = call.child_by_field_name("arguments")
    given = [] if arguments is None else arguments.named_children
    text = given[0].text if len(given) > 1 else None
    # Of f"otp:{user_id}" the part that is written says what is kept.
    return "" if text is None else text[:_MAX_KEY].decode("utf-8", "replace").partition("{")[0]


def _names_secret(name: str) -> bool:
    words = words_of(name)
    if not words:
        return False
    present = set(words)
    if present & _NO_TOKENS:
        return False
    if present & _WORDS or set(itertools.pairwise(words)) & _PAIRS:
        return True
    return bool(present & _TOKENS)
