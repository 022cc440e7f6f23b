"""Make any text harmless inside GitHub's Markdown.

A path, a piece of code or a message comes from the repository, so an attacker chooses it. Through
these functions it can neither ping a person, nor link to an issue, a commit or a site, nor leave
the code span, the fence, the table cell or the HTML element that it stands in, nor hide behind
invisible characters. This module knows Markdown and nothing of reviews.

Two facts shape it. GitHub looks for mentions and references after it has rendered the Markdown, so
a backslash or an entity does not stop them (github/markup#1168), while a code span or a zero-width
space inside the word does. And an entity never takes part in Markdown's structure (CommonMark
0.31, 2.5), so it is the safe form for what must appear literally.
"""

from __future__ import annotations

import functools
import html
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

import re2

BREAK = "\u200b"
"""Zero-width space: ends a mention, a reference or a link without being seen."""

_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# Characters that people cannot see although Unicode calls them letters or marks.
_HIDDEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")

_ESCAPED = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "|": "&#124;",
        "\\": "\\\\",
        "`": "\\`",
        "*": "\\*",
        "_": "\\_",
        "[": "\\[",
        "]": "\\]",
        "~": "\\~",
        "@": f"@{BREAK}",
        "#": f"#{BREAK}",
        "$": f"${BREAK}",
    }
)
_SCHEME = re2.compile(r"(?i)(https?|ftps?|mailto|xmpp|wss?|file|git|ssh)(:)")
_WWW = re2.compile(r"(?i)(www)(\.)")
_TICKET = re2.compile(r"(?i)(gh-)([0-9])")
_COMMIT = re2.compile(r"(?i)[0-9a-f]{7,}")
_EMOJI = re2.compile(r"(:)([A-Za-z0-9_+-]+:)")
_REFERENCE = re2.compile("|".join(one.pattern for one in (_SCHEME, _WWW, _TICKET, _EMOJI, _COMMIT)))
"""Whether there is anything to break: there seldom is."""

_NUMBERED = re2.compile(r"^([0-9]{1,9})([.)])(\s|$)")
_LINK = re2.compile(r"^https?://[A-Za-z0-9._~:/?#@!$&+,;=%-]+$")

_URL_LENGTH = 1000

MASK = "•"
_MASK_SHOWS = 4
_MASK_FROM = 16


@functools.lru_cache(maxsize=4096)
def _hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN_CATEGORIES or character in _HIDDEN_LETTERS


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "\u2421"
    return f"‹U+{code:04X}›"


def visible(text: str, *, keep: str = "") -> str:
    """``text`` with every control, bidirectional, format and invisible character made visible.

    Control characters become their pictures (``␛``), others their code point (``‹U+202E›``), so
    that text reads as the machine reads it (CVE-2021-42574, "Trojan Source"). ``keep`` names
    characters that stay, such as ``"\\n"``.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _shown(character) if character not in keep and _hidden(character) else character
        for character in text
    )


def hides(text: str) -> bool:
    """Whether ``text`` holds characters that people cannot see, line ends and tabs apart."""
    unseen = text.replace("\r\n", "\n")
    return visible(unseen, keep="\n\t") != unseen


def one_line(text: str) -> str:
    """``text`` on one line: runs of blanks and line ends become one space."""
    return visible(" ".join(text.split()))


def shorten(text: str, length: int) -> str:
    """At most ``length`` characters of ``text``, with ``…`` where something is cut.

    Code in backticks that is cut in the middle is still code.
    """
    if len(text) <= length:
        return text
    cut = text[: length - 2].rstrip() + "…"
    return cut + "`" if cut.count("`") % 2 else cut


def shorten_path(path: str, length: int = 100) -> str:
    """``path`` with its middle left out where it is longer than ``length`` characters."""
    if len(path) <= length:
        return path
    front = length // 3
    return f"{path[:front]}…{path[front + 1 - length :]}"


def text(value: str) -> str:
    """``value`` as inert prose on one line, good for a paragraph, a list item or a table cell."""
    return _opening(_inert(value))


def _inert(value: str) -> str:
    escaped = one_line(value).translate(_ESCAPED)
    if not _REFERENCE.search(escaped):
        return escaped
    for pattern in (_SCHEME, _WWW, _TICKET, _EMOJI):
        escaped = pattern.sub(_parted, escaped)
    return str(_COMMIT.sub(_broken, escaped))


def _parted(match: re2._Match[str]) -> str:
    # A function, because re2 reads a replacement text that is not ASCII as Latin-1.
    return f"{match.group(1)}{BREAK}{match.group(2)}"


def _broken(match: re2._Match[str]) -> str:
    """A word of seven or more hexadecimal digits, in pieces too short to name a commit."""
    word = match.group(0)
    return BREAK.join(word[at : at + 6] for at in range(0, len(word), 6))


def _opening(escaped: str) -> str:
    """``escaped`` so that it starts no list, rule or underline at the beginning of a line."""
    if escaped.startswith(("-", "+", "=")):
        return "\\" + escaped
    return str(_NUMBERED.sub(r"\1\\\2\3", escaped))


def prose(value: str, *, cell: bool = False) -> str:
    """``value`` as inert prose in which ```code``` in single backticks stays code.

    A backtick without a partner is a backtick.
    """
    written = ""
    for is_code, part in _pieces(value):
        if is_code:
            # Two code spans that touch would read as one: keep them apart.
            glue = BREAK if written.endswith("`") else ""
            written += glue + code(part, cell=cell)
        else:
            written += _inner(part, first=not written)
    return written


def _pieces(value: str) -> list[tuple[bool, str]]:
    """Code and text in turn. Text that only an empty span divides is one piece.

    Escaped apart, its halves could make a reference together.
    """
    parts = value.split("`")
    balanced = len(parts) if len(parts) % 2 else len(parts) - 1
    pieces: list[tuple[bool, str]] = []
    for index, part in enumerate([*parts[:balanced], *("`" + one for one in parts[balanced:])]):
        is_code = index % 2 == 1 and index < balanced
        if is_code and part.strip():
            pieces.append((True, part))
        elif part and not is_code:
            before = pieces.pop()[1] if pieces and not pieces[-1][0] else ""
            pieces.append((False, before + part))
    return pieces


def _inner(part: str, *, first: bool) -> str:
    """A piece between code spans: the blanks at its ends are part of the sentence."""
    if not part.strip():
        return "" if first else " "
    before = " " if part[0].isspace() and not first else ""
    after = " " if part[-1].isspace() else ""
    return f"{before}{text(part) if first else _inert(part)}{after}"


def code(value: str, *, cell: bool = False) -> str:
    """``value`` as a code span on one line; ``cell`` for a place inside a table.

    A table is cut into cells before code spans are read (GFM 0.29, 4.10), and renderers differ in
    what a backslash before the bar means, so that a bar in a cell is written as ``│``.
    """
    shown = visible(value) or " "
    if cell:
        shown = shown.replace("|", "│")
    ticks = "`" * (_longest_run(shown, "`") + 1)
    padded = shown[0] == "`" or shown[-1] == "`" or (shown[0] == shown[-1] == " ")
    pad = " " if padded and shown.strip() else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fence(value: str, info: str = "") -> str:
    """``value`` in a fence that it cannot close, hidden characters made visible."""
    shown = visible(value.replace("\r\n", "\n"), keep="\n\t")
    return raw_fence(shown, info)


def raw_fence(value: str, info: str, *, ends: bool = False) -> str:
    """``value`` exactly as it is, in a fence that it cannot close: for suggestions.

    ``ends`` says that ``value`` has its last line end already.
    """
    ticks = "`" * max(3, _longest_run(value, "`") + 1)
    end = "\n" if value and not ends else ""
    return f"{ticks}{info}\n{value}{end}{ticks}"


def html_code(value: str) -> str:
    """``value`` in a ``<code>`` element, for the ``<summary>`` line of a folded part.

    Markdown is not read there, and GitHub looks for no mentions inside ``<code>``.
    """
    return f"<code>{html.escape(visible(value))}</code>"


def link(label: str, url: str) -> str:
    """A link with a label that is Markdown already; the label alone when the address is unfit."""
    fit = url.isascii() and len(url) <= _URL_LENGTH and _LINK.match(url)
    return f"[{label}]({url})" if fit else label


def path_in_url(path: str) -> str:
    """``path`` percent-encoded for an address; bytes that are not UTF-8 as they were."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "replace")
    return quote(raw, safe="/")


def mask(secret: str) -> str:
    """``secret`` as it may be shown: at most its first four characters, and never its length.

    Short secrets show nothing: four characters of eight would be half of it.
    """
    shown = secret[:_MASK_SHOWS] if len(secret) >= _MASK_FROM else ""
    return shown + MASK * 8


def _longest_run(value: str, character: str) -> int:
    return max((len(run) for run in _runs(value, character)), default=0)


def _runs(value: str, character: str) -> Iterator[str]:
    start = value.find(character)
    while start >= 0:
        end = start
        while end < len(value) and value[end] == character:
            end += 1
        yield value[start:end]
        start = value.find(character, end)
