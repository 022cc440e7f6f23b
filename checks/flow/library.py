"""Things of libraries: what the facts say of reading them, calling them, passing values to them."""

from __future__ import annotations

import string

from checks import ir
from checks.flow import amounts, matches, methods, special, storing, urls, watching
from checks.flow.kinds import ALL, AMOUNT, BY_NAME, FULL, TOLD_ONLY
from checks.flow.machine import Frame, Machine
from checks.flow.results import Hit, Reach
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    MAX_PATH,
    NOTHING,
    VAGUE,
    Api,
    Link,
    Source,
    Taint,
    Taints,
    Value,
    api,
    cleaned,
    constant,
    content,
    join,
    merge_taints,
)
from checks.languages.python.imports import canonical as other_name
from checks.models.facts import Sink, Tables

_READERS = frozenset({"get", "getlist", "getone", "getall", "pop", "get_list", "getfirst"})
_TEXT = frozenset({"replace", "format", "format_map"})
"""Methods of texts that put their arguments into the result."""
_CONFIG = (".Flask().config", ".current_app.config", ".Quart().config")
_CONFIGURING = tuple(f"{one}.{name}" for one in _CONFIG for name in ("update", "from_mapping"))
_ENVIRON = "@request.environ"
_MAX_WORDS = 60
_TEXTS = {
    "os.sep": "/", "os.path.sep": "/", "posixpath.sep": "/", "os.pardir": "..",
    "os.path.pardir": "..", "string.ascii_letters": string.ascii_letters,
    "string.ascii_lowercase": string.ascii_lowercase, "string.digits": string.digits,
    "string.ascii_uppercase": string.ascii_uppercase, "string.punctuation": string.punctuation,
    "string.hexdigits": string.hexdigits, "string.whitespace": string.whitespace,
}  # fmt: skip
"""Constants of the standard library, as they are on a server."""
_OF_SERVER = frozenset({"REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL",
                        "SERVER_SOFTWARE", "CONTENT_LENGTH", "REMOTE_ADDR", "REMOTE_PORT",
                        "wsgi.url_scheme", "wsgi.version", "wsgi.errors"})  # fmt: skip
"""What a server itself says in the environment of a call (PEP 3333)."""
_KEEPING = frozenset({"flask.g", "flask.globals.g", "quart.g", "quart.globals.g"})
"""Objects whose attributes live as long as the answer to a request takes."""


def canonical(facts: Tables, path: str) -> str:
    """The path under which facts know a thing."""
    return facts.aliases.get(path, path)


def knows(facts: Tables, path: str) -> bool:
    """Whether there is a fact about a path."""
    path = canonical(facts, path)
    return (
        path in facts.sources
        or path in facts.sinks
        or path in facts.cleaners
        or path in facts.values
        or path in facts.ends
        or path in facts.decorators
        or path in facts.handlers
        or path.startswith("@")
    )


def imported(facts: Tables, qualified: str) -> Value:
    """What an import binds, when no file of the change has it."""
    path = canonical(facts, other_name(qualified))
    return _read(facts, path, imported=True) or api(path, imported=True)


def _read(facts: Tables, path: str, *, imported: bool = False) -> Value | None:
    if path in _TEXTS:
        return constant(_TEXTS[path])
    meaning = facts.values.get(path)
    if meaning is None:
        return None
    if meaning == "clean":
        return api(path, vague=0)
    return api(meaning, imported=imported)


def path_of(machine: Machine, frame: Frame, node: ir.Expression) -> str:
    """The library path of an expression, ``()`` for a call; ``""`` when it has none."""
    if isinstance(node, ir.Call):
        inner = path_of(machine, frame, node.function)
        return f"{inner}()" if inner else ""
    if isinstance(node, (ir.Name, ir.Attribute)):
        for one in machine.evaluate(frame, node).references:
            if isinstance(one, Api):
                return one.path
    return ""


def is_known(facts: Tables, value: Value, path: str) -> bool:
    """Whether reading an attribute gave something that a fact speaks of."""
    return (
        bool(value.taints)
        or knows(facts, path)
        or any(isinstance(one, Api) and one.path.startswith("@") for one in value.references)
    )


def tainted(
    machine: Machine, frame: Frame, path: str, words: str, node: ir.Node, key: object = NOTHING
) -> Taints:
    """The untrusted content that reading a source gives."""
    fact = machine.facts.sources[path]
    said = words or fact.words
    if isinstance(key, str) and 0 < len(key) <= _MAX_WORDS and key.isprintable():
        said = f"`{key.replace('`', '')}` from {said}"
    module = frame.module
    place = (module.path, node.start, node.end, said)
    source = machine.sources.get(place)
    if source is None:
        source = machine.sources[place] = Source(fact.kind, said, module, node.start, node.end)
    link = Link(module, node.start, node.end, f"{said} comes in", None)
    return (Taint(source, fact.clean, link, sure=True),)


def attribute(
    machine: Machine, frame: Frame, value: Value, one: Api, identifier: str, node: ir.Node
) -> Value:
    """``value.identifier`` for something of a library."""
    facts = machine.facts
    if identifier == "string" and one.path in matches.PATHS:
        return matches.whole(value)
    path = canonical(facts, f"{one.path}.{identifier}")
    known = machine.kept.get(path) or _read(facts, path)
    if known is not None:
        return known
    if path in facts.sources:
        taints = tainted(machine, frame, path, "", node)
        return Value(taints, 0, NOTHING, (Api(path),))
    if len(path) > MAX_PATH:
        return content(value)
    taints = value.taints
    if taints and (bits := facts.cleaners.get(path, 0)):
        taints = cleaned(Value(taints), bits).taints
    return Value(taints, FULL, NOTHING, (Api(path, imported=one.imported),))


def item(
    machine: Machine, frame: Frame, value: Value, one: Api, key: Value, node: ir.Node
) -> Value:
    """``value[key]`` for something of a library."""
    if one.path in matches.PATHS:
        return matches.item(value, key)
    if one.path in machine.facts.sources:
        if isinstance(key.constant, str) and key.constant in _OF_SERVER:
            return CLEAN
        if one.path == _ENVIRON and _is_of_layer(key.constant):
            return VAGUE
        taints = tainted(machine, frame, one.path, "", node, key.constant)
        return Value(taints, 0, NOTHING, (Api(f"{one.path}[]"),))
    if isinstance(key.constant, str) and (f"{one.path}[{key.constant}]" in machine.facts.aliases):
        return api(canonical(machine.facts, f"{one.path}[{key.constant}]"))
    path = canonical(machine.facts, f"{one.path}[]")
    if len(path) > MAX_PATH:
        return content(value)
    text = None
    if one.path.endswith(_CONFIG) and isinstance(key.constant, str):
        text = frame.module.settings.get(key.constant) or None
    return Value(value.taints, value.vague, NOTHING, (Api(path),), text)


def _is_of_layer(key: object) -> bool:
    """Whether a layer of the program puts it into the environment (PEP 3333): "shop.context"."""
    return isinstance(key, str) and "." in key and not key.startswith("wsgi.")


def element(machine: Machine, frame: Frame, value: Value, one: Api, node: ir.Node) -> Value:
    """What iterating something of a library gives."""
    if not value.taints and one.path in machine.facts.sources:
        return Value(tainted(machine, frame, one.path, "", node), 0)
    path = canonical(machine.facts, f"{one.path}[]")
    known = _read(machine.facts, path)
    if known is not None:
        return known
    if len(path) > MAX_PATH:
        return content(value)
    return Value(value.taints, value.vague, NOTHING, (Api(path),))


def stored(
    machine: Machine, frame: Frame, owner: Value, identifier: str, value: Value, node: ir.Node
) -> None:
    """``owner.identifier = value``: a sink, perhaps."""
    for one in owner.references:
        if isinstance(one, Api):
            _store(machine, frame, f"{one.path}.{identifier}=", value, node)
            if one.path in _KEEPING:
                _keep(machine, f"{one.path}.{identifier}", value)
    if value.taints:
        storing.assigned(machine, frame, owner, identifier, value, node)


def _keep(machine: Machine, path: str, value: Value) -> None:
    """What is kept while a request is answered: other functions of the file read it."""
    flat = machine.heap.flat(value)
    apis = tuple(one for one in value.references if isinstance(one, Api))
    mine = Value(flat.taints, flat.vague, NOTHING, apis)
    known = machine.kept.get(path)
    machine.kept[path] = mine if known is None else join(known, mine)


def stored_item(
    machine: Machine, frame: Frame, owner: Value, key: Value, value: Value, node: ir.Node
) -> None:
    """``owner[key] = value``: a sink, perhaps."""
    for one in owner.references:
        if isinstance(one, Api):
            if one.path.endswith(_CONFIG) and isinstance(key.constant, str):
                _configured(frame, key.constant, value)
            _store(machine, frame, f"{one.path}[]=", value, node)
            if key.taints:
                _store(machine, frame, f"{one.path}[]=", key, node)
            if isinstance(key.constant, str) and len(key.constant) <= _MAX_WORDS:
                _store(machine, frame, f"{one.path}[{key.constant}]=", value, node)


def _configured(frame: Frame, key: str, value: Value) -> None:
    """Remember a setting that module code gives an application, unless it gives it another one.

    What functions set is left out: which of them ran before depends on who asks.
    """
    if frame.function is not None:
        return
    settings = frame.module.settings
    text = value.template if not value.taints else None
    settings[key] = text if text and settings.get(key, text) == text else ""


def _store(machine: Machine, frame: Frame, path: str, value: Value, node: ir.Node) -> None:
    for fact in machine.facts.sinks.get(path, ()):
        call = ir.Call(node.start, node.end, ir.Opaque(node.start, node.end), ())
        site = Site(machine, frame, call, path, None, [value], {})
        _check(machine, frame, fact, site)


def check_sinks(machine: Machine, frame: Frame, path: str, site: Site) -> None:
    """Look at what a call passes to sinks."""
    if watching.is_watched(path) and not machine.results.muted:
        machine.watch.note(site)
    sinks = machine.facts.sinks
    for fact in sinks.get(path, ()):
        _check(machine, frame, fact, site)
    name = f"*.{path.rpartition('.')[2]}"
    if name != path and site.receiver is not None and name in sinks and not _is_function(site):
        for fact in sinks[name]:
            if fact not in sinks.get(path, ()):
                _check(machine, frame, fact, site)


def _is_function(site: Site) -> bool:
    """Whether a call is of a module's own function, which has the name of a method only."""
    function = site.node.function
    if not isinstance(function, ir.Attribute) or site.receiver is None:
        return False
    if not isinstance(function.value, ir.Name) or "log" in function.value.id.lower():
        return False  # a logger is an object, wherever it is imported from
    return any(
        isinstance(one, Api) and one.imported and "()" not in one.path
        for one in site.receiver.references
    )


def _check(machine: Machine, frame: Frame, fact: Sink, site: Site) -> None:
    bit = BY_NAME[fact.kind]
    if bit == AMOUNT:
        amounts.check(machine, frame, fact, site)
        return
    for place in fact.at:
        value = site.at(place)
        if value is None:
            value = site.star
        if value is None:
            continue
        tested = urls.written(machine, value) if bit & urls.WEB else None
        if tested is None:
            tested = value
        flat = machine.heap.flat(tested)
        if not flat.taints and bit & TOLD_ONLY:
            continue
        reached = Reach.CLEAN
        dangerous = flat.dangerous(bit)
        if dangerous:
            reached = Reach.TAINTED
        elif flat.vague & bit:
            reached = Reach.VAGUE
        if reached is not Reach.CLEAN and fact.when is not None:
            site.tested = tested
            if not fact.when(site):
                reached = Reach.CLEAN
        report(machine, frame, fact, site, value, dangerous, reached)


def report(
    machine: Machine,
    frame: Frame,
    fact: Sink,
    site: Site,
    value: Value,
    dangerous: list[Taint],
    reached: Reach,
) -> None:
    """Note what reaches a sink, and the flow when it is untrusted."""
    node = site.node
    module = frame.module
    machine.results.note((module.path, node.start, node.end, fact.kind), reached)
    if reached is not Reach.TAINTED:
        return
    expression = site.node_of(value)
    function = node.function
    for taint in dangerous:
        machine.results.add(
            Hit(
                kind=fact.kind,
                module=module,
                start=node.start,
                end=node.end,
                function=(function.start, function.end),
                argument=(expression.start, expression.end),
                callee=site.callee,
                taint=taint,
                value=value,
                sink=fact,
                way=tuple(machine.way),
            )
        )


def call(machine: Machine, frame: Frame, target: Value, one: Api, site: Site) -> Value:
    """Call something of a library."""
    facts = machine.facts
    path = one.path
    check_sinks(machine, frame, path, site)
    if path.endswith(_CONFIGURING):
        for key, value in site.keywords.items():
            _configured(frame, key, value)
    if path in facts.ends:
        frame.dead = True
        return VAGUE
    made = special.call(machine, frame, path, target, site)
    if made is not None:
        return made
    result = canonical(facts, f"{path}()")
    known = _read(facts, result)
    if known is not None:
        return known
    if result in facts.sources:
        if (secret := site.get(2, "secret")) is not None and secret.constant is not None:
            return CLEAN  # a cookie whose signature was verified (Bottle)
        first = site.constant(0)
        return Value(
            tainted(machine, frame, result, "", site.node, first), 0, NOTHING, (Api(result),)
        )
    owner, _, method = path.rpartition(".")
    if owner in facts.sources and method in _READERS:
        return _reader(machine, frame, owner, site)
    bits = _cleaning(facts, path)
    if not bits and site.receiver is not None and (site.receiver.taints or method in _TEXT):
        text = methods.of_text(machine, frame, site.receiver, method, site)
        if text is not None:
            return text
    receiver = content(target if site.receiver is None else site.receiver)
    if (
        path in facts.replacing
        or f"*.{method}" in facts.replacing
        or ".objects." in path
        or is_lookup(site, method)
    ):
        return Value((), FULL, NOTHING, (Api(result),)) if len(result) <= MAX_PATH else VAGUE
    if bits:
        if bits & ALL == ALL:
            return CLEAN if not bits & ~ALL else Value((), 0)
        return cleaned(content(receiver, site.everything()), bits)
    place = facts.identities.get(path)
    if place is not None:
        found = site.at(place)
        return VAGUE if found is None else found
    for known_as in (path, f"*.{method}"):
        if known_as in facts.callbacks:
            return special.callback(machine, frame, known_as, site)
    arguments = content(site.everything(), sure=False)
    taints = merge_taints(receiver.taints, arguments.taints)
    vague = FULL if not taints else 0
    if len(result) > MAX_PATH:
        return Value(taints, vague)
    return Value(taints, vague, NOTHING, (Api(result),))


def is_lookup(site: Site, method: str) -> bool:
    """``get(pk=key)``: what a store has under a key is not the key."""
    return method == "get" and not site.arguments and bool(site.keywords)


def _cleaning(facts: Tables, path: str) -> int:
    found = facts.cleaners.get(path)
    if found is None:
        found = facts.cleaners.get(f"*.{path.rpartition('.')[2]}", 0)
    return found


def _reader(machine: Machine, frame: Frame, owner: str, site: Site) -> Value:
    """``request.args.get("name", default, type=int)``."""
    kind = site.keywords.get("type")
    if kind is not None:
        paths = [one.path for one in kind.references if isinstance(one, Api)]
        if paths and special.is_harmless_type(paths[0]):
            if paths[0] not in ("int", "float"):
                return CLEAN
            taints = tainted(machine, frame, owner, "", site.node, site.constant(0, "key"))
            return amounts.sent(machine, Value(taints))
    if owner == _ENVIRON and _is_of_layer(site.constant(0, "key")):
        return VAGUE
    taints = tainted(machine, frame, owner, "", site.node, site.constant(0, "key"))
    value = Value(taints, 0, NOTHING, (Api(f"{owner}[]"),))
    default = site.get(1, "default")
    return value if default is None else join(value, default)


def unknown(target: Value, site: Site) -> Value:
    """Call something of which nothing is known: what goes in may come out."""
    arguments = content(site.everything(), sure=False)
    receiver = content(target if site.receiver is None else site.receiver)
    taints = merge_taints(receiver.taints, arguments.taints)
    return Value(taints, 0 if taints else FULL)
