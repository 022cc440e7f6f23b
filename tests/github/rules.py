"""Every rule that the stand-in enforces: what GitHub says when it refuses, and who says so.

A refusal always names its rule, so that a test (and the log of exchanges) tells which rule was
broken. The certainty says how well GitHub's behaviour is known: ``documented`` by GitHub,
``recorded`` from a real exchange, ``observed`` in users' verbatim quotes, or ``assumed``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that GitHub refuses: its status, its message, and where that is known from."""

    id: str
    status: int
    message: str
    source: str
    certainty: str


class Refusal(Exception):
    """GitHub says no. Carries the whole answer and the rule that asks for it."""

    def __init__(
        self,
        rule: str,
        status: int,
        message: str,
        *,
        errors: Sequence[Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{rule}: {status} {message}")
        self.rule = rule
        self.status = status
        self.message = message
        self.errors = list(errors) if errors is not None else None
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The answer's JSON, in the shape of GitHub's basic and validation errors."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = self.errors
        body["documentation_url"] = DOCS
        body["status"] = str(self.status)
        return body


_EXP_FAR = "'Expiration time' claim ('exp') is too far in the future"
_EXP_PAST = (
    "'Expiration time' claim ('exp') must be a numeric value representing the future time "
    "at which the assertion expires"
)
_IAT = (
    "'Issued at' claim ('iat') must be an Integer representing the time that the assertion "
    "was issued"
)
_JWT = "A JSON web token could not be decoded"
_FORBIDDEN = "Resource not accessible by integration"
_SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)
_CONTENT = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content "
    "creation. Please retry your request again later."
)
_INVALID = "Invalid request.\n\n{reason}"
_FAILED = "Validation Failed"
_UNPROCESSABLE = "Unprocessable Entity"

_TABLE: tuple[Rule, ...] = (
    Rule("jwt-exp-max", 401, _EXP_FAR, "generating-a-json-web-token-jwt", "documented"),
    Rule("jwt-exp-past", 401, _EXP_PAST, "a recording of PyGithub", "recorded"),
    Rule("jwt-iat-future", 401, _IAT, "generating-a-json-web-token-jwt", "documented"),
    Rule("jwt-signature", 401, _JWT, "a recording of hub4j/github-api", "recorded"),
    Rule("jwt-scope", 401, _JWT, "REST description of /app", "documented"),
    Rule("no-credentials", 401, "Requires authentication", "REST troubleshooting", "documented"),
    Rule("bad-credentials", 401, "Bad credentials", "REST troubleshooting", "documented"),
    Rule("token-expiry", 401, "Bad credentials", "REST description of access_tokens", "documented"),
    Rule(
        "token-permissions",
        422,
        "The permissions requested are not granted to this installation.",
        "a recording of PyGithub",
        "recorded",
    ),
    Rule(
        "token-repositories",
        422,
        "There is at least one repository that does not exist or is not accessible to the "
        "parent installation.",
        "users' quotes",
        "observed",
    ),
    Rule("token-bad-body", 400, "Problems parsing JSON", "a recording of PyGithub", "recorded"),
    Rule(
        "bad-json", 400, "Problems parsing JSON", "getting-started-with-the-rest-api", "documented"
    ),
    Rule(
        "body-object",
        400,
        "Body should be a JSON object",
        "getting-started-with-the-rest-api",
        "documented",
    ),
    Rule("suspended", 403, "This installation has been suspended", "users' quotes", "observed"),
    Rule("permission", 403, _FORBIDDEN, "troubleshooting-the-rest-api", "documented"),
    Rule("no-access-404", 404, "Not Found", "troubleshooting-the-rest-api", "documented"),
    Rule("not-found", 404, "Not Found", "troubleshooting-the-rest-api", "documented"),
    Rule("unknown-route", 404, "Not Found", "troubleshooting-the-rest-api", "documented"),
    Rule("moved", 301, "Moved Permanently", "REST best practices: redirects", "documented"),
    Rule("trailing-slash", 404, "Not Found", "troubleshooting-the-rest-api", "documented"),
    Rule("diff-needs-contents", 403, _FORBIDDEN, "probot/probot#1203", "observed"),
    Rule(
        "diff-max",
        406,
        "Sorry, the diff exceeded the maximum size",
        "repository-limits",
        "observed",
    ),
    Rule(
        "user-agent",
        403,
        "Request forbidden by administrative rules. Please make sure your request has a "
        "User-Agent header.",
        "troubleshooting-the-rest-api",
        "documented",
    ),
    Rule(
        "api-version",
        400,
        "The API version {version} is not supported.",
        "api-versions",
        "documented",
    ),
    Rule(
        "rate-primary",
        403,
        "API rate limit exceeded for installation ID {id}.",
        "rate-limits",
        "documented",
    ),
    Rule("rate-secondary", 403, _SECONDARY, "rate-limits", "documented"),
    Rule("rate-content", 403, _CONTENT, "rate-limits", "observed"),
    Rule("pagination", 422, "Invalid request.\n\n{reason}", "using-pagination", "assumed"),
    Rule(
        "contents-size",
        403,
        "This API returns blobs up to 100 MB in size.",
        "REST description",
        "documented",
    ),
    Rule("line-in-diff", 422, _UNPROCESSABLE, "The-PR-Agent/pr-agent#592", "observed"),
    Rule("same-hunk", 422, _FAILED, "qiniu/reviewbot#179", "observed"),
    Rule("start-before-line", 422, _UNPROCESSABLE, "ubuntu/WSL#244", "observed"),
    Rule("path-in-diff", 422, _UNPROCESSABLE, "villesau/ai-codereviewer#34", "observed"),
    Rule("commit-in-pull", 422, _FAILED, "users' quotes", "assumed"),
    Rule("review-body", 422, _UNPROCESSABLE, "REST description of body", "documented"),
    Rule("review-comment-body", 422, _FAILED, "REST description", "assumed"),
    Rule("own-pull", 422, _UNPROCESSABLE, "hubtty/hubtty#33", "observed"),
    Rule("one-pending", 422, _UNPROCESSABLE, "max-sixty/tend#1171", "observed"),
    Rule("body-max", 422, _FAILED, "telia-oss/github-pr-resource#259", "observed"),
    Rule("comment-body", 422, _FAILED, "REST description", "assumed"),
    Rule("reply-to-reply", 422, _FAILED, "REST description of in_reply_to", "documented"),
    Rule("comment-owner", 403, _FORBIDDEN, "users' quotes", "assumed"),
    Rule("reaction-content", 422, _FAILED, "REST description of reactions", "documented"),
    Rule("annotations-50", 422, _INVALID, "qiniu/reviewbot#258", "documented"),
    Rule("conclusion", 422, _INVALID, "a recording of hub4j/github-api", "recorded"),
    Rule("output-max", 422, _INVALID, "zyborg/dotnet-tests-report#9", "observed"),
    Rule("output-max-bytes", 422, _FAILED, "github/docs#35252", "observed"),
    Rule("annotation-columns", 422, _FAILED, "octokit/octokit.js#1170", "observed"),
    Rule("annotation-lines", 422, _FAILED, "REST description of annotations", "documented"),
    Rule("annotation-text", 422, _FAILED, "REST description of annotations", "documented"),
    Rule("check-sha", 422, "No commit found for SHA: {sha}", "rust-lang/rust#84906", "assumed"),
    Rule(
        "check-owner",
        403,
        "Invalid app_id `{id}` - check run can only be modified by the GitHub App that created it.",
        "int128/argocd-commenter#631",
        "observed",
    ),
    Rule("actions", 422, _INVALID, "REST description of actions", "documented"),
    Rule(
        "graphql-query",
        400,
        "A query attribute must be specified and must be a string.",
        "users' quotes",
        "observed",
    ),
    Rule(
        "code-scanning-off",
        403,
        "Code Security must be enabled for this repository to use code scanning.",
        "users' quotes",
        "observed",
    ),
    Rule(
        "sarif-unreadable",
        400,
        "Invalid SARIF. The SARIF file is not gzip compressed and Base64 encoded JSON.",
        "REST description of POST code-scanning/sarifs",
        "assumed",
    ),
    Rule("schema", 422, _INVALID, "REST description", "documented"),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _TABLE}


def refuse(
    rule: str,
    *,
    errors: Sequence[Any] | None = None,
    headers: Mapping[str, str] | None = None,
    status: int | None = None,
    **values: object,
) -> Refusal:
    """The refusal that ``rule`` asks for; ``values`` fill the message's blanks."""
    known = RULES[rule]
    message = known.message.format(**values) if values else known.message
    return Refusal(rule, status or known.status, message, errors=errors, headers=headers)
