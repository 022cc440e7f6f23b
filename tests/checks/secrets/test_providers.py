"""Secrets of providers: every valid one is found, and no near miss."""

from __future__ import annotations

import random
import string

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.secrets.matching import Found, scan
from checks.secrets.provider import WORD
from checks.secrets.providers import BY_ID, PROVIDERS
from checks.secrets.providers.clouds import AWS_KEY_ID
from tests.checks.secrets.shapes import BASE32, BASE64, SHAPES, draw

SHAPED = re2.compile(r"^[A-Za-z0-9_.+-]+$")
"""A secret without a name, an address or a sign of assignment before it."""
SEEDS = st.integers(0, 2**32)
AROUND = st.sampled_from(
    ["{}", "'{}'", 'token = "{}"\n', "key: {}\r\n", "<a>{}</a>", "\\n{}\\n", "export A={}",
     "a,{},b", "`{}`", "[{}]", "# {}", "x = {};"]
)  # fmt: skip
VARIABLE = frozenset(
    {  # of no fixed length, so one character more or less may be a secret as well
        "authress-key",
        "azure-annotated-key",
        "aws-bedrock-key",
        "aws-bedrock-session-key",
        "azure-app-configuration-secret",
        "azure-client-secret",
        "bitbucket-data-center-token",
        "cloudinary-address",
        "databricks-token",
        "discord-bot-token",
        "discord-webhook",
        "doppler-service-token",
        "doppler-token",
        "dropbox-token",
        "facebook-access-token",
        "fly-token",
        "github-installation-token",
        "gitlab-routable-token",
        "google-access-token",
        "google-chat-webhook",
        "grafana-cloud-token",
        "ifttt-webhook",
        "mailchimp-key",
        "mercado-pago-token",
        "octopus-deploy-key",
        "onepassword-service-token",
        "openai-key",
        "planetscale-token",
        "posthog-key",
        "pypi-token",
        "salesforce-refresh-token",
        "sentry-organization-token",
        "slack-configuration-token",
        "slack-token",
        "slack-webhook",
        "slack-workflow-webhook",
        "stripe-key",
        "stripe-webhook-secret",
        "tailscale-key",
        "telegram-bot-token",
        "terraform-cloud-token",
        "testpypi-token",
        "twitch-stream-key",
        "twitter-bearer-token",
        "typeform-token",
        "vault-batch-token",
        "vault-token",
        "vercel-token",
        "yandex-api-key",
        "yandex-iam-token",
        "zapier-webhook",
    }
)


def found(text: str) -> list[Found]:
    return scan(text.encode()).found


def ids(text: str) -> list[str]:
    return [one.provider.id for one in found(text)]


def test_every_provider_has_a_generator() -> None:
    assert set(SHAPES) | {AWS_KEY_ID} == set(BY_ID)
    assert len(BY_ID) == len(PROVIDERS) >= 180


@pytest.mark.parametrize("name", sorted(SHAPES))
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, around=AROUND)
def test_a_valid_secret_is_found(name: str, seed: int, around: str) -> None:
    chance = random.Random(seed)
    for make in SHAPES[name]:
        secret = make(chance)
        text = around.format(secret)
        (one,) = found(text)
        assert one.provider.id == name
        assert text.encode()[slice(*one.span)].decode() in secret


@pytest.mark.parametrize("name", sorted(SHAPES))
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_a_longer_word_is_not_a_secret(name: str, seed: int) -> None:
    chance = random.Random(seed)
    for make in SHAPES[name]:
        secret = make(chance)
        after = "Z" if secret[-1] != "=" else "="
        if name not in VARIABLE:
            assert name not in ids(f"'{secret}{after}'")
        if SHAPED.search(secret) is not None and name not in VARIABLE:
            before = chance.choice(string.ascii_letters)
            assert name not in ids(f"'{before}{secret}'")


@pytest.mark.parametrize("name", sorted(set(SHAPES) - VARIABLE))
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_a_shorter_one_is_not_a_secret(name: str, seed: int) -> None:
    chance = random.Random(seed)
    for make in SHAPES[name]:
        secret = make(chance)
        assert name not in ids(f"'{secret[:-1]}'")


@pytest.mark.parametrize("name", sorted(SHAPES))
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_a_sign_of_another_alphabet_breaks_it(name: str, seed: int) -> None:
    chance = random.Random(seed)
    for make in SHAPES[name]:
        secret = make(chance)
        if name not in VARIABLE:
            middle = len(secret) - (12 if len(secret) > 30 else 4)
        else:  # behind the middle the rest could be a whole secret
            middle = len(secret) // 3
        assert name not in ids(f"'{secret[:middle]}!{secret[middle + 1 :]}'")


@pytest.mark.parametrize("name", ["github-token", "npm-token", "grafana-service-account-token"])
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_a_wrong_checksum_is_not_a_secret(name: str, seed: int) -> None:
    chance = random.Random(seed)
    for make in SHAPES[name]:
        secret = make(chance)
        at = chance.randrange(10, 30)
        other = chance.choice([one for one in string.ascii_letters if one != secret[at]])
        assert ids(secret[:at] + other + secret[at + 1 :]) == []


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_what_is_plainly_made_up_is_not_a_secret(name: str) -> None:
    chance = random.Random(1)
    for make in SHAPES[name]:
        secret = make(chance)
        tail = len(secret) - len(secret.rstrip("=")) or None
        body = secret[: -tail if tail else None]
        filled = body[:-20] + body[-1] * 20 + (secret[-tail:] if tail else "")
        assert name not in ids(f"'{filled}'")


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400), seed=SEEDS)
def test_any_bytes_are_read(data: bytes, seed: int) -> None:
    chance = random.Random(seed)
    name = chance.choice(sorted(SHAPES))
    secret = chance.choice(SHAPES[name])(chance).encode()
    cut = chance.randrange(len(secret))
    for one in scan(data + secret[:cut] + data + secret[cut:] + data).found:
        start, end = one.span
        assert 0 <= start < end


def test_secrets_next_to_each_other_are_all_found() -> None:
    chance = random.Random(3)
    secrets = [make(chance) for makers in SHAPES.values() for make in makers]
    text = "".join(f"'{secret}',\n" for secret in secrets)
    assert len(found(text)) == len(secrets)
    assert len(found(text.replace("\n", "\n" + " " * 4_000))) == len(secrets)


def test_secrets_on_one_long_line_and_over_chunks() -> None:
    chance = random.Random(4)
    secret = SHAPES["github-token"][0](chance)
    for offset in ((1 << 20) - 60, (1 << 20) - 4, (1 << 20) - 2, 1 << 20):
        text = " " * offset + secret + " " * 100
        (one,) = found(text)
        assert one.span == (offset, offset + len(secret))


def test_an_aws_key_id_is_found_by_its_shape() -> None:
    chance = random.Random(5)
    key = "AKIA" + draw(chance, BASE32, 16)
    assert ids(f"'{key}'") == [AWS_KEY_ID]
    assert ids("'" + "AKIA" + "IOSFODNN7" + "EXAMPLE'") == []
    assert ids(f"'{key}A'") == []
    assert ids(f"'{key[:-1]}1'") == []
    assert draw(chance, BASE64, 3)


def test_tables_are_well_made() -> None:
    for one in PROVIDERS:
        assert one.keywords
        assert all(keyword == keyword.lower() for keyword in one.keywords), one.id
        assert one.revoke.startswith("https://"), one.id
        assert not set(one.joins.encode()) & WORD, one.id
        assert one.what.split()[0] in ("a", "an", "the"), one.id
