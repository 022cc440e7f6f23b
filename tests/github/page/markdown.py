"""Comments as GitHub shows them: Markdown with tables and folded parts, then made safe.

A mention or a reference that GitHub would act on is shown as one, so that a person sees at once
when a text pings somebody.
"""

from __future__ import annotations

import re

import nh3
import pygments
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_ACTS = re.compile(r"(?<![\w/@])(@[a-zA-Z\d][a-zA-Z\d-]*(?:/[a-zA-Z\d-]+)?|(?<!&)#\d+|GH-\d+)\b")
_TAGS = nh3.ALLOWED_TAGS | {"details", "summary", "sub", "sup", "span", "div", "ins"}
_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "code": {"class"},
    "details": {"open"},
    "div": {"class"},
    "span": {"class"},
    "td": {"align", "style"},
    "th": {"align", "style"},
}


def _highlight(code: str, language: str, attributes: str) -> str:
    del attributes
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    return pygments.highlight(code, lexer, HtmlFormatter(nowrap=True))


def _mark_what_acts(state: StateCore) -> None:
    """Turn the text tokens that GitHub would link into visible marks."""
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        children: list[Token] = []
        inside_link = 0
        for token in block.children:
            inside_link += (token.type == "link_open") - (token.type == "link_close")
            if token.type != "text" or inside_link or not _ACTS.search(token.content):
                children.append(token)
                continue
            for index, part in enumerate(_ACTS.split(token.content)):
                piece = Token("html_inline" if index % 2 else "text", "", 0)
                piece.content = f'<span class="acts">{part}</span>' if index % 2 else part
                children.append(piece)
        block.children = children


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "breaks": True, "highlight": _highlight})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("acts", _mark_what_acts)
    return parser


_MARKDOWN = _parser()


def render(text: str | None) -> Markup:
    """Markdown to safe HTML."""
    raw = _MARKDOWN.render(text or "")
    safe = nh3.clean(raw, tags=_TAGS, attributes=_ATTRIBUTES, strip_comments=True)
    return Markup(safe)  # cleaned on the line above
