"""Texts that are matched with a pattern that may take too long for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.flow.kinds import MATCH
from checks.flow.values import HOLE, NOTHING
from checks.models.facts import Library
from checks.regex import slow

if TYPE_CHECKING:
    from checks.flow.site import Site

WHOLE = frozenset({"fullmatch"})
ANCHORED = frozenset({"match", "fullmatch"})


def is_slow(site: Site) -> bool:
    """The pattern can be made slow. Its flags are not known here: the check reads them."""
    compiled = site.callee.startswith("re.compile()")
    pattern = site.receiver if compiled else site.get(0, "pattern")
    text = None if pattern is None else pattern.template
    if pattern is None or text is None or HOLE in text or pattern.taints:
        return False
    if not compiled and site.constant(4 if "sub" in site.method else 2, "flags") is not NOTHING:
        return False
    whole = site.method in WHOLE
    search = site.method not in ANCHORED
    if slow.exponential(text, whole=whole) is not None:
        return True
    # The powers take more work to find, and matter for data from outside only.
    value = site.tested
    if value is None or not site.machine.heap.flat(value).dangerous(MATCH):
        return False
    return slow.polynomial(text, whole=whole, search=search) is not None


matching = Library(
    "https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS"
)
matching.sink(
    "match", "re.{match,search,fullmatch,findall,finditer,split}", at="1/string", when=is_slow
)
matching.sink("match", "re.{sub,subn}", at="2/string", when=is_slow)
matching.sink(
    "match",
    "re.compile().{match,search,fullmatch,findall,finditer,split}",
    at="0/string",
    when=is_slow,
)
matching.sink("match", "re.compile().{sub,subn}", at="1/string", when=is_slow)
