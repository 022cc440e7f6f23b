"""The check ``weak-cipher``: broken ciphers, and sound ones in a mode that shows the plaintext."""

from __future__ import annotations

from checks.events import Call
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.secrets.naming import words_of
from checks.security.elsewhere import seen_as

_BROKEN = {
    "ARC4": "RC4", "ARC2": "RC2", "DES": "DES", "DES3": "Triple DES", "Blowfish": "Blowfish",
    "CAST": "CAST-128", "XOR": "XOR", "TripleDES": "Triple DES", "CAST5": "CAST-128",
    "IDEA": "IDEA", "SEED": "SEED", "RC2": "RC2",
}  # fmt: skip
_MODULES = "{ARC4,ARC2,DES,DES3,Blowfish,CAST,XOR}"
_CLASSES = "{ARC4,TripleDES,Blowfish,CAST5,IDEA,SEED,RC2}"
_PROTOCOLS = frozenset({"ntlm", "des", "tripledes", "vnc", "rc4", "kerberos", "krb", "pdf",
                        "pkcs12", "legacy", "arcfour", "jks", "mschap", "lm",
                        "netlogon", "bcrypt", "ecb"})  # fmt: skip


@check(
    id="weak-cipher",
    title="Broken cipher or mode",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls(
        f"Crypto.Cipher.{_MODULES}.new",
        f"Cryptodome.Cipher.{_MODULES}.new",
        f"cryptography.hazmat.primitives.ciphers.algorithms.{_CLASSES}",
        f"cryptography.hazmat.decrepit.ciphers.algorithms.{_CLASSES}",
        "cryptography.hazmat.primitives.ciphers.modes.ECB",
        "Crypto.Cipher.AES.new",
        "Cryptodome.Cipher.AES.new",
        "pyDes.{des,triple_des}",
        "oslo_crypto.{des,rc4}",
    ),
    cwe=(327,),
    security=True,
)
def weak_cipher(call: Call, report: Report) -> None:
    """Data is encrypted with DES, Triple DES, RC4, RC2, Blowfish or CAST, or in the mode ECB.

    Why:
        DES keys are tried out in a day, RC4 leaks its plaintext, blocks of 64 bits repeat within
        one large file, and ECB shows which blocks are equal. All of them can be changed on the way
        without anybody noticing.
    Bad:
        from Crypto.Cipher import DES

        def seal(key, text):
            return DES.new(key, DES.MODE_CBC).encrypt(text)
    Bad:
        from Crypto.Cipher import AES

        def seal(key, text):
            return AES.new(key, AES.MODE_ECB).encrypt(text)
    Bad:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        def seal(key):
            return Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    Good:
        from Crypto.Cipher import AES

        def seal(key, text):
            cipher = AES.new(key, AES.MODE_GCM)
            return cipher.nonce, *cipher.encrypt_and_digest(text)
    Good:
        from cryptography.fernet import Fernet

        def seal(key, text):
            return Fernet(key).encrypt(text)
    Suppress:
        Where a protocol or an old file format prescribes it, and for a single random block.
    """
    name = call.name or ""
    parts = name.split(".")
    cipher = parts[-2] if parts[-1] == "new" else parts[-1]
    what = _BROKEN.get(cipher)
    if name.startswith("pyDes."):
        what = "DES" if cipher == "des" else "Triple DES"
    if _implements(call):
        return
    if what is None and not _is_ecb(call, name) and not _comes_as_ecb(call, report):
        return
    broken = what is not None
    report(
        at=call,
        message=f"{what} is broken." if broken else "ECB encrypts equal blocks to equal blocks.",
        why="What is encrypted can be read or changed without the key."
        if broken
        else "It shows the structure of the plaintext, and blocks can be exchanged unseen.",
        fix="Use `Fernet`, or AES in the mode GCM with a fresh nonce for each message.",
        severity=Severity.MEDIUM if what in ("Triple DES", "Blowfish", "CAST-128") else None,
    )


def _is_ecb(call: Call, name: str) -> bool:
    if name.endswith("modes.ECB"):
        return True
    mode = call.argument(1, "mode")
    if mode is None:
        return False
    return (mode.origin.name or mode.name or "").endswith(".MODE_ECB") or mode.constant == 1


def _comes_as_ecb(call: Call, report: Report) -> bool:
    """Whether the mode is ECB by what comes from elsewhere: a field, a default, an enum."""
    if not call.module.source.data.count(b"ECB"):
        return False
    return any(
        one == 1 or (isinstance(one, str) and one.endswith(".MODE_ECB"))
        for one in seen_as(call, report, 1, "mode")
    )


def _implements(call: Call) -> bool:
    """Whether the code around is an implementation of a protocol that names this very cipher."""
    names = [call.module.path.rpartition("/")[2].replace("legacy", "")]  # says what is old only
    if call.function is not None:
        names.append(call.function.name)
    if call.cls is not None:
        names.append(call.cls.name)
    return any(_PROTOCOLS & set(words_of(name)) for name in names)
