"""What an argument is that cannot be read where it stands: for checks that judge values.

It may come through a field, a member of an enum, a table, a default or another function of the
change. Asked last, for the file is run for it.
"""

from __future__ import annotations

from checks.events import UNKNOWN, Call, Value
from checks.flow.watching import Named
from checks.report import Report


def seen_as(call: Call, report: Report, position: int | None, keyword: str) -> list[object]:
    """What an argument was seen to be; paths of library things as texts behind ``@``.

    Empty where it is not given, where it can be read as it stands, and where nothing is known.
    """
    given = call.argument(position, keyword)
    if given is None and not (call.has_double_star or call.has_star):
        return []
    if given is not None and _is_plain(given):
        return []
    return [
        f"@{one.path}" if isinstance(one, Named) else one
        for one in report.seen(call, position, keyword)
    ]


def _is_plain(value: Value) -> bool:
    """Whether an argument is a constant, or something that an import binds."""
    if value.constant is not UNKNOWN:
        return True
    name = value.origin.name or ""
    return any(name.startswith(f"{one}.") for one in value.module.imported_modules)
