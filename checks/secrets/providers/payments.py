"""Payments and shops. Keys of test modes move no money and are not in the table."""

from __future__ import annotations

from checks.model import Severity
from checks.secrets.provider import Provider

PROVIDERS = (
    Provider(
        id="stripe-key",
        issuer="Stripe",
        what="a live secret key",
        keywords=("sk_live_", "rk_live_"),
        pattern=r"[sr]k_live_[A-Za-z0-9]{24,247}",
        revoke="https://dashboard.stripe.com/apikeys",
        severity=Severity.CRITICAL,
        source="https://docs.stripe.com/keys",
    ),
    Provider(
        id="stripe-webhook-secret",
        issuer="Stripe",
        what="a webhook signing secret",
        keywords=("whsec_",),
        pattern=r"whsec_[A-Za-z0-9+/]{32,64}",
        revoke="https://dashboard.stripe.com/webhooks",
        joins="+/",
        severity=Severity.MEDIUM,
    ),
    Provider(
        id="square-token",
        issuer="Square",
        what="an access token",
        keywords=("sq0atp-",),
        pattern=r"sq0atp-[A-Za-z0-9_-]{22}",
        revoke="https://developer.squareup.com/apps",
        joins="-",
    ),
    Provider(
        id="square-secret",
        issuer="Square",
        what="an application secret",
        keywords=("sq0csp-",),
        pattern=r"sq0csp-[A-Za-z0-9_-]{43}",
        revoke="https://developer.squareup.com/apps",
        joins="-",
    ),
    Provider(
        id="shopify-token",
        issuer="Shopify",
        what="an access token",
        keywords=("shpat_", "shpca_", "shppa_", "shpss_"),
        pattern=r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
        revoke="https://shopify.dev/docs/apps/build/authentication-authorization",
        severity=Severity.CRITICAL,
    ),
    Provider(
        id="braintree-token",
        issuer="Braintree",
        what="a production access token",
        keywords=("access_token$production$",),
        pattern=r"access_token\$production\$[0-9a-z]{16}\$[0-9a-f]{32}",
        revoke="https://www.braintreegateway.com/login",
        severity=Severity.CRITICAL,
    ),
    Provider(
        id="flutterwave-key",
        issuer="Flutterwave",
        what="a secret key",
        keywords=("flwseck-",),
        pattern=r"FLWSECK-[0-9a-f]{32}-X",
        revoke="https://app.flutterwave.com/dashboard/settings/apis/live",
        joins="-",
    ),
    Provider(
        id="plaid-token",
        issuer="Plaid",
        what="a production access token",
        keywords=("access-production-",),
        pattern=r"access-production-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
        revoke="https://dashboard.plaid.com/developers/keys",
        joins="-",
    ),
)
