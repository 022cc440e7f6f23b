"""The kinds of place where an untrusted value does harm, one bit each.

A value that was cleaned for one kind is still dangerous for the others: a mask of these bits says
for which. Some bits are no kinds but facts that guards build on.
"""

from __future__ import annotations

from typing import Final

SQL: Final = 1 << 0
COMMAND: Final = 1 << 1
CODE: Final = 1 << 2
PATH: Final = 1 << 3
HTML: Final = 1 << 4
REDIRECT: Final = 1 << 5
REQUEST: Final = 1 << 6
"""The address of a request that the server makes (SSRF)."""
PICKLE: Final = 1 << 7
TEMPLATE: Final = 1 << 8
LDAP: Final = 1 << 9
XPATH: Final = 1 << 10
XML: Final = 1 << 11
NOSQL: Final = 1 << 12
HEADER: Final = 1 << 13
LOG: Final = 1 << 14
REGEX: Final = 1 << 15
YAML: Final = 1 << 16
IMPORT: Final = 1 << 17
MAIL: Final = 1 << 18
FORMAT: Final = 1 << 19
ARGUMENT: Final = 1 << 20
"""An argument of a program that is read as an option."""
SESSION: Final = 1 << 21
CSV: Final = 1 << 22
"""A cell of a table that a spreadsheet takes for a formula."""
ASSIGN: Final = 1 << 23
"""The names of the fields of an object that are written."""
UPLOAD: Final = 1 << 24
"""The name, with its ending, under which a file is put where a server hands it out."""
ENTITIES: Final = 1 << 25
"""XML whose entities grow."""
UNPACK: Final = 1 << 26
"""Compressed data that grows."""
MATCH: Final = 1 << 27
"""A text that a slow pattern is matched with."""
PLAIN: Final = 1 << 28
"""A secret that is kept as it came in."""
AMOUNT: Final = 1 << 29
"""A number that says how much memory, time or work something takes."""

NORMAL: Final = 1 << 30
"""A fact: the path is absolute and free of ``..`` (realpath, resolve)."""
HOST: Final = 1 << 31
"""A fact: the value is the host of an address, so that a test of it is a test of the address."""

SLASH: Final = 1 << 32
"""A fact: the text begins with a slash."""
SINGLE: Final = 1 << 33
"""A fact: the text does not begin with two slashes."""
BARE: Final = 1 << 34
"""A fact: the text does not begin with a slash."""
PART: Final = 1 << 35
"""A fact: the text is the path of an address that was taken apart."""

ALL: Final = (1 << 30) - 1
"""Every kind."""
LINES: Final = HEADER | LOG | MAIL
"""The kinds that a line end does the harm to."""
FULL: Final = ALL | NORMAL | HOST | SLASH | SINGLE | BARE | PART
"""Every kind, and no fact known: the mask of content of which nothing is known."""

TOLD_ONLY: Final = HEADER | LOG | MAIL | CSV | UPLOAD | ENTITIES | UNPACK | PLAIN | AMOUNT
"""Kinds of which flows are told and no check asks what reaches a call at most."""


BY_NAME: Final = {
    "sql": SQL, "command": COMMAND, "code": CODE, "path": PATH, "html": HTML,
    "redirect": REDIRECT, "request": REQUEST, "pickle": PICKLE, "template": TEMPLATE,
    "ldap": LDAP, "xpath": XPATH, "xml": XML, "nosql": NOSQL, "header": HEADER, "log": LOG,
    "regex": REGEX, "yaml": YAML, "import": IMPORT, "mail": MAIL, "format": FORMAT,
    "argument": ARGUMENT, "session": SESSION, "csv": CSV, "assign": ASSIGN, "upload": UPLOAD,
    "entities": ENTITIES, "unpack": UNPACK, "match": MATCH, "plain": PLAIN,
    "amount": AMOUNT,
    "normal": NORMAL, "host": HOST,
    "*": ALL,
}  # fmt: skip


def mask(names: str) -> int:
    """The bits of names with blanks between them: ``"html template"``.

    Raises:
        KeyError: there is no such kind.
    """
    bits = 0
    for name in names.split():
        bits |= BY_NAME[name]
    return bits
