"""The check ``weak-key-size``: key pairs that are too short."""

from __future__ import annotations

from checks.events import UNKNOWN, Call
from checks.model import Aspect, Confidence, Severity
from checks.registry import PRODUCTION_ROLES, calls, check
from checks.report import Report
from checks.security.elsewhere import seen_as

_FACTORS = {
    "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key": (1, "key_size"),
    "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key": (0, "key_size"),
    "cryptography.hazmat.primitives.asymmetric.dsa.generate_parameters": (0, "key_size"),
    "cryptography.hazmat.primitives.asymmetric.dh.generate_parameters": (1, "key_size"),
    "Crypto.PublicKey.RSA.generate": (0, "bits"),
    "Crypto.PublicKey.DSA.generate": (0, "bits"),
    "Crypto.PublicKey.ElGamal.generate": (0, "bits"),
    "Cryptodome.PublicKey.RSA.generate": (0, "bits"),
    "Cryptodome.PublicKey.DSA.generate": (0, "bits"),
    "paramiko.RSAKey.generate": (0, "bits"),
    "paramiko.rsakey.RSAKey.generate": (0, "bits"),
    "paramiko.DSSKey.generate": (0, "bits"),
    "rsa.newkeys": (0, "nbits"),
    "OpenSSL.crypto.PKey().generate_key": (1, "bits"),
}
_SMALLEST = 2048
_CURVE = "cryptography.hazmat.primitives.asymmetric.ec.generate_private_key"
_SHORT_CURVES = frozenset(
    {"SECP192R1", "SECT163K1", "SECT163R2", "P-192", "p192", "NIST P-192", "prime192v1",
     "secp192r1"}
)  # fmt: skip


@check(
    id="weak-key-size",
    title="Key is too short",
    aspect=Aspect.CREDENTIALS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    roles=PRODUCTION_ROLES,
    on=calls(*_FACTORS, _CURVE, "Crypto.PublicKey.ECC.generate",
             "Cryptodome.PublicKey.ECC.generate"),
    cwe=(326,),
    security=True,
)  # fmt: skip
def weak_key_size(call: Call, report: Report) -> None:
    """A key for RSA, DSA or Diffie-Hellman of fewer than 2048 bits is made, or a short curve used.

    The sizes are those that NIST SP 800-131A allows: 2048 bits, and 224 for elliptic curves.

    Why:
        Keys of 1024 bits are within reach of those who can pay for it, and a key stays in use for
        years.
    Bad:
        from cryptography.hazmat.primitives.asymmetric import rsa

        def new_key():
            return rsa.generate_private_key(public_exponent=65537, key_size=1024)
    Bad:
        from Crypto.PublicKey import RSA

        BITS = 1024
        key = RSA.generate(BITS)
    Good:
        from cryptography.hazmat.primitives.asymmetric import rsa

        def new_key():
            return rsa.generate_private_key(public_exponent=65537, key_size=3072)
    Good:
        from cryptography.hazmat.primitives.asymmetric import ec

        def new_key():
            return ec.generate_private_key(ec.SECP256R1())
    Suppress:
        Where old hardware takes no longer key: name it in the reason.
    """
    name = call.name or ""
    if name not in _FACTORS:
        _curve(call, report)
        return
    position, keyword = _FACTORS[name]
    size = call.argument(position, keyword)
    bits = None if size is None else size.constant
    confidence = None
    if size is not None and bits is UNKNOWN:
        confidence = Confidence.MEDIUM
        bits = next((one for one in seen_as(call, report, position, keyword) if _is_short(one)), 0)
    if not _is_short(bits):
        return
    report(
        at=call,
        message=f"A key of {bits} bits is made.",
        why="It can be computed from the public key with enough machines.",
        fix="Make keys of 3072 bits, or use Ed25519.",
        confidence=confidence,
    )


def _is_short(bits: object) -> bool:
    return isinstance(bits, int) and not isinstance(bits, bool) and 0 < bits < _SMALLEST


def _curve(call: Call, report: Report) -> None:
    chosen = call.argument(0, "curve")
    if chosen is None:
        return
    text = chosen.constant
    if not isinstance(text, str):
        text = (chosen.origin.callee_name or chosen.name or "").rpartition(".")[2]
    if text not in _SHORT_CURVES:
        return
    report(
        at=call,
        message=f"The curve `{text}` is too short.",
        why="Keys of fewer than 224 bits can be computed from the public key.",
        fix="Use Ed25519, or the curve P-256.",
    )
