"""The check ``global-state-mutation-no-restore`` in JavaScript."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import tree_sitter

from checks.hygiene.javascript.shared.environment import back_as_text
from checks.hygiene.javascript.shared.places import is_statement, test_around, text
from checks.hygiene.javascript.shared.undoing import Undo, undone
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.languages.javascript.grammar import bare
from checks.languages.syntax.located import Located
from checks.model import Confidence, Role
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_SETTER = "setGlobal"
_WHY = "Later tests see the change: they pass or fail with the order in which they run."
_MOST = 300
"""Changes of one file that are held against each other."""

_MOST_TOLD = 3
"""Comments of one file on what is put back only on success: after that it is a habit."""
_MARKS = (
    b"unstubAllEnvs",
    b"unstubAllGlobals",
    b"mockedEnv",
    b"mocked-env",
    b"isolateModules(",
    b"restoreEnv",
    b"resetEnv",
)
"""What puts the environment back in ways that are not followed."""

_ROOTS = ("global", "globalThis", "window", "self")
_OBJECTS = frozenset(
    {
        "Array.prototype",
        "console",
        "crypto",
        "Date",
        "document",
        "fs",
        "http",
        "https",
        "JSON",
        "Math",
        "Number.prototype",
        "Object.prototype",
        "process",
        "process.env",
        "Promise",
        "String.prototype",
    }
)
"""Objects that all tests of a process share; a member that is set stays set."""


@also(
    "global-state-mutation-no-restore",
    languages=JAVASCRIPT,
    on=MODULE,
    roles=frozenset({Role.TEST}),
)
def global_state_mutation_no_restore(event: JsFileEvent, report: Report) -> None:
    """A test changes the environment, or an object that all tests share.

    Bad:
        // file: test/settings.test.js
        it('reads the level', () => {
          process.env.LEVEL = 'debug';
          expect(settings().level).toBe('debug');
        });
    Bad:
        // file: test/clock.test.js
        it('tells the time', () => {
          Date.now = () => 0;
          expect(clock().text).toBe('00:00');
        });
    Bad:
        // file: test/settings.test.js
        it('reads the level', () => {
          process.env.LEVEL = 'debug';
          expect(settings().level).toBe('debug');
          delete process.env.LEVEL;
        });
    Bad:
        // file: test/settings.test.js
        const before = process.env.LEVEL;

        beforeEach(() => {
          process.env.LEVEL = 'debug';
        });

        afterEach(() => {
          process.env.LEVEL = before;
        });
    Good:
        // file: test/settings.test.js
        afterEach(() => {
          delete process.env.LEVEL;
        });

        it('reads the level', () => {
          process.env.LEVEL = 'debug';
          expect(settings().level).toBe('debug');
        });
    Good:
        // file: test/settings.test.js
        it('reads the level', () => {
          vi.stubEnv('LEVEL', 'debug');
          expect(settings().level).toBe('debug');
        });
    """
    file = event.file
    changes = list(itertools.islice(_changes(file), _MOST))
    told = 0
    for number, (place, target, owner) in enumerate(changes):
        block = test_around(file, place.node)
        if block is None or not _is_in(place, block) or _is_reset(file, target, owner, block):
            continue
        how = _how_undone(file, number, changes, block)
        if how is Undo.NEVER:
            report(
                at=place,
                message=f"`{target}` is changed for all that runs after this test.",
                why=_WHY,
                fix=_fix(file, owner),
            )
        elif how is Undo.ON_SUCCESS and told < _MOST_TOLD:
            told += 1
            report(
                at=place,
                message=f"`{target}` is put back only when everything before that passes.",
                why="When an assertion fails the later tests see the change, and fail too.",
                fix="Put it back in `afterEach`, or in a `finally`.",
                confidence=Confidence.LOW,
            )
    for place, target in itertools.islice(back_as_text(file), 1):
        report(
            at=place,
            message=f"Where `{target}` was not set this sets it to the text `undefined`.",
            why="What is assigned to the environment is made a string: later tests find it set.",
            fix="Delete the variable when the old value is `undefined`.",
            confidence=Confidence.LOW,
        )
    for call in itertools.islice(_setters(file), 1):
        report(
            at=call,
            message=f"`{call.short}` changes what all that runs after this test uses.",
            why=_WHY,
            fix="Set the old one again in `after`, or in a `finally`.",
            confidence=Confidence.MEDIUM,
        )


def _setters(file: JavaScriptFile) -> Iterator[JsCall]:
    """Calls of a test that say to set something global, which nothing sets again."""
    for word in file.words_of_calls():
        if not word.startswith(_SETTER) or not word[len(_SETTER) :][:1].isupper():
            continue
        calls = file.calls_named(word)
        for call in calls:
            block = test_around(file, call.node)
            if block is None or not _is_in(call, block) or not is_statement(call):
                continue
            if any(_sets_again(file, other, block) for other in calls if other is not call):
                continue
            if any(one.is_test and not _holds(one, calls) for one in file.blocks):
                yield call


def _holds(block: Block, calls: Sequence[JsCall]) -> bool:
    """Whether a test sets its own: it does not see what others have set."""
    return any(
        block.span.start <= call.node.start_byte and call.node.end_byte <= block.span.end
        for call in calls
    )


def _sets_again(file: JavaScriptFile, other: JsCall, block: Block) -> bool:
    """Whether a call stands where a test puts back what it changed."""
    where = file.block_at(other.node)
    if where is None or where.is_hook:
        return True
    return test_around(file, other.node) is block


def _fix(file: JavaScriptFile, owner: str) -> str:
    vitest = any("vitest" in module for module in file.imported_modules)
    if owner == "process.env" and vitest:
        return "Use `vi.stubEnv`, and `vi.unstubAllEnvs` in `afterEach`."
    return "Keep the old value and put it back in `afterEach`, or in a `finally`."


def _changes(file: JavaScriptFile) -> Iterator[tuple[Located, str, str]]:
    """What is assigned or deleted: the place, the target, and the object that is shared."""
    for one in file.nodes("assignment_expression"):
        found = _target(file, one, one.child("left"))
        if found is not None:
            yield one, *found
    for one in file.nodes("unary_expression"):
        if file.text_of(one.node).startswith("delete"):
            found = _target(file, one, one.child("argument"))
            if found is not None:
                yield one, *found
    for call in file.calls_named("chdir"):
        if call.name == "process.chdir":
            yield call, "process.cwd()", "process.cwd()"


def _target(
    file: JavaScriptFile, at: Located, node: tree_sitter.Node | None
) -> tuple[str, str] | None:
    node = None if node is None else bare(node)
    if node is None or node.type not in ("member_expression", "subscript_expression"):
        return None
    owner = node.child_by_field_name("object")
    name = None if owner is None else file.resolve(owner, at.names)
    if owner is None or name is None:
        return None
    for root in _ROOTS:
        name = name.removeprefix(f"{root}.")
    written = text(file, node)
    if name == "process":
        member = node.child_by_field_name("property")
        if member is None or file.text_of(member) == "exitCode":
            return None
    if name in _OBJECTS:
        if name == "document":
            return None  # each file has its own document
        return written, name
    return None


def _is_in(place: Located, block: Block) -> bool:
    """Whether the test changes it when it runs: not a function that it only makes."""
    function = place.names.function.node
    return function == block.callback


def _how_undone(
    file: JavaScriptFile, number: int, changes: list[tuple[Located, str, str]], block: Block
) -> Undo:
    """How the same target is written again; ``ALWAYS`` when this is what puts it back."""
    place, target, owner = changes[number]
    others = [
        other
        for index, (other, name, other_owner) in enumerate(changes)
        if index != number and (name == target or (name == owner and other_owner == "process"))
    ]
    if any(
        test_around(file, one.node) is block and one.node.end_byte <= place.node.start_byte
        for one in others
    ):
        return Undo.ALWAYS  # it goes on with what was changed before, or puts it back
    how = undone(file, place, block, others)
    if how is Undo.NEVER and place.kind == "unary_expression":
        return Undo.ALWAYS  # a `delete` alone is as a rule the end of a change made elsewhere
    return how


def _is_reset(file: JavaScriptFile, target: str, owner: str, block: Block) -> bool:
    """Whether a hook around the test puts all of the object back, or a helper does."""
    last = target.rpartition(".")[2]
    for hook in block.hooks():
        if hook.callback is None:
            continue
        written = file.text_of(hook.callback)
        helped = any(
            call.receiver is None and call.method.lower().startswith(("restore", "reset"))
            for call in hook.calls()
        )
        if target in written or helped:
            return True
        if owner in written and (
            f"{owner} = " in written
            or f"assign({owner}" in written
            or f"{owner}[" in written.replace(f"{owner}['", "").replace(f'{owner}["', "")
            or f"keys({owner}" in written
            or f"{owner})" in written
        ):
            return True
        if last in written and "reset" in written.lower():
            return True
    return any(mark in file.source.data for mark in _MARKS)
