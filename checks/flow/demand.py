"""Whether a file is worth the flow analysis: whether anything untrusted can come into it.

Most files of most programs neither import a framework nor name a request. They are left alone
unless a check asks what reaches a certain call of theirs.
"""

from __future__ import annotations

import functools

import re2

from checks.languages.python.module import Module
from checks.models.facts import tables

_WORDS = re2.compile(rb"\b(?:request|req|lambda_handler|event, context|recv|websocket)\b")
_LOCAL = frozenset({"sys", "os", "input", "raw_input", "getpass", "argparse", "optparse", "click",
                    "fileinput", "typer", "invoke", "fabric"})  # fmt: skip


@functools.cache
def roots() -> frozenset[str]:
    """The first parts of the names of libraries through which untrusted content comes in."""
    facts = tables()
    found = {
        path.partition(".")[0]
        for table in (facts.aliases, facts.decorators, facts.handlers, facts.sources)
        for path in table
        if not path.startswith("@")
    }
    return frozenset(found - _LOCAL - {"sqlalchemy", "socket"})


def has_sources(module: Module) -> bool:
    """Whether something untrusted may come into a file by itself."""
    names = {name.partition(".")[0] for name in module.imported_modules}
    return bool(names & roots()) or _WORDS.search(module.source.data) is not None
