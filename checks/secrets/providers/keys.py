"""Keys that no single company issues."""

from __future__ import annotations

from checks.secrets.provider import Provider

PROVIDERS = (
    Provider(
        id="age-secret-key",
        issuer="whoever made it",
        what="an age identity",
        keywords=("age-secret-key-1",),
        pattern=r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
        revoke="https://github.com/FiloSottile/age",
    ),
)
