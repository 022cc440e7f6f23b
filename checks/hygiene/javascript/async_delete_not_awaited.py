"""The check ``async-delete-not-awaited`` in JavaScript: a deletion that only begins."""

from __future__ import annotations

from checks.hygiene.javascript.shared.assertions import is_asynchronous
from checks.hygiene.javascript.shared.places import following, stands_in, text
from checks.hygiene.shared.texts import words
from checks.languages.javascript.blocks import Block
from checks.languages.javascript.calls import JsCall
from checks.languages.javascript.events import JsFileEvent
from checks.languages.javascript.file import JavaScriptFile
from checks.model import Edit, Span
from checks.registry import JAVASCRIPT, MODULE, also
from checks.report import Report

_DELETING = frozenset({"delete", "destroy", "drop", "remove", "terminate"})
_CREATING = frozenset({"add", "boot", "create", "insert", "make", "start"})


@also("async-delete-not-awaited", languages=JAVASCRIPT, on=MODULE)
def async_delete_not_awaited(event: JsFileEvent, report: Report) -> None:
    """A deletion is not awaited where everything else is.

    Bad:
        // file: test/servers.test.js
        it('uses the place again', async () => {
          const first = await api.createServer('host1');
          api.deleteServer(first);
          const second = await api.createServer('host1');
          expect(second.host).toBe('host1');
        });
    Good:
        // file: test/servers.test.js
        it('uses the place again', async () => {
          const first = await api.createServer('host1');
          await api.deleteServer(first);
          const second = await api.createServer('host1');
          expect(second.host).toBe('host1');
        });
    Good:
        // file: test/lists.test.js
        it('takes it again', () => {
          const list = createList();
          list.delete('tea');
          list.add('tea');
          expect(list.size).toBe(1);
        });
    """
    file = event.file
    for block in file.blocks:
        if not block.is_test or block.callback is None or not is_asynchronous(block.callback):
            continue
        for call in block.calls():
            if not call.method.startswith(tuple(_DELETING)) or not _verb(call, _DELETING):
                continue
            if not _is_dropped(call) or not stands_in(call, block):
                continue
            again = _again(file, call, block)
            if again is None:
                continue
            start = call.node.start_byte
            report(
                at=call,
                message=f"`{call.short}` is not awaited before `{again.short}` needs what"
                " it frees.",
                why="The deletion may still be running then: the test can fail on a slow machine.",
                fix="Put `await` before it.",
                edits=(Edit(Span(start, start), "await "),),
            )


def _verb(call: JsCall, verbs: frozenset[str]) -> str:
    """The noun after the verb that a method's name begins with; ``""`` when it does not."""
    found = words(call.method)
    return " ".join(found[1:]) if len(found) > 1 and found[0] in verbs else ""


def _is_dropped(call: JsCall) -> bool:
    above = call.parent
    return above is not None and above.kind == "expression_statement" and bool(call.arguments)


def _again(file: JavaScriptFile, call: JsCall, block: Block) -> JsCall | None:
    """The awaited creation of the same kind in the next two statements."""
    noun = _verb(call, _DELETING)
    owner = text(file, call.receiver)
    for node in following(call)[:2]:
        for other in file.calls_in(node):
            above = other.parent
            awaited = above is not None and above.kind == "await_expression"
            if awaited and _verb(other, _CREATING) == noun and text(file, other.receiver) == owner:
                return other if stands_in(other, block) else None
    return None
