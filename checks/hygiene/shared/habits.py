"""What the other tests of a class do with what they make: put it where the tear-down ends it.

A class that appends its containers to ``self.containers``, or follows ``add_user`` by a cleanup,
says that such a thing outlives the test unless that is done. Where it is not done in one of the
tests, it was forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.events import Call, Class, Function, as_call
from checks.hygiene.shared.blocks import holders
from checks.hygiene.shared.tests import is_test, own_calls
from checks.hygiene.shared.texts import words

_PUTTING = frozenset({"append", "extend", "add", "insert"})
_ENDING = ("clean", "close", "delete", "destroy", "drop", "kill", "purge", "remove", "rm", "stop",
           "shutdown", "terminate", "unregister")  # fmt: skip
_MAKING = frozenset({"add", "create", "register", "start"})
_BY_ITSELF = ("remove", "delete", "cleanup")
"""Words of keywords by which what is made goes away by itself: ``auto_remove=True``."""

_VERB_AND_NOUN = 2
_HABIT = 2
"""Tests from which on it is a habit."""


def kept(call: Call) -> str:
    """The attribute in which a test puts what this call makes: ``self.containers``, else ``""``.

    By ``self.containers.append(container.id)`` or ``self.sockets.extend([left, right])``. Only the
    test case's own: ``self.book.authors.add(person)`` relates two things, and clears up neither.
    """
    function, name = call.function, call.assigned_to
    if function is None or not name.isidentifier():
        return ""
    return next((one for one in _containers(call, function, name)), "")


def _containers(call: Call, function: Function, name: str) -> Iterator[str]:
    for one, _ in holders(
        call.module, function.node, name, "argument_list", "list", "attribute",
        after=call.node.end_byte,
    ):  # fmt: skip
        for above in (one, *one.ancestors()):
            outer = as_call(above)
            if above.kind == "block":
                break
            if outer is None or outer.receiver is None:
                continue
            owner, _, own = outer.receiver.text.partition(".")
            if outer.method in _PUTTING and owner == "self" and own.isidentifier():
                yield outer.receiver.text
            break


def forgotten(call: Call) -> str:
    """The attribute into which this call's result belongs and is not put, else ``""``.

    Only where at least two other tests of the class put it there, and where this one neither ends
    it nor hands it on.
    """
    if call.cls is None or not is_test(call.function) or call.receiver is None:
        return ""
    if not (call.result_is_ignored or call.assigned_to.isidentifier()):
        return ""
    places = _habits(call.cls).get(call.target.text)
    if places is None or kept(call):
        return ""
    if any(word in keyword for keyword in call.keywords for word in _BY_ITSELF):
        return ""
    where, tests = max(places.items(), key=lambda one: len(one[1]), default=("", set()))
    if len(tests - {call.function.name if call.function else ""}) < _HABIT:
        return ""
    return "" if _is_ended(call) else where


def _is_ended(call: Call) -> bool:
    function, name = call.function, call.assigned_to
    if function is None or not name.isidentifier():
        return False
    for one, child in holders(
        call.module, function.node, name,
        "attribute", "with_item", "return_statement", "yield", "assignment", "keyword_argument",
        "argument_list", after=call.node.end_byte,
    ):  # fmt: skip
        if one.kind == "attribute":
            word = one.text.rpartition(".")[2].lower()
            if any(end in word for end in _ENDING):
                return True
        elif one.kind == "assignment":
            if one.child("right") == child and one.child("left") is not None:
                return True
        elif one.kind in ("argument_list", "keyword_argument"):
            outer = next((made for up in one.ancestors() if (made := as_call(up))), None)
            text = "" if outer is None else outer.text.lower()
            if outer is None or any(end in text for end in _ENDING):
                return True
        else:
            return True
    return False


def _habits(cls: Class) -> dict[str, dict[str, set[str]]]:
    return cls.module.remember((_habits, cls), lambda: _all_habits(cls))


def _all_habits(cls: Class) -> dict[str, dict[str, set[str]]]:
    """By what makes a thing, as it is written, and where it is put: the tests that do so."""
    found: dict[str, dict[str, set[str]]] = {}
    text = cls.module.source.data[slice(*cls.node.byte_range)]
    if not any(word.encode() in text for word in _PUTTING):
        return found
    for method in cls.methods.values():
        for call in own_calls(method) if is_test(method) else ():
            where = kept(call) if call.receiver is not None else ""
            if where:
                found.setdefault(call.target.text, {}).setdefault(where, set()).add(method.name)
    return found


def unmatched(call: Call) -> str:
    """The name of what is made here and ended under its name in no cleanup, else ``""``.

    ``admin.add_user("a", …)`` in a test that registers ``remove_user`` for another name alone.
    """
    function = call.function
    parts = words(call.method)
    if function is None or len(parts) < _VERB_AND_NOUN or parts[0] not in _MAKING:
        return ""
    first = call.argument(0)
    name = None if first is None else first.constant
    if not is_test(function) or not isinstance(name, str) or not name:
        return ""
    noun = parts[-1].rstrip("s")
    owner = "" if call.receiver is None else call.receiver.text
    made = {text for one in call.arguments if isinstance(text := one.constant, str)}
    others = False
    for one in own_calls(function):
        if not _ends(one, noun):
            continue
        texts = [value.constant for value in (*one.arguments, *one.keywords.values())]
        named = [text for text in texts if isinstance(text, str)]
        # "remove_all_users(admin)": those of this object; "self.remove_users()": all there are.
        whole = not named and (len(one.arguments) < _VERB_AND_NOUN or owner in one.text)
        if whole or not made.isdisjoint(named):
            return ""
        others = others or one.method.startswith("addC")
    return name if others else ""


def _ends(call: Call, noun: str) -> bool:
    """Whether a call ends things of a kind, or registers that it is done."""
    head = call.method.lower()
    if call.method.startswith("addC"):
        head = "" if not call.arguments else call.arguments[0].text.lower()
    return noun in head and any(word in head for word in _ENDING)
