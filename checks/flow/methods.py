"""Methods of texts, and of values of which nothing is known."""

from __future__ import annotations

from checks.flow import (
    addresses,
    containers,
    folding,
    headings,
    holders,
    library,
    lists,
    lookup,
    parsers,
    records,
    special,
    tasks,
    urls,
)
from checks.flow.heap import Object, make
from checks.flow.kinds import ASSIGN, BARE, HOST, LINES, NORMAL, PATH, SINGLE, SLASH
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    HOLE,
    MAX_TEXT,
    NOTHING,
    VAGUE,
    Cell,
    Method,
    Value,
    cleaned,
    constant,
    content,
    join,
    merge_taints,
)

_SAME = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "swapcase",
     "expandtabs", "zfill", "center", "ljust", "rjust", "removeprefix", "removesuffix",
     "encode", "decode", "copy", "tobytes", "as_posix", "to_dict", "dict", "model_dump", "items",
     "values", "keys", "splitlines", "split", "rsplit", "partition", "rpartition", "join",
     "replace", "translate", "format", "format_map", "get", "getvalue", "read", "text", "json"}
)  # fmt: skip
_TRUTHS = frozenset(
    {"isdigit", "isalnum", "isalpha", "isdecimal", "isnumeric", "isidentifier", "isspace",
     "islower", "isupper", "startswith", "endswith", "find", "rfind", "index", "rindex", "count",
     "exists", "is_file", "is_dir", "hexdigest", "digest", "isprintable", "isascii", "istitle",
     "is_relative_to", "total_seconds", "timestamp", "isoformat", "bit_length", "hex"}
)  # fmt: skip
_SPLITTING = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})
_FOLDED = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize",
                     "replace", "removeprefix", "removesuffix", "casefold"})  # fmt: skip
_VALIDATING = frozenset({"load", "loads", "parse_obj", "model_validate", "deserialize", "validate",
                         "from_dict"})  # fmt: skip
"""Methods of a schema: only the fields that it names come out."""
_ESCAPING = ("unicode_escape", "unicode-escape")
"""Encodings that write a line end as an escape."""
_MAX_FOLDED = 500


def call(machine: Machine, frame: Frame, one: Method, site: Site) -> Value:
    """Call a method by its name."""
    receiver, name = one.receiver, one.name
    site.callee = f"*.{name}"
    site.receiver = receiver
    cells = [ref for ref in receiver.references if isinstance(ref, Cell)]
    if cells:
        found: Value | None = None
        for cell in cells:
            part = _of_object(machine, frame, cell, name, site)
            found = part if found is None else join(found, part)
        return VAGUE if found is None else found
    if name in tasks.SENDING and (made := tasks.sent(machine, frame, one, site)) is not None:
        return made
    library.check_sinks(machine, frame, site.callee, site)
    result = of_text(machine, frame, receiver, name, site)
    if result is not None:
        return result
    facts = machine.facts
    if site.callee in facts.replacing or library.is_lookup(site, name):
        return VAGUE
    if site.callee in facts.callbacks:
        return special.callback(machine, frame, site.callee, site)
    bits = facts.cleaners.get(site.callee, 0)
    everything = content(receiver, site.everything())
    if bits:
        return cleaned(everything, bits)
    if name == "resolve" and everything.taints:
        return cleaned(everything, NORMAL | SLASH)
    if name == "relative_to" and everything.taints:
        machine.inside(frame, site.node)
        return everything
    if everything is CLEAN and not receiver.references:
        return CLEAN  # a method of a number, a date or a flag
    if name in _SAME or not everything.taints:
        return everything if everything.taints else VAGUE
    inner = content(site.everything(), sure=False)
    return Value(merge_taints(content(receiver).taints, inner.taints), 0)


def of_text(machine: Machine, frame: Frame, receiver: Value, name: str, site: Site) -> Value | None:
    """A method of a text; ``None`` when it is none of those that are known."""
    known = receiver.constant
    if isinstance(known, str) and name in _FOLDED and len(known) <= _MAX_FOLDED:
        given = [one.constant for one in site.arguments]
        if (
            all(isinstance(one, str) and len(one) <= _MAX_FOLDED for one in given)
            and not site.keywords
        ):
            try:
                found = getattr(known, name)(*given)
            except (TypeError, ValueError):
                return CLEAN
            return constant(found) if len(found) <= MAX_TEXT else CLEAN
    if isinstance(known, str) and name in ("startswith", "endswith") and len(site.arguments) == 1:
        part = site.arguments[0].constant
        if isinstance(part, str):
            return constant(
                known.startswith(part) if name == "startswith" else known.endswith(part)
            )
    if isinstance(known, str) and name in ("isdigit", "isalnum", "isalpha") and not site.arguments:
        return constant(getattr(known, name)())
    if name in _TRUTHS:
        return CLEAN if receiver.taints or not receiver.references else None
    choice = not receiver.taints and not receiver.vague and not receiver.references
    if name == "join" and (receiver.template is not None or choice) and site.arguments:
        return _joined(machine, frame, receiver, site)
    if name == "format":
        return folding.formatted(machine, receiver, site.arguments, site.keywords, site.star)
    if name == "format_map" and receiver.template is not None and site.arguments:
        made = lookup.updated(machine, Object("dict", {}), site.arguments[0])
        named = {str(key): value for key, value in made.fields.items()}
        return folding.formatted(machine, receiver, [], named, made.rest)
    if name == "encode" or name == "decode":
        if known is not NOTHING and isinstance(known, (str, bytes)):
            return receiver
        if name == "encode" and site.constant(0, "encoding") in _ESCAPING:
            return cleaned(content(receiver), LINES)
        return content(receiver) if receiver.text is None else receiver
    if name == "replace" and len(site.arguments) >= 2:
        return _replaced(receiver, site)
    if name == "translate" and site.arguments:
        return _translated(machine, receiver, site.arguments[0])
    if name in _SPLITTING:
        return _split(machine, receiver, name, site)
    if name in ("strip", "lstrip", "rstrip") and (receiver.taints or receiver.vague):
        if name != "rstrip" and site.constant(0) == "/" and _is_rooted(receiver):
            receiver = cleaned(receiver, PATH)  # relative now, and there is no ".." in it
        taken = site.constant(0)
        if name != "rstrip" and isinstance(taken, str) and "/" in taken:
            receiver = cleaned(receiver, BARE | SINGLE)
        return Value(receiver.taints, receiver.vague, NOTHING, (), receiver.text)
    return None


def _is_rooted(value: Value) -> bool:
    """Whether a path is absolute and free of ``..``, so that it leads nowhere from a root."""
    wanted = NORMAL | SLASH
    return all(one.clean & wanted == wanted for one in value.taints) and not value.vague & wanted


def _joined(machine: Machine, frame: Frame, receiver: Value, site: Site) -> Value:
    items = lookup.known_items(machine, site.arguments[0])
    separator = HOLE if receiver.template is None else receiver.template
    if items is None:
        part = lookup.element(machine, frame, site.arguments[0], site.node)
        flat = machine.heap.flat(part)
        text = flat.template
        if text is not None and not flat.taints and not flat.vague:
            return Value((), 0, NOTHING, (), f"{text}{separator}{text}"[:MAX_TEXT])
        return Value(flat.taints, flat.vague | receiver.vague, NOTHING, (), HOLE)
    pieces: list[str] = []
    taints = receiver.taints
    vague = receiver.vague
    exact = receiver.constant is not NOTHING
    texts = [folding.as_text(machine, one) for one in items]
    if len(texts) > 1 and not texts[0].taints:
        # One of several constants: what else would they be than what goes between two parts.
        between = constant("?") if receiver.template is None else receiver
        spaced = [part for one in texts for part in (between, one)][1:]
        texts = list(addresses.placed(spaced))[::2]
    texts = list(headings.placed(texts, separator))
    for value in texts:
        taints = merge_taints(taints, value.taints)
        vague |= value.vague
        exact = exact and value.constant is not NOTHING
        pieces.append(HOLE if value.template is None else value.template)
    whole = separator.join(pieces)
    if exact and not taints and len(whole) <= MAX_TEXT:
        return constant(whole)
    return Value(taints, vague, NOTHING, (), whole[:MAX_TEXT])


def _replaced(receiver: Value, site: Site) -> Value:
    """``replace("<", "&lt;")``: what is taken out of a text is gone from it."""
    from checks.flow import escaping

    whole = content(receiver, *site.arguments[1:2])
    old, new = site.arguments[0].constant, site.arguments[1].constant
    if isinstance(old, str) and isinstance(new, str):
        return escaping.without(whole, old, new)
    text = receiver.template
    if text is not None and isinstance(old, str) and len(old) > 1 and old in text:
        # A mark in a text that is known: the rest stands around what takes its place.
        parts = [constant(one) for one in text.split(old)]
        spaced = [piece for one in parts for piece in (site.arguments[1], one)][1:]
        return folding.put_together(Value(receiver.taints, receiver.vague), spaced)
    return whole


def _translated(machine: Machine, receiver: Value, table: Value) -> Value:
    """``translate(table)``: the characters that the table maps to others are gone."""
    from checks.flow import escaping

    value = content(receiver)
    for one in table.references:
        made = machine.heap.get(one) if isinstance(one, Cell) else None
        if made is None or made.type != "dict":
            continue
        for key, new in made.fields.items():
            old = chr(key) if isinstance(key, int) and 0 <= key < 0x110000 else key
            written = "" if new.constant is None else new.constant
            if isinstance(old, str) and isinstance(written, str):
                value = escaping.without(value, old, written)
    return value


def _split(machine: Machine, receiver: Value, name: str, site: Site) -> Value:
    part = content(receiver)
    separator = site.constant(0, "sep")
    if name == "splitlines" or separator == "\n" or (name == "split" and separator is NOTHING):
        part = cleaned(part, LINES)
    if separator in (":", "/", "@"):
        host = all(one.clean & HOST for one in receiver.taints) and bool(receiver.taints)
        part = cleaned(part, HOST) if host else part
    known = receiver.constant
    if isinstance(known, str) and len(known) <= _MAX_FOLDED and name in ("split", "rsplit"):
        given = separator if isinstance(separator, str) and separator else None
        if given is not None or separator is NOTHING:
            pieces = known.split(given)
            fields: dict[object, Value] = {n: constant(one) for n, one in enumerate(pieces)}
            return Value(references=(machine.heap.new(make(fields, "list")),))
    text = receiver.text
    if text is not None and isinstance(separator, str) and separator and name == "split":
        # "a b " + x: the pieces before the first that varies are constants.
        pieces = text.split(separator)
        if len(pieces) > 1 and len(site.arguments) == 1 and HOLE not in pieces[0]:
            first = next(n for n, one in enumerate([*pieces, HOLE]) if HOLE in one)
            fields = {n: constant(one) for n, one in enumerate(pieces[:first])}
            return Value(references=(machine.heap.new(Object("list", fields, part)),))
    return Value(references=(machine.heap.new(Object("list", {}, part)),))


def _of_object(machine: Machine, frame: Frame, cell: Cell, name: str, site: Site) -> Value:
    made = machine.heap.get(cell)
    handlers = {
        "dict": containers.of_dict,
        "buffer": containers.of_buffer,
        "config": containers.of_config,
        holders.TYPE: holders.of_variable,
        parsers.TYPE: parsers.method,
    }
    handler = handlers.get(made.type, lists.of_list)
    if made.type == "instance":
        library.check_sinks(machine, frame, site.callee, site)
        return _of_instance(machine, frame, cell, made, name, site)
    return handler(machine, frame, cell, made, name, site)


def _of_instance(
    machine: Machine, frame: Frame, cell: Cell, made: Object, name: str, site: Site
) -> Value:
    if (found := urls.method(machine, cell, made, name, site)) is not None:
        return found
    if (found := records.method(machine, frame, cell, made, name, site)) is not None:
        return found
    if name in ("model_dump", "dict", "_asdict", "to_dict"):
        return as_dict(machine, made)
    whole = content(machine.heap.flat(Value(references=(cell,))), site.everything(), sure=False)
    if name in _VALIDATING and made.cls is not None:
        whole = cleaned(whole, ASSIGN)
    return whole if whole.taints else VAGUE


def as_dict(machine: Machine, made: Object) -> Value:
    """The parts of an instance as a dict."""
    fields = dict(made.fields)
    if made.type == "instance":  # a named tuple's are known by their places, too
        fields = {key: value for key, value in fields.items() if isinstance(key, str)}
    inner = Object("dict", fields, made.rest)
    return Value(references=(machine.heap.new(inner),))
