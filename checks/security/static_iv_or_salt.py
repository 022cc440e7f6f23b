"""The check ``static-iv-or-salt``: what must be fresh each time is written into the code."""

from __future__ import annotations

from checks.events import Call, Value, calls_of
from checks.languages.python.values import UNKNOWN
from checks.light import dataclass
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report


@dataclass(frozen=True, slots=True)
class _Fresh:
    position: int | None
    keyword: str
    word: str


_MODES = "cryptography.hazmat.primitives.ciphers.modes."
_AEAD = "cryptography.hazmat.primitives.ciphers.aead."
_KDF = "cryptography.hazmat.primitives.kdf."
_FRESH: dict[str, tuple[_Fresh, ...]] = {
    **{
        f"{package}.Cipher.{cipher}.new": (
            _Fresh(2, "iv", "initialisation vector"),
            _Fresh(None, "IV", "initialisation vector"),
            _Fresh(None, "nonce", "nonce"),
        )
        for package in ("Crypto", "Cryptodome")
        for cipher in ("AES", "DES", "DES3", "Blowfish", "CAST", "ARC2")
    },
    **{
        f"{package}.Cipher.{cipher}.new": (_Fresh(None, "nonce", "nonce"),)
        for package in ("Crypto", "Cryptodome")
        for cipher in ("ChaCha20", "ChaCha20_Poly1305", "Salsa20")
    },
    **{
        f"{_MODES}{mode}": (_Fresh(0, keyword, word),)
        for mode, keyword, word in (
            ("CBC", "initialization_vector", "initialisation vector"),
            ("CFB", "initialization_vector", "initialisation vector"),
            ("CFB8", "initialization_vector", "initialisation vector"),
            ("OFB", "initialization_vector", "initialisation vector"),
            ("CTR", "nonce", "nonce"),
            ("GCM", "initialization_vector", "nonce"),
        )
    },
    **{
        f"{_AEAD}{cipher}().encrypt": (_Fresh(0, "nonce", "nonce"),)
        for cipher in ("AESGCM", "AESCCM", "ChaCha20Poly1305", "AESOCB3")
    },
    "cryptography.hazmat.primitives.ciphers.algorithms.ChaCha20": (_Fresh(1, "nonce", "nonce"),),
    "hashlib.pbkdf2_hmac": (_Fresh(2, "salt", "salt"),),
    "hashlib.scrypt": (_Fresh(None, "salt", "salt"),),
    f"{_KDF}pbkdf2.PBKDF2HMAC": (_Fresh(2, "salt", "salt"),),
    f"{_KDF}scrypt.Scrypt": (_Fresh(0, "salt", "salt"),),
    "Crypto.Protocol.KDF.PBKDF2": (_Fresh(1, "salt", "salt"),),
    "Crypto.Protocol.KDF.scrypt": (_Fresh(1, "salt", "salt"),),
    "Cryptodome.Protocol.KDF.PBKDF2": (_Fresh(1, "salt", "salt"),),
    "Cryptodome.Protocol.KDF.scrypt": (_Fresh(1, "salt", "salt"),),
    "bcrypt.hashpw": (_Fresh(1, "salt", "salt"),),
    "bcrypt.kdf": (_Fresh(1, "salt", "salt"),),
    "crypt.crypt": (_Fresh(1, "salt", "salt"),),
    "argon2.low_level.hash_secret": (_Fresh(1, "salt", "salt"),),
    "argon2.low_level.hash_secret_raw": (_Fresh(1, "salt", "salt"),),
}
_WHY = {
    "salt": "Equal passwords give equal hashes, and one table breaks all of them.",
    "nonce": "Two messages under one key and nonce give both away.",
    "initialisation vector": "Equal beginnings of messages are encrypted to equal bytes.",
}
_FIX = {
    "salt": "Make one with `os.urandom(16)` for each password, and store it beside the hash.",
    "nonce": "Make one with `os.urandom(12)` for each message, and send it along.",
    "initialisation vector": "Make one with `os.urandom(16)` for each message, and send it along.",
}
_WRAPPERS = frozenset({"bytes.fromhex", "binascii.unhexlify", "base64.b64decode", "bytes",
                       "bytearray"})  # fmt: skip


@check(
    id="static-iv-or-salt",
    title="Fixed initialisation vector, nonce or salt",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls(*_FRESH),
    cwe=(329, 760),
    security=True,
)
def static_iv_or_salt(call: Call, report: Report) -> None:
    """An initialisation vector, a nonce or a salt is a constant of the program.

    Objects that only decrypt are clean: they take what came with the message.

    Why:
        These values make two encryptions or hashes of the same thing differ. A fixed one lets
        messages be compared, and with CTR, GCM or ChaCha20 be read.
    Bad:
        from Crypto.Cipher import AES

        def seal(key, text):
            return AES.new(key, AES.MODE_CBC, b"0123456789abcdef").encrypt(text)
    Bad:
        import hashlib

        SALT = b"pepper and salt"

        def stored(password):
            return hashlib.pbkdf2_hmac("sha256", password, SALT, 600_000)
    Good:
        import os
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        def seal(key, text):
            nonce = os.urandom(12)
            return nonce + AESGCM(key).encrypt(nonce, text, None)
    Good:
        import hashlib
        import os

        def stored(password):
            salt = os.urandom(16)
            return salt + hashlib.pbkdf2_hmac("sha256", password, salt, 600_000)
    Suppress:
        Where each key encrypts one message only: say where the key comes from.
    """
    for fresh in _FRESH[call.name or ""]:
        value = call.argument(fresh.position, fresh.keyword)
        if value is None or _only_reads(call):
            continue
        if not _is_fixed(value) and not _is_handed_fixed(call, value):
            continue
        report(
            at=value,
            message=f"The {fresh.word} is the same each time.",
            why=_WHY[fresh.word],
            fix=_FIX[fresh.word],
        )
        return


def _is_fixed(value: Value) -> bool:
    constant = value.constant
    if constant is not UNKNOWN:
        return isinstance(constant, (str, bytes)) and len(constant) > 0
    origin = value.origin
    if origin.callee_name in _WRAPPERS:
        inner = Value(origin.module, origin.node, origin.context)
        arguments = inner.node.child_by_field_name("arguments")
        first = [] if arguments is None else arguments.named_children
        return bool(first) and Value(origin.module, first[0], origin.context).fixed
    return value.fixed or _is_repeated(origin)


def _is_handed_fixed(call: Call, value: Value) -> bool:
    """Whether the value is a parameter that a call in the file gives a constant, to encrypt."""
    function = call.function
    if function is None or value.node.type != "identifier" or value.assignments:
        return False
    names = [one.name for one in function.parameters]
    if value.text not in names:
        return False
    position = names.index(value.text) - (1 if function.is_method else 0)
    for one in calls_of(call.module):
        if one.method != function.name or (one.receiver is None) is function.is_method:
            continue
        if function.is_method and one.receiver is not None and one.receiver.text != "self":
            continue
        given = one.argument(position if position >= 0 else None, value.text)
        if given is not None and _is_fixed(given) and not _only_reads(one):
            return True
    return False


def _is_repeated(origin: Value) -> bool:
    """``b"\\0" * AES.block_size``: a constant as often as a constant says."""
    node = origin.node
    left = node.child_by_field_name("left")
    right = node.child_by_field_name("right")
    if node.type != "binary_operator" or left is None or right is None:
        return False
    sides = [Value(origin.module, one, origin.context) for one in (left, right)]
    texts = [one for one in sides if isinstance(one.constant, (str, bytes))]
    sizes = [one for one in sides if (one.name or "").endswith(".block_size")]
    return len(texts) == 1 and len(sizes) == 1


def _only_reads(call: Call) -> bool:
    """Whether what is made here decrypts: ``.decrypt(…)``, ``.decryptor()``, or in such a place."""
    for above in call.ancestors():
        attribute = above.child("attribute") if above.kind == "attribute" else None
        if attribute is not None:
            name = above.module.text_of(attribute)
            if name in ("decrypt", "decryptor", "decrypt_and_verify"):
                return True
        if above.kind.endswith("_statement"):
            break
    function = call.function
    if function is None:
        return False
    text = function.text
    return "decrypt" in text and "encrypt" not in text.replace("encrypted", "")
