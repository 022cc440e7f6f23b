"""The check ``weak-hash``: MD5 and SHA-1 where an attacker gains from a collision or a guess."""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Value
from checks.languages.python import grammar
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.security.purpose import destinations, strings_of, words_in

_WEAK = frozenset({"md2", "md4", "md5", "sha", "sha1", "sha-1", "sha0", "md5-sha1"})
_SENSITIVE = frozenset(
    {"password", "passwd", "passphrase", "passcode", "pwd", "secret", "secrets", "token", "tokens",
     "signature", "signatures", "sign", "signed", "signing", "credential", "credentials", "otp",
     "apikey", "auth", "authenticate", "authenticated", "authentication",
     "license", "licence", "sensitive", "salted", "ssn", "card", "session", "sessionid",
     "csrf", "jwt", "certificate", "verify"}
)  # fmt: skip
_PASSWORDS = frozenset({"password", "passwd", "passphrase", "passcode", "pwd"})
_HARMLESS = frozenset(
    {"cache", "cached", "caching", "etag", "etags", "checksum", "checksums", "fingerprint", "file",
     "filename", "files", "filepath", "path", "chunk", "blob", "gravatar", "avatar", "color",
     "colour", "dedup", "dedupe", "duplicate", "shard", "bucket", "partition", "uuid", "md5sum",
     "sha1sum", "size", "version", "content", "contents", "part", "parts", "download", "upload",
     "artifact", "package", "manifest", "template", "asset", "static", "css", "js", "query",
     "statement", "memo", "memoize", "memoized", "index", "constraint", "suffix", "prefix", "slug",
     "unique", "changed", "dirname", "socket", "seed", "ring", "image", "thumbnail", "git",
     "commit", "tree", "integrity", "revision", "hexversion", "job", "lock", "abbrev", "shorten",
     "truncate", "truncated", "stable", "deterministic", "identifier", "short", "url", "urls"}
)  # fmt: skip
_PROTOCOLS = frozenset(
    {"scramble", "ntlm", "ha1", "ha2", "realm", "nonce", "cnonce", "qop", "challenge", "opaque",
     "websocket", "websockets", "pwned", "hibp", "breach", "breached", "apop", "cram", "mysql",
     "postgres", "postgresql", "digestauth", "accept", "thumbprint", "x5t", "oauth1", "krb", "des",
     "pbkdf1", "kdf", "ssh", "legacy", "oaep", "mgf1", "radius", "rtsp", "sip"}
)  # fmt: skip
"""What a protocol prescribes cannot be mended on one side: HTTP digest, NTLM, MySQL, WebSocket."""

_MAX_DEPTH = 6
_DIGEST_ACCESS = frozenset({"digest", "auth"})
_WHY_GUESSED = "Guessing passwords against it takes seconds on a graphics card."
_WHY = "Two inputs of one digest can be made at will, so it proves nothing about its input."
_FIX_GUESSED = "Hash passwords with argon2, scrypt or bcrypt."
_FIX = "Use `hashlib.sha256` or `hmac`; for a mere checksum say `usedforsecurity=False`."


@check(
    id="weak-hash",
    title="Broken hash function",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=calls(
        "hashlib.{md5,sha1,new}",
        "_hashlib.{openssl_md5,openssl_sha1,new}",
        "{md5,sha}.new",
        "md5.md5",
        "sha.sha",
        "Crypto.Hash.{MD2,MD4,MD5,SHA,SHA1}.new",
        "Cryptodome.Hash.{MD2,MD4,MD5,SHA,SHA1}.new",
        "cryptography.hazmat.primitives.hashes.{MD5,SHA1}",
    ),
    cwe=(327, 328),
    security=True,
)
def weak_hash(call: Call, report: Report) -> None:
    """MD5 or SHA-1 is used where somebody gains from a collision, or from guessing the input.

    What goes into the digest and what becomes of it decides: passwords, tokens and signatures are
    findings; checksums, cache keys, entity tags and what a protocol prescribes are none. Where the
    purpose cannot be seen it is a line in the summary. `usedforsecurity=False` says that it is
    none, and HMAC is not meant: its strength does not rest on collisions.

    Why:
        Collisions of MD5 are made in seconds and those of SHA-1 were published. A leaked table of
        such password hashes is read back almost whole.
    Bad:
        import hashlib

        def store(user, password):
            user.password_hash = hashlib.md5(password.encode()).hexdigest()
    Bad:
        import hashlib

        def sign(message, key):
            digest = hashlib.new("sha1")
            digest.update(key + message)
            signature = digest.hexdigest()
            return signature
    Good:
        import hashlib

        def etag(body):
            return hashlib.md5(body).hexdigest()
    Good:
        import hashlib

        def cache_key(query):
            return "report:" + hashlib.sha1(query.encode(), usedforsecurity=False).hexdigest()
    Good:
        import hashlib

        def sign(message, key):
            return hashlib.blake2b(message, key=key).hexdigest()
    Suppress:
        Where another system prescribes the function: name it in the reason.
    """
    name = _weak_name(call)
    if (
        name is None
        or _is_listed(call, name)
        or _is_no_defence(call)
        or _is_for_hmac(call)
        or _is_measured(call)
    ):
        return
    going, coming = words_in(_outputs(call)), words_in(_inputs(call))
    around = words_in(_places(call))
    near = going | coming
    protocol = _PROTOCOLS & (near | around | words_in([call.module.name]))
    if (
        protocol
        or around >= _DIGEST_ACCESS
        or (call.function is not None and _PROTOCOLS & strings_of(call.function))
    ):
        return
    if _PASSWORDS & near:
        report(
            at=call,
            message=f"`{name}` hashes a password.",
            why=_WHY_GUESSED,
            fix=_FIX_GUESSED,
            severity=Severity.HIGH,
            confidence=Confidence.HIGH,
            surface=Surface.SUMMARY if _is_named_after(call) else None,
        )
        return
    if _HARMLESS & (near | around):
        return
    said = frozenset() if call.function is None else strings_of(call.function)
    certain = bool(_SENSITIVE & (near | around))
    if not certain and not _SENSITIVE & said:
        report(
            at=call,
            message=f"`{name}` is broken, and what this digest is for cannot be seen.",
            why=_WHY,
            fix=_FIX,
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            surface=Surface.SUMMARY,
        )
        return
    report(
        at=call,
        message=f"`{name}` protects something, and it is broken.",
        why=_WHY,
        fix=_FIX,
        confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
    )


def _weak_name(call: Call) -> str | None:
    """How the function is called when it is a weak one."""
    name = call.name or ""
    if not name.endswith(".new") or "Hash." in name or name in ("md5.new", "sha.new"):
        return name
    chosen = call.argument(0, "name")
    text = None if chosen is None else chosen.constant
    if isinstance(text, str) and text.lower() in _WEAK:
        return f'{name}("{text}")'
    return None


def _is_named_after(call: Call) -> bool:
    """Whether a class says by its name that it is this function: one of several to choose from."""
    return call.cls is not None and any(
        word in call.cls.name.lower() for word in ("md5", "sha1", "md4", "md2")
    )


def _is_no_defence(call: Call) -> bool:
    said = call.keywords.get("usedforsecurity")
    return said is not None and said.constant is not True


def _is_listed(call: Call, name: str) -> bool:
    """Whether the function is only an entry of a table: used is it where somebody picks it."""
    above = call.parent
    if not name.startswith("cryptography.") or above is None:
        return False
    return above.kind not in ("argument_list", "keyword_argument", "assignment")


def _is_measured(call: Call) -> bool:
    """Whether only a property of the function is asked for: ``sha1().digest_size``."""
    above = call.parent
    attribute = None if above is None else above.child("attribute")
    return attribute is not None and call.module.text_of(attribute) in (
        "digest_size", "block_size", "name",
    )  # fmt: skip


def _is_for_hmac(call: Call) -> bool:
    """Whether the digest goes into an HMAC, a key derivation or a padding at once."""
    for one in call.ancestors():
        if one.kind.endswith("_statement"):
            return False
        if one.kind == "call":
            function = one.child("function")
            called = "" if function is None else call.module.text_of(function)
            if called.endswith("compare_digest"):
                return False
            if {"hmac", "kdf", "hkdf", "pbkdf2hmac", "mgf1", "oaep", "totp", "hotp"} & words_in(
                [called, called.lower()]
            ):
                return True
    return False


def _outputs(call: Call) -> Iterator[str]:
    for one in destinations(call):
        if one.how in ("target", "keyword", "key", "argument", "returned", "compared"):
            yield one.name


def _inputs(call: Call) -> Iterator[str]:
    for value in (*call.arguments, *call.keywords.values()):
        yield value.text
        yield _innermost(value).origin.text
    for one in destinations(call):
        if one.how == "input":
            yield one.name


def _innermost(value: Value) -> Value:
    """What methods are called on: ``word`` of ``word.strip().encode()``."""
    node = value.node
    for _ in range(_MAX_DEPTH):
        function = node.child_by_field_id(grammar.FUNCTION) if node.type == "call" else None
        inner = None if function is None else function.child_by_field_id(grammar.OBJECT)
        if inner is None:
            break
        node = inner
    return Value(value.module, node, value.context)


def _places(call: Call) -> Iterator[str]:
    """The names of the function and class that it stands in."""
    if call.function is not None:
        yield call.function.name
        for parameter in call.function.parameters:
            yield parameter.name
    if call.cls is not None:
        yield call.cls.name
