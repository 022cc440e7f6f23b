"""The environment as one frozen value, or as a list of plain errors.

This is the only place that reads environment variables. It judges all of them before it gives up,
so that a person mends a deployment once and not variable by variable. It opens no connection:
whether GitHub accepts the key is for ``bot.service`` to find out.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.github.urls import checked_root
from bot.private_key import BadKey, read_private_key

DOCS = "docs/running.md"
"""Where every variable is explained; named in each error."""

SHORTEST_SECRET = 16
LARGEST_KEY_FILE = 64 * 1024
CONCURRENCY = 16
"""Most of a review is waiting: GitHub wants a second between two writes (docs/benchmarks.md)."""
HIGHEST_CONCURRENCY = 64
LONGEST_GRACE = 3600
LONGEST_SWEEP_MINUTES = 24 * 60

APP_PAGE = "your app's page on GitHub (Settings → Developer settings → GitHub Apps)"


class Role(enum.Enum):
    """What a process does, and so which settings it needs."""

    SERVE = "serve"
    """Receives deliveries: everything."""
    WORKER = "worker"
    """Runs jobs: everything but the webhook secret."""
    STORE = "store"
    """Looks at the queue: only where it lives."""


class LogFormat(enum.StrEnum):
    """How log lines look."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment asks for. Its ``repr`` shows no secret."""

    app_id: int
    private_key: str = field(repr=False)
    """PEM of an RSA key; empty only for :attr:`Role.STORE`."""
    webhook_secrets: tuple[bytes, ...] = field(repr=False)
    """One, or two while they are rotated; empty for roles that receive nothing."""
    api_url: str
    graphql_url: str | None
    """None: derived from ``api_url``."""
    state_dir: Path
    database_url: str | None = field(repr=False)
    """None: the embedded database in ``state_dir``."""
    host: str
    port: int
    concurrency: int
    log_format: LogFormat
    grace: timedelta
    """How long running reviews may go on after a stop was asked for."""
    sweep_every: timedelta
    """How often deliveries that did not arrive are looked for; zero is never."""
    docs_url: str
    """Where the pages of the checks are, without a slash at its end; empty for no links."""
    zizmor: bool = False
    """Whether zizmor, where it is installed, looks at workflows as well."""
    previous_private_key: str = field(default="", repr=False)
    """PEM of the key before a rotation, so that what it signed is still known; empty for none."""

    def secrets(self) -> tuple[str, ...]:
        """Every text that a log line must never show."""
        found = [secret.decode("utf-8", "replace") for secret in self.webhook_secrets]
        keys = f"{self.private_key}\n{self.previous_private_key}"
        found.extend(line for line in keys.splitlines() if line and not line.startswith("-----"))
        if self.database_url is not None:
            password = urlsplit(self.database_url).password
            if password:
                found.extend({password, unquote(password)})
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and what was odd about the environment without being wrong."""

    settings: Settings
    warnings: tuple[str, ...]


class SettingsError(Exception):
    """The environment is wrong. ``problems`` holds one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


NAMES = (
    "ASSAY_APP_ID",
    "ASSAY_PRIVATE_KEY",
    "ASSAY_PRIVATE_KEY_FILE",
    "ASSAY_PREVIOUS_PRIVATE_KEY",
    "ASSAY_PREVIOUS_PRIVATE_KEY_FILE",
    "ASSAY_WEBHOOK_SECRET",
    "ASSAY_GITHUB_API_URL",
    "ASSAY_GITHUB_GRAPHQL_URL",
    "ASSAY_STATE_DIR",
    "ASSAY_DATABASE_URL",
    "ASSAY_HOST",
    "PORT",
    "ASSAY_CONCURRENCY",
    "ASSAY_LOG_FORMAT",
    "ASSAY_SHUTDOWN_GRACE",
    "ASSAY_SWEEP_MINUTES",
    "ASSAY_DOCS_URL",
    "ASSAY_ZIZMOR",
)
"""Every variable that is read."""


def load(environ: Mapping[str, str], role: Role = Role.SERVE) -> Loaded:
    """Read and check the settings that a process of this role needs.

    Raises:
        SettingsError: at least one variable is missing or wrong; all of them are named.
    """
    reader = _Reader(environ)
    talks_to_github = role is not Role.STORE
    settings = Settings(
        app_id=reader.app_id() if talks_to_github else 0,
        private_key=reader.private_key() if talks_to_github else "",
        previous_private_key=reader.previous_private_key() if talks_to_github else "",
        webhook_secrets=reader.webhook_secrets() if role is Role.SERVE else (),
        api_url=reader.url("ASSAY_GITHUB_API_URL") or "https://api.github.com",
        graphql_url=reader.url("ASSAY_GITHUB_GRAPHQL_URL"),
        state_dir=reader.state_dir(),
        database_url=reader.database_url(),
        host=reader.text("ASSAY_HOST") or "127.0.0.1",
        port=reader.number("PORT", default=8000, low=0, high=65535),
        concurrency=reader.number(
            "ASSAY_CONCURRENCY", default=CONCURRENCY, low=1, high=HIGHEST_CONCURRENCY
        ),
        log_format=reader.log_format(),
        grace=timedelta(
            seconds=reader.number("ASSAY_SHUTDOWN_GRACE", default=25, low=0, high=LONGEST_GRACE)
        ),
        sweep_every=timedelta(
            minutes=reader.number(
                "ASSAY_SWEEP_MINUTES", default=10, low=0, high=LONGEST_SWEEP_MINUTES
            )
        ),
        docs_url=reader.docs_url(),
        zizmor=reader.switch("ASSAY_ZIZMOR"),
    )
    if reader.problems:
        raise SettingsError(tuple(reader.problems))
    return Loaded(settings, _unknown(environ))


def _unknown(environ: Mapping[str, str]) -> tuple[str, ...]:
    warnings = []
    for name in sorted(environ):
        if not name.startswith("ASSAY_") or name in NAMES:
            continue
        shown = name[:60] if name.isprintable() else "ASSAY_…"
        bare = name.removeprefix("ASSAY_")
        near = [bare] if bare in NAMES else difflib.get_close_matches(name, NAMES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the known ones are listed in {DOCS}"
        warnings.append(f"{shown} is not a setting and has no effect; {hint}")
    return tuple(warnings)


class _Reader:
    """Reads one variable after the other and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        """The trimmed value; None when unset or blank."""
        return self._environ.get(name, "").strip() or None

    def _problem(self, name: str, expected: str, where: str) -> None:
        self.problems.append(f"{name} {expected}; {where}; see {DOCS}")

    def number(self, name: str, *, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        value = self.text(name)
        if value is None:
            return default
        if value.isascii() and value.isdigit() and len(value) <= 9 and low <= int(value) <= high:
            return int(value)
        self._problem(
            name,
            f"must be a whole number from {low} to {high}",
            f"leave it out for the default, {default}",
        )
        return default

    def app_id(self) -> int:
        """The app's number."""
        value = self.text("ASSAY_APP_ID")
        where = f'it is shown as "App ID" on {APP_PAGE}'
        if value is None:
            self._problem("ASSAY_APP_ID", "is not set: it must be the number of your app", where)
        elif value.isascii() and value.isdigit() and len(value) <= 18 and int(value) > 0:
            return int(value)
        else:
            self._problem("ASSAY_APP_ID", "must be a number, not a name or a client id", where)
        return 0

    def private_key(self) -> str:
        """The app's RSA key, from the variable or from the file that is named."""
        where = f'create one under "Private keys" on {APP_PAGE}'
        inline = self.text("ASSAY_PRIVATE_KEY")
        file = self.text("ASSAY_PRIVATE_KEY_FILE")
        if inline and file:
            self._problem(
                "ASSAY_PRIVATE_KEY",
                "and ASSAY_PRIVATE_KEY_FILE are both set",
                "keep one of them",
            )
            return ""
        if inline:
            return self._key("ASSAY_PRIVATE_KEY", lambda: inline, where)
        if file:
            return self._key("ASSAY_PRIVATE_KEY_FILE", lambda: _read_key_file(Path(file)), where)
        self._problem(
            "ASSAY_PRIVATE_KEY",
            "is not set: it, or ASSAY_PRIVATE_KEY_FILE, must hold your app's private key (PEM)",
            where,
        )
        return ""

    def previous_private_key(self) -> str:
        """The key before the last rotation; empty without one."""
        where = "leave it out unless you replaced the app's private key"
        inline = self.text("ASSAY_PREVIOUS_PRIVATE_KEY")
        file = self.text("ASSAY_PREVIOUS_PRIVATE_KEY_FILE")
        if inline and file:
            self._problem(
                "ASSAY_PREVIOUS_PRIVATE_KEY",
                "and ASSAY_PREVIOUS_PRIVATE_KEY_FILE are both set",
                "keep one of them",
            )
        elif inline:
            return self._key("ASSAY_PREVIOUS_PRIVATE_KEY", lambda: inline, where)
        elif file:
            name = "ASSAY_PREVIOUS_PRIVATE_KEY_FILE"
            return self._key(name, lambda: _read_key_file(Path(file)), where)
        return ""

    def _key(self, name: str, source: Callable[[], str], where: str) -> str:
        try:
            return read_private_key(source())
        except BadKey as error:
            self._problem(name, str(error), where)
            return ""

    def webhook_secrets(self) -> tuple[bytes, ...]:
        """One secret, or two while they are rotated."""
        name = "ASSAY_WEBHOOK_SECRET"
        where = (
            f'it is the "Webhook secret" on {APP_PAGE}; '
            'make a new one with: python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
        value = self.text(name)
        if value is None:
            self._problem(name, "is not set: without it nobody's deliveries can be trusted", where)
            return ()
        secrets = tuple(part.strip() for part in value.split(","))
        if len(secrets) > 2:
            self._problem(
                name,
                "must hold one secret, or two with a comma between them while you rotate",
                "a secret cannot contain a comma",
            )
            return ()
        if any(len(secret) < SHORTEST_SECRET for secret in secrets):
            self._problem(
                name,
                f"must have at least {SHORTEST_SECRET} characters"
                + (" in each of its two parts" if len(secrets) == 2 else ""),
                where,
            )
            return ()
        return tuple(secret.encode("utf-8", "surrogateescape") for secret in secrets)

    def url(self, name: str) -> str | None:
        """An address of GitHub's API, without a slash at its end."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return checked_root(value)
        except ValueError as error:
            self._problem(name, f"cannot be used: {error}", "leave it out for github.com")
            return None

    def docs_url(self) -> str:
        """The address of the checks' pages, without a slash at its end; empty when unset."""
        name = "ASSAY_DOCS_URL"
        value = self.text(name)
        if value is None:
            return ""
        try:
            return checked_root(value)
        except ValueError:
            self._problem(
                name,
                "must be a plain https address, without a user name or a query, such as "
                "https://github.com/OWNER/NAME/blob/main/docs/checks",
                "leave it out, and rules are shown without links",
            )
            return ""

    def state_dir(self) -> Path:
        """The folder of the embedded database."""
        value = self.text("ASSAY_STATE_DIR")
        if value is None:
            return Path(".assay")
        path = _home(value)
        if "\0" in value or (path.exists() and not path.is_dir()):
            self._problem(
                "ASSAY_STATE_DIR",
                "must be a folder, and there is something else of that name",
                "leave it out for the default, .assay in the working directory",
            )
        return path

    def database_url(self) -> str | None:
        """A PostgreSQL address, if there is one."""
        value = self.text("ASSAY_DATABASE_URL")
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            known = parts.scheme in {"postgresql", "postgres"} and parts.port != 0
        except ValueError:
            known = False
        if known:
            return "postgresql" + value[value.index(":") :]
        self._problem(
            "ASSAY_DATABASE_URL",
            "must begin with postgresql://, such as postgresql://user:password@host/database",
            "leave it out for the embedded database in ASSAY_STATE_DIR",
        )
        return None

    def switch(self, name: str) -> bool:
        """On or off; off when unset."""
        value = (self.text(name) or "off").lower()
        if value not in ("on", "off"):
            self._problem(name, "must be on or off", "the default is off")
        return value == "on"

    def log_format(self) -> LogFormat:
        """Text or JSON."""
        value = (self.text("ASSAY_LOG_FORMAT") or LogFormat.TEXT).lower()
        try:
            return LogFormat(value)
        except ValueError:
            self._problem("ASSAY_LOG_FORMAT", "must be text or json", "the default is text")
            return LogFormat.TEXT


def _home(value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError:
        return Path(value)


def _read_key_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_KEY_FILE + 1)
    except FileNotFoundError:
        raise BadKey("names a file that does not exist") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such path"
        raise BadKey(f"names a file that cannot be read ({reason.lower()})") from None
    if len(raw) > LARGEST_KEY_FILE:
        raise BadKey("names a file that is far too large for a private key")
    return raw.decode("ascii", "replace")
