"""What Go tests set for the whole process although they run side by side."""

from __future__ import annotations

from collections.abc import Iterator

from checks.hygiene.go.shared.places import is_statement, own_test
from checks.languages.go.blocks import Block
from checks.languages.go.calls import GoCall
from checks.languages.go.file import GoFile
from checks.languages.syntax.located import Located
from checks.languages.syntax.scopes import Bound, sole

_WORDS = ("Default", "Global", "Logger", "MeterProvider", "Output", "Propagator", "TracerProvider",
          "TextMapPropagator", "Registerer", "Transport", "Level")  # fmt: skip
"""What ends the name of a function of a package that sets something for the whole process."""


def set_side_by_side(file: GoFile) -> Iterator[tuple[GoCall, Located]]:
    """Calls in parallel tests of functions like ``otel.SetMeterProvider``: the call, the place."""
    for parallel in file.calls_named("Parallel"):
        block = own_test(file, parallel)
        if block is None or not (parallel.name or "").startswith("testing."):
            continue
        for call in file.calls_in(block.body):
            if _sets(file, call, block) and call.span.start > parallel.span.end:
                yield call, parallel
                break


def _sets(file: GoFile, call: GoCall, block: Block) -> bool:
    """Whether it is a statement that sets something of a package."""
    receiver = call.receiver
    if receiver is None or receiver.type != "identifier" or not call.method.startswith("Set"):
        return False
    if not call.method.endswith(_WORDS) or not is_statement(call):
        return False
    found = sole(call.names.find(file.text_of(receiver)))
    return found is not None and found.how is Bound.IMPORT and own_test(file, call) is block
