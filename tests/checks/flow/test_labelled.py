"""The flow analysis finds what is labelled, and nothing else."""

from __future__ import annotations

import pytest

from checks.following import Following
from checks.languages.python.module import read
from checks.languages.python.parse import never
from checks.text import SourceText
from tests.checks.flow import labelled

PROGRAMS = labelled.load()


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_program(program: labelled.Program) -> None:
    modules = [read(SourceText(text.encode()), path) for path, text in program.files]
    following = Following(modules, never)
    found = set()
    for module in modules:
        assert not module.errors(), "a program must be valid code"
        for flow in following.events(module):
            if flow.origin != "local":
                found.add((module.path, module.source.line_of(flow.span.start), flow.kind))
                assert flow.trace[-1].note == f"reaches {flow.sink}"
        assert not following.limits(module)
    assert found == program.labels


def test_there_are_programs_and_safe_twins() -> None:
    lines = sum(len(text.splitlines()) for program in PROGRAMS for _, text in program.files)
    assert len(PROGRAMS) > 5
    assert sum(len(program.labels) for program in PROGRAMS) > 30
    assert lines > 300


def test_the_same_text_gives_the_same_result() -> None:
    program = PROGRAMS[0]

    def look() -> list[object]:
        modules = [read(SourceText(text.encode()), path) for path, text in program.files]
        following = Following(modules, never)
        return [
            (flow.span, flow.kind, flow.source, flow.trace)
            for module in modules
            for flow in following.events(module)
        ]

    assert look() == look()
