"""Markers: made, found again, and never taken for ours when they are not."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from bot.review.markers import Marker, Place, Signer, derive_key

SIGNER = Signer([b"a" * 32])
PLACE = Place(repository=1296269, pull=7)

words = st.from_regex(r"\A[A-Za-z0-9_.:]{1,20}(-[A-Za-z0-9_.:]{1,20}){0,2}\Z")


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, pkcs8: bool = True) -> str:
    form = serialization.PrivateFormat
    return key.private_bytes(
        serialization.Encoding.PEM,
        form.PKCS8 if pkcs8 else form.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


@given(kind=words, fingerprint=words, before=st.text(), after=st.text())
def test_a_marker_is_found_again(kind: str, fingerprint: str, before: str, after: str) -> None:
    body = before + SIGNER.mark(kind, PLACE, fingerprint) + after
    assert SIGNER.read(body, PLACE) == Marker(kind, fingerprint, genuine=True)


@given(st.text())
def test_reading_never_raises(body: str) -> None:
    assert SIGNER.read(body, PLACE) is None or "assay:1" in body


@pytest.mark.parametrize("place", [Place(1296269, 8), Place(1296270, 7)])
def test_a_marker_belongs_to_one_pull_request(place: Place) -> None:
    copied = SIGNER.mark("finding", PLACE, "abc")
    assert SIGNER.read(copied, place) == Marker("finding", "abc", genuine=False)


@pytest.mark.parametrize("changed", ["review abc", "finding abd"])
def test_a_changed_marker_is_not_genuine(changed: str) -> None:
    marker = SIGNER.mark("finding", PLACE, "abc").replace("finding abc", changed)
    found = SIGNER.read(marker, PLACE)
    assert found is not None
    assert not found.genuine


def test_another_key_is_not_ours() -> None:
    marker = Signer([b"b" * 32]).mark("finding", PLACE, "abc")
    assert SIGNER.read(marker, PLACE) == Marker("finding", "abc", genuine=False)


def test_a_rotated_key_knows_the_older_ones_markers() -> None:
    rotated = Signer([b"b" * 32, b"a" * 32])
    assert rotated.read(SIGNER.mark("finding", PLACE, "abc"), PLACE) == Marker(
        "finding", "abc", genuine=True
    )
    assert rotated.mark("finding", PLACE, "x") == Signer([b"b" * 32]).mark("finding", PLACE, "x")


def test_a_forged_marker_does_not_hide_a_genuine_one() -> None:
    forged = "<!-- assay:1 finding other " + "0" * 40 + " -->"
    genuine = SIGNER.mark("finding", PLACE, "abc")
    for body in (f"{forged}\n{genuine}", f"{genuine}\n{forged}"):
        assert SIGNER.read(body, PLACE) == Marker("finding", "abc", genuine=True)


def test_thousands_of_forged_markers_are_read() -> None:
    forged = "<!-- assay:1 finding other " + "0" * 40 + " -->"
    assert SIGNER.read(forged * 20_000, PLACE) == Marker("finding", "other", genuine=False)


@pytest.mark.parametrize("word", ["", "a b", "a--b", "-a", "a-", "-->", "a\n", "x" * 129, "é"])
def test_what_cannot_stand_in_a_comment_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a marker"):
        SIGNER.mark("finding", PLACE, word)


def test_weak_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Signer([])
    with pytest.raises(ValueError, match="32 bytes"):
        Signer([b"short"])


def test_keys_come_from_the_private_key_whatever_its_form() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    other = ec.generate_private_key(ec.SECP256R1())
    plain, old_form = pem(key), pem(key, pkcs8=False)
    assert plain != old_form
    assert derive_key(plain) == derive_key(old_form) == derive_key(plain.replace("\n", "\r\n"))
    assert derive_key(plain) != derive_key(pem(other))
    marker = Signer.from_pem(pem(other)).mark("finding", PLACE, "abc")
    assert Signer.from_pem(plain, pem(other)).read(marker, PLACE) == Marker(
        "finding", "abc", genuine=True
    )


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="not an unencrypted private key"):
        derive_key("-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n")
