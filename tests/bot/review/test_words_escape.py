"""Repository text stays text: read by an independent Markdown parser, whatever it holds."""

from __future__ import annotations

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.review.words import escape

MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})

# What GitHub's own passes over rendered text look for (mentions, references, commits, autolinks).
REFERENCES = re2.compile(
    r"(?i)@[a-z0-9]|#[0-9]|\bgh-[0-9]|\b[0-9a-f]{7,}\b|\b(?:https?|ftp|mailto|xmpp):|www\.[a-z0-9]"
)

HOSTILE = (
    "@octocat",
    "&#64;octocat",
    "\\@octocat",
    "#123",
    "octo/shop#1",
    "octo/shop@0f3c9a1d5e",
    "GH-12",
    "0f3c9a1d5e7b24680f3c9a1d5e7b24680f3c9a1d",
    "https://evil.example/",
    "HTTP://EVIL",
    "www.evil.example",
    "mailto:a@b.example",
    "a@b.example",
    "<img src=x>",
    "<!-- assay:1 finding a b -->",
    "-->",
    "</details>",
    "<details>",
    "<script>alert(1)</script>",
    "![x](https://evil.example/p.png)",
    "[x](y)",
    "[x]: y",
    "[^1]",
    "```",
    "````",
    "~~~",
    "`",
    "``",
    "`a``b`",
    "a|b",
    "|",
    "\\|",
    "\\",
    "\\\\",
    "**b**",
    "__b__",
    "*",
    "_",
    "# heading",
    "> quote",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "===",
    "---",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "\n    code",
    "\t",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2028",
    "\x00",
    "\x1b[31m",
    "\ud800",
    "$x$",
    "$`x`$",
    ":tada:",
    "&amp;",
    "&lt;b&gt;",
    "&#x60;",
    "a  \nb",
    "{{ x }}",
    "<br>",
    "<a href='x'>",
    "</code>",
    "[ ]",
    "\U0001f600",
)

texts = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE), st.text(max_size=8), st.sampled_from((" ", "a", "x ", "."))
    ),
    max_size=8,
).map("".join)

INERT = {"text", "text_special"}


def structure(tokens: list[Token]) -> list[str]:
    """Block tokens by type, and inline ones with inert text left out."""
    kinds: list[str] = []
    for token in tokens:
        kinds.append(f"{token.type}:{token.tag}:{token.level}")
        kinds += [child.type for child in token.children or () if child.type not in INERT]
    return kinds


def plain(tokens: list[Token]) -> str:
    """What people read outside of code."""
    return "\n".join(
        "".join(child.content if child.type in INERT else "\0" for child in token.children or ())
        for token in tokens
    )


PLACES = {
    "paragraph": "{}",
    "sentence": "Before {} after.",
    "bold": "**x {} y**",
    "item": "- {}\n- after",
    "cell": "| a | b |\n|---|---|\n| {} | c |\n| d | e |",
    "folded": "<details><summary>Words</summary>\n\n{}\n\n</details>",
}


@pytest.mark.parametrize("where", PLACES)
@given(hostile=texts)
def test_prose_changes_no_structure(where: str, hostile: str) -> None:
    written = escape.text(hostile)
    if not written:
        return
    tokens = MARKDOWN.parse(PLACES[where].format(written))
    assert structure(tokens) == structure(MARKDOWN.parse(PLACES[where].format("harmless")))
    assert not REFERENCES.search(plain(tokens))


@given(hostile=texts)
def test_prose_shows_every_character(hostile: str) -> None:
    shown = plain(MARKDOWN.parse(escape.text(hostile))).strip("\n")
    assert shown.replace(escape.BREAK, "") == escape.one_line(hostile)


@pytest.mark.parametrize("where", PLACES)
@given(hostile=texts)
def test_code_stays_one_code_span(where: str, hostile: str) -> None:
    tokens = MARKDOWN.parse(PLACES[where].format(escape.code(hostile, cell=where == "cell")))
    assert structure(tokens) == structure(MARKDOWN.parse(PLACES[where].format("`harmless`")))


@given(hostile=texts)
def test_code_shows_every_character(hostile: str) -> None:
    tokens = MARKDOWN.parse(escape.code(hostile))
    (shown,) = [child.content for token in tokens for child in token.children or ()]
    assert shown == escape.visible(hostile) or not hostile


@pytest.mark.parametrize("where", PLACES)
@given(hostile=texts)
@example(hostile="0````0f3c9a1d5e7b24680f3c9a1d5e7b24680f3c9a1d")
def test_prose_with_code_holds_text_and_code_only(where: str, hostile: str) -> None:
    written = escape.prose(hostile, cell=where == "cell")
    if not written:
        return
    tokens = MARKDOWN.parse(PLACES[where].format(written))
    kinds = [kind for kind in structure(tokens) if kind != "code_inline"]
    assert kinds == structure(MARKDOWN.parse(PLACES[where].format("harmless")))
    assert not REFERENCES.search(plain(tokens))


@given(st.lists(st.sampled_from("abc xy.-"), min_size=1, max_size=8).map("".join))
def test_code_in_backticks_stays_code(word: str) -> None:
    tokens = MARKDOWN.parse(escape.prose(f"call `{word}` twice"))
    codes = [c.content for t in tokens for c in t.children or () if c.type == "code_inline"]
    assert codes == ([word] if word.strip() else [])


@given(hostile=texts, info=st.sampled_from(("", "python", "suggestion")))
def test_a_fence_holds_all_of_its_text(hostile: str, info: str) -> None:
    tokens = MARKDOWN.parse(escape.fence(hostile, info) + "\n\nafter")
    assert [token.type for token in tokens][:2] == ["fence", "paragraph_open"]
    assert tokens[0].info == info
    shown = escape.visible(hostile.replace("\r\n", "\n"), keep="\n\t")
    assert tokens[0].content == (f"{shown}\n" if shown else "")


@given(hostile=texts)
def test_html_code_is_one_element(hostile: str) -> None:
    written = escape.html_code(hostile)
    inner = written.removeprefix("<code>").removesuffix("</code>")
    assert not set(inner) & set("<>\"'\n\r")
    assert f"<code>{inner}</code>" == written


@given(texts)
def test_nothing_stays_hidden(hostile: str) -> None:
    shown = escape.visible(hostile)
    assert not escape.hides(shown)
    assert escape.visible(shown) == shown
    shown.encode()


@given(label=st.just("`x`"), url=texts)
def test_a_link_goes_where_it_says_or_is_none(label: str, url: str) -> None:
    tokens = MARKDOWN.parse(escape.link(label, url))
    targets = [
        c.attrs.get("href") for t in tokens for c in t.children or () if c.type == "link_open"
    ]
    assert all(str(target).startswith("http") for target in targets)
    assert len(targets) <= 1


@given(texts)
def test_a_path_in_an_address_is_plain(path: str) -> None:
    url = f"https://github.com/o/r/blob/x/{escape.path_in_url(path)}#L1"
    assert escape.link("`x`", url) == f"[`x`]({url})"


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("plain words, and more.", "plain words, and more."),
        ("a < b", "a &lt; b"),
        ("snake_case", "snake\\_case"),
        ("- 3 is less", "\\- 3 is less"),
        ("1. first", "1\\. first"),
        ("1.5 s", "1.5 s"),
        ("two\nlines", "two lines"),
        ("\u202eabc", "‹U+202E›abc"),
        ("bell\x07", "bell␇"),
        ("see https://x.example", "see https\u200b://x.example"),
        ("WWW.x.example", "WWW\u200b.x.example"),
        ("GH-12 and utf-8", "GH-\u200b12 and utf-8"),
        (":tada: at 12:30", ":\u200btada: at 12:30"),
        ("in 0123456789abcdef", "in 012345\u200b6789ab\u200bcdef"),
    ],
)
def test_prose_is_readable(shown: str, written: str) -> None:
    assert escape.text(shown) == written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0123456789", "0123456789"),
        ("0123456789a", "01234567…"),
        ("call `something` now", "call `so…`"),
        ("`a` `b` and more", "`a` `b`…"),
    ],
)
def test_what_is_cut_says_so(text: str, shown: str) -> None:
    assert escape.shorten(text, 10) == shown


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_l••••••••"),
        ("hunter2", "••••••••"),
        ("", "••••••••"),
    ],
)
def test_a_masked_secret_tells_its_kind_and_no_more(secret: str, shown: str) -> None:
    assert escape.mask(secret) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [("a/b.py", "a/b.py"), ("d/" + "x" * 300 + "/end.py", None)],
)
def test_long_paths_keep_their_ends(path: str, shown: str | None) -> None:
    short = escape.shorten_path(path)
    assert short == (shown or short)
    assert len(short) <= 100
    assert short.endswith(path[-6:])
