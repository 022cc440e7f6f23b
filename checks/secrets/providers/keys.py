"""Keys that no single company issues."""

from __future__ import annotations

from checks.model import Severity
from checks.secrets.provider import Provider
from checks.secrets.structure import has_bech32_checksum, is_extended_key

PROVIDERS = (
    Provider(
        id="age-secret-key",
        issuer="whoever made it",
        what="an age identity",
        keywords=("age-secret-key-1",),
        pattern=r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
        revoke="https://github.com/FiloSottile/age",
        checksum=has_bech32_checksum,
        source="https://age-encryption.org/v1",
    ),
    Provider(
        id="wireguard-key",
        issuer="whoever made it",
        what="a WireGuard private or preshared key",
        keywords=("privatekey", "presharedkey"),
        pattern=r"(?:PrivateKey|PresharedKey)[ \t]*=[ \t]*([A-Za-z0-9+/]{43}=)",
        revoke="https://www.wireguard.com/quickstart/",
        joins="+/=",
        source="https://www.wireguard.com/quickstart/",
    ),
    Provider(
        id="bitcoin-extended-key",
        issuer="whoever made it",
        what="an extended private key of a wallet",
        keywords=("xprv",),
        pattern=r"xprv[1-9A-HJ-NP-Za-km-z]{107}",
        revoke="https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki",
        checksum=is_extended_key,
        severity=Severity.CRITICAL,
        source="https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki",
    ),
    Provider(
        id="nostr-secret-key",
        issuer="whoever made it",
        what="a Nostr private key",
        keywords=("nsec1",),
        pattern=r"nsec1[023456789acdefghjklmnpqrstuvwxyz]{58}",
        revoke="https://github.com/nostr-protocol/nips/blob/master/19.md",
        checksum=has_bech32_checksum,
        source="https://github.com/nostr-protocol/nips/blob/master/19.md",
    ),
)
