"""What is told of a secret: the value that the kinds of secrets have in common, and its words."""

from __future__ import annotations

from checks.languages.paths import language_of
from checks.light import dataclass
from checks.model import Confidence, Severity, Span, Surface

SHOWN = 4
"""Characters of a secret that a message may show."""
HISTORY = "Removing the line is not enough: it stays in the history of the repository."

_FROM: dict[str, str] = {
    "python": "`os.environ`",
    "javascript": "`process.env`",
    "typescript": "`process.env`",
    "tsx": "`process.env`",
    "go": "`os.Getenv`",
    "java": "`System.getenv`",
    "kotlin": "`System.getenv`",
    "scala": "`sys.env`",
    "csharp": "`Environment.GetEnvironmentVariable`",
    "ruby": "`ENV`",
    "php": "`getenv`",
    "rust": "`std::env::var`",
    "hcl": "a variable that is `sensitive`",
    "dockerfile": "`RUN --mount=type=secret`",
}
"""How the languages read what is given to them from outside."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is told of. Only ``span`` and ``value`` lead to it, and neither is told."""

    span: Span
    identity: str
    """What its fingerprint is made of: never the secret, nor anything computed from it."""
    value: str
    """The secret itself, to be held against what a repository calls test data."""
    message: str
    fix: str
    severity: Severity
    confidence: Confidence = Confidence.HIGH
    surface: Surface = Surface.INLINE
    why: str = HISTORY


def described(secret: bytes) -> str:
    """A secret as far as it may be shown: how it begins, and how long it is."""
    start = secret[:SHOWN].decode("latin-1")
    shown = "".join(one for one in start if one.isascii() and (one.isalnum() or one in "_-.:"))
    return f"`{shown}…` ({len(secret)} characters)"


def loading(path: str) -> str:
    """Where code of the file's language loads a secret from."""
    if path.startswith(".github/workflows/"):
        return "`secrets`"
    return f"{_FROM.get(language_of(path), 'the environment')} or a secret store"
