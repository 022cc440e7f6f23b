"""The check ``password-hash-without-work-factor``: password hashes that are made too fast."""

from __future__ import annotations

from checks.events import Call, Node, Value
from checks.model import Aspect, Confidence, Severity, Surface
from checks.registry import PRODUCTION_ROLES, calls, check, nodes
from checks.report import Report
from checks.secrets.naming import words_of
from checks.security.purpose import destinations, words_in

_PASSWORDS = frozenset({"password", "passwd", "passphrase", "passcode", "pwd"})
_FAST = "{sha224,sha256,sha384,sha512,sha3_224,sha3_256,sha3_384,sha3_512,blake2b,blake2s,new}"
_CONTEXTS = frozenset({"scram", "srp", "challenge", "nonce", "wifi", "psk", "kdf", "fingerprint",
                       "cache", "derive", "scramble", "caching", "hmac", "breach", "pwned",
                       "proof", "handshake", "negotiate", "auth_plugin", "reset"})  # fmt: skip
_WEAK_SCHEMES = frozenset(
    {"md5_crypt", "des_crypt", "bsdi_crypt", "bigcrypt", "crypt16", "apr_md5_crypt", "sha1_crypt",
     "ldap_md5", "ldap_salted_md5", "ldap_sha1", "ldap_salted_sha1", "ldap_plaintext", "plaintext",
     "hex_md4", "hex_md5", "hex_sha1", "hex_sha256", "hex_sha512", "nthash", "lmhash",
     "mysql323", "mysql41", "oracle10", "oracle11", "phpass", "django_salted_md5",
     "django_salted_sha1", "django_des_crypt"}
)  # fmt: skip
_WEAK_HASHERS = ("MD5PasswordHasher", "SHA1PasswordHasher", "CryptPasswordHasher")
_LEAST_PBKDF2 = 100_000
_LEAST_BCRYPT = 10
_LEAST_SCRYPT = 2**14
_WHY = "A stolen table is tried at billions of passwords a second."
_FIX = "Use argon2, scrypt or bcrypt with the default cost of its library."


@check(
    id="password-hash-without-work-factor",
    title="Password hash that is fast to guess against",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    roles=PRODUCTION_ROLES,
    on=(
        calls(
            f"hashlib.{_FAST}",
            "hashlib.pbkdf2_hmac",
            "hashlib.scrypt",
            "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC",
            "cryptography.hazmat.primitives.kdf.scrypt.Scrypt",
            "bcrypt.gensalt",
            "crypt.{crypt,mksalt}",
            "passlib.context.CryptContext",
            "werkzeug.security.generate_password_hash",
            *(f"passlib.hash.{scheme}.{{hash,encrypt}}" for scheme in sorted(_WEAK_SCHEMES)),
        ),
        nodes("assignment"),
    ),
    cwe=(916,),
    security=True,
    words=("password_hashers",),
)
def password_hash_without_work_factor(event: Call | Node, report: Report) -> None:
    """A password is stored under a hash that is made for speed, or with too few rounds.

    SHA-2 and SHA-3 of a password, PBKDF2 below 100,000 rounds, bcrypt below cost 10, scrypt below
    n = 2**14, and the old schemes of passlib, Werkzeug and Django. Keys and tokens that a machine
    made are long enough for a fast hash, and not meant. The bounds lie below those that the OWASP
    Password Storage Cheat Sheet recommends.

    Why:
        Passwords are guessed, not computed. What slows the guessing down is only the time that
        one hash takes.
    Bad:
        import hashlib

        def save(user, password):
            user.password_hash = hashlib.sha256(password.encode()).hexdigest()
    Bad:
        import hashlib

        def stored(password, salt):
            return hashlib.pbkdf2_hmac("sha256", password, salt, 1000)
    Bad:
        # file: app/settings.py
        PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    Good:
        import hashlib

        def stored(password, salt):
            return hashlib.pbkdf2_hmac("sha256", password, salt, 600_000)
    Good:
        import hashlib

        def stored(api_token):
            return hashlib.sha256(api_token.encode()).hexdigest()
    Suppress:
        Where another system prescribes the scheme: name it in the reason.
    """
    if isinstance(event, Node):
        _hashers(event, report)
        return
    name = event.name or ""
    message = _too_cheap(event, name)
    if message is not None:
        report(at=event, message=message, why=_WHY, fix=_FIX, confidence=Confidence.HIGH)
    elif name.startswith("hashlib.") and name not in ("hashlib.pbkdf2_hmac", "hashlib.scrypt"):
        _fast(event, name, report)


def _fast(call: Call, name: str, report: Report) -> None:
    data = call.argument(1 if name == "hashlib.new" else 0, "data")
    if name == "hashlib.new":
        chosen = call.argument(0, "name")
        kind = None if chosen is None else chosen.constant
        if not isinstance(kind, str) or kind.lower() in ("md5", "sha1", "md4"):
            return
    going = destinations(call)
    given = [one.name for one in going if one.how == "input"]
    if data is not None:
        given += [data.text, data.origin.text]
    if not any(_is_password(text) for text in given):
        return
    around = [one.name for one in going if one.how != "input"]
    around += [call.module.path.rpartition("/")[2], *given]
    if call.function is not None:
        around.append(call.function.name)
    if call.cls is not None:
        around.append(call.cls.name)
    if _CONTEXTS & words_in(around):
        return
    looped = next(call.enclosing("for_statement", "while_statement"), None)
    if looped is not None and any(one.how == "target" for one in going):
        return
    report(
        at=call,
        message=f"`{name}` hashes a password, and it is made to be fast.",
        why=_WHY,
        fix=_FIX,
        surface=Surface.INLINE,
    )


def _is_password(text: str) -> bool:
    """Whether an expression is a password and no name of one, and no hash."""
    words = words_of(text)
    return bool(_PASSWORDS & set(words)) and not {"hash", "hashed", "file", "id", "reset"} & set(
        words
    )


def _too_cheap(call: Call, name: str) -> str | None:
    if name == "hashlib.pbkdf2_hmac":
        return _few(call.argument(3, "iterations"), _LEAST_PBKDF2, "PBKDF2 with {} rounds")
    if name.endswith("PBKDF2HMAC"):
        return _few(call.argument(3, "iterations"), _LEAST_PBKDF2, "PBKDF2 with {} rounds")
    if name in ("crypt.crypt", "crypt.mksalt"):
        return _old_crypt(call, 1 if name == "crypt.crypt" else 0)
    if name == "bcrypt.gensalt":
        return _few(call.argument(0, "rounds"), _LEAST_BCRYPT, "bcrypt of cost {}")
    if name == "hashlib.scrypt":
        return _few(call.argument(None, "n"), _LEAST_SCRYPT, "scrypt with n = {}")
    if name.endswith("scrypt.Scrypt"):
        return _few(call.argument(2, "n"), _LEAST_SCRYPT, "scrypt with n = {}")
    if name.startswith("passlib.hash."):
        return f"`{name.split('.')[2]}` is an old scheme for passwords."
    if name == "passlib.context.CryptContext":
        return _preferred(call)
    if name == "werkzeug.security.generate_password_hash":
        method = call.argument(1, "method")
        text = None if method is None else method.constant
        if isinstance(text, str) and not text.startswith(("scrypt", "pbkdf2")):
            return f"The method `{text[:30]}` has no work factor."
    return None


def _old_crypt(call: Call, position: int) -> str | None:
    """The methods of Unix that are older than SHA-2 (Python's documentation of ``crypt``)."""
    method = call.argument(position, "salt" if position else "method")
    name = "" if method is None else method.name or ""
    if name in ("crypt.METHOD_CRYPT", "crypt.METHOD_MD5"):
        return f"`{name.rpartition('.')[2]}` is an old scheme for passwords."
    return None


def _preferred(call: Call) -> str | None:
    """The scheme that a passlib context makes new hashes with."""
    default, schemes = call.argument(None, "default"), call.argument(0, "schemes")
    chosen: object = None if default is None else default.constant
    if default is None and schemes is not None:
        named = schemes.constant
        chosen = named[0] if isinstance(named, (list, tuple)) and named else None
    if isinstance(chosen, str) and chosen in _WEAK_SCHEMES:
        return f"New hashes are made with the old scheme `{chosen}`."
    return None


def _few(value: Value | None, least: int, words: str) -> str | None:
    number = None if value is None else value.constant
    if isinstance(number, int) and not isinstance(number, bool) and 0 < number < least:
        return words.format(number) + " is quick to guess against."
    return None


def _hashers(event: Node, report: Report) -> None:
    """Django's ``PASSWORD_HASHERS``: the first one makes the new hashes."""
    left, right = event.child("left"), event.child("right")
    if left is None or right is None or event.module.text_of(left) != "PASSWORD_HASHERS":
        return
    elements = event.value(right).elements
    first = elements[0].constant if elements else None
    if isinstance(first, str) and first.endswith(_WEAK_HASHERS):
        report(
            at=elements[0].node if elements else right,
            message=f"Passwords are hashed with `{first.rpartition('.')[2]}`.",
            why=_WHY,
            fix="Put `Argon2PasswordHasher` or `PBKDF2PasswordHasher` first.",
            confidence=Confidence.HIGH,
        )
