"""GraphQL documents, as far as the client must understand them: do they write?"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"#[^\n\r]*"
    r'|"""(?:[^"\\]|\\"""|\\.|"(?!""))*"""'
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|[_A-Za-z][_0-9A-Za-z]*"
    r"|[{}()\[\]]",
    re.DOTALL,
)


def is_mutation(document: str) -> bool:
    """Whether any operation in the document is a mutation.

    Only the first word of a definition decides (GraphQL specification, section 2.2): a field, a
    name, a string or a comment may say ``mutation`` too.
    """
    depth = 0
    fresh = True
    for match in _TOKEN.finditer(document):
        word = match.group()
        if word in "{([":
            depth += 1
            fresh = False
        elif word in "})]":
            depth -= 1
            fresh = depth == 0 and word == "}"
        elif fresh and word[0] not in '#"':
            if word == "mutation":
                return True
            fresh = False
    return False
