"""The check ``conditional-assertion`` in JavaScript: assertions that may not be reached."""

from __future__ import annotations

from checks.hygiene.javascript.shared.assertions import asserts_somewhere, counts_assertions
from checks.hygiene.javascript.shared.places import statements, text
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report


@also("conditional-assertion", languages=JAVASCRIPT, on=MODULE)
def conditional_assertion(event: JsFileEvent, report: Report) -> None:
    """All assertions of a test stand in an ``if`` without an ``else``.

    Bad:
        // file: test/user.test.js
        it('has a name', async () => {
          const user = await load('anna');
          if (user) {
            expect(user.name).toBe('Anna');
          }
        });
    Good:
        // file: test/user.test.js
        it('has a name', async () => {
          const user = await load('anna');
          expect(user).toBeDefined();
          if (user) {
            expect(user.name).toBe('Anna');
          }
        });
    """
    file = event.file
    for block in file.blocks:
        body = block.body
        if not block.is_test or block.is_off or body is None or body.type != "statement_block":
            continue
        if not any(one.type == "if_statement" for one in statements(body)):
            continue
        asserting = [one for one in statements(body) if asserts_somewhere(file, one)]
        if len(asserting) != 1 or asserting[0].type != "if_statement":
            continue
        branch = asserting[0]
        if branch.child_by_field_name("alternative") is not None or _is_settled(file, block):
            continue
        condition = branch.child_by_field_name("condition")
        report(
            at=branch if condition is None else condition,
            message="The only assertions of the test run if"
            f" `{text(file, condition).strip('()')}`.",
            why="Where that is not so the test asserts nothing, and passes.",
            fix="Assert the condition first, or `expect.hasAssertions()`.",
        )


def _is_settled(file: JavaScriptFile, block: Block) -> bool:
    """Whether something else settles it: the number of assertions, or a feature of the platform."""
    if counts_assertions(block):
        return True
    body = block.body
    branch = (
        None
        if body is None
        else next((one for one in statements(body) if one.type == "if_statement"), None)
    )
    condition = None if branch is None else branch.child_by_field_name("condition")
    written = text(file, condition, 400).lower()
    return any(
        word in written
        for word in (
            "platform",
            "process.",
            "version",
            "supports",
            "browser",
            "typeof",
            "__",
            "env",
            "is_",
            "windows",
        )
    )
