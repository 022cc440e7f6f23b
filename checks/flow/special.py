"""Library functions whose meaning is more than a fact can say: builtins, paths, addresses."""

from __future__ import annotations

from collections.abc import Callable

from checks.flow import (
    amounts,
    calls,
    encodings,
    folding,
    holders,
    iterating,
    lists,
    lookup,
    making,
    matches,
    parsers,
    querysets,
    records,
    sequences,
    tasks,
    templates,
    urls,
)
from checks.flow.heap import ITERATOR, Object, make
from checks.flow.kinds import CSV, FULL, LINES, NORMAL, NOSQL, PATH, SLASH
from checks.flow.machine import Frame, Machine
from checks.flow.site import Site
from checks.flow.values import (
    CLEAN,
    HOLE,
    MAX_TEXT,
    NOTHING,
    VAGUE,
    Api,
    Bound,
    Cell,
    LocalFunction,
    Value,
    cleaned,
    constant,
    content,
    join,
    merge_taints,
)

_HARMLESS_TYPES = frozenset({"int", "float", "bool", "uuid.UUID", "decimal.Decimal", "complex"})
_CONVERTING = frozenset({"int", "float", "complex", "uuid.UUID", "decimal.Decimal",
                         "ipaddress.ip_address", "ipaddress.ip_network", "ipaddress.IPv4Address",
                         "ipaddress.IPv6Address", "datetime.date.fromisoformat",
                         "datetime.datetime.strptime"})  # fmt: skip

Handler = Callable[[Machine, Frame, Value, Site], "Value | None"]
HANDLERS: dict[str, Handler] = {}


def is_harmless_type(path: str) -> bool:
    """Whether a text that this type accepts can do no harm."""
    return path in _HARMLESS_TYPES


def call(machine: Machine, frame: Frame, path: str, target: Value, site: Site) -> Value | None:
    """The value of a call with a meaning of its own; ``None`` for all others."""
    if path in _CONVERTING:
        return _convert(machine, frame, site)
    handler = HANDLERS.get(path)
    return None if handler is None else handler(machine, frame, target, site)


def _convert(machine: Machine, frame: Frame, site: Site) -> Value:
    """A conversion that raises for what is no number: where it returns, its argument was one."""
    known = site.constant(0)
    if site.callee in ("int", "float") and len(site.arguments) == 1 and known is not NOTHING:
        try:
            text = str(known)[:40]
            return constant(int(text) if site.callee == "int" else float(text))
        except ValueError:
            return CLEAN
    if len(site.node.arguments) == 1 and site.arguments:
        one = site.arguments[0]
        if one.taints or one.vague:
            machine.converted(frame, site.node.arguments[0])
    if site.callee in ("int", "float") and site.arguments:
        return amounts.sent(machine, machine.heap.flat(site.arguments[0]))
    return CLEAN


def _str(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    if not site.arguments:
        return constant("")
    value = site.arguments[0]
    # A text in place of an object brings no operators into a query.
    return cleaned(folding.as_text(machine, value), NOSQL)


def _repr(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    if not site.arguments:
        return CLEAN
    # Line ends are escaped, and it begins with a quote.
    return cleaned(content(machine.heap.flat(site.arguments[0])), LINES | CSV)


def _container(kind: str) -> Handler:
    def handle(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
        if not site.arguments:
            made = make({}, kind) if kind != "set" else Object("set", {})
            return Value(references=(machine.heap.new(made),))
        value = site.arguments[0]
        items = lookup.known_items(machine, value)
        if items is not None:
            made = make(dict(enumerate(items)), kind)
        else:
            part = lookup.element(machine, frame, value, site.node)
            made = Object(kind, {}, part)
        return Value(references=(machine.heap.new(made),))

    return handle


def _reordered(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``sorted``, ``reversed``: the same items at other places."""
    if not site.arguments:
        return VAGUE
    value = site.arguments[0]
    known = lookup.known_items(machine, value)
    if known is not None and site.callee != "sorted":
        ordered = known if site.callee == "iter" else known[::-1]
        made = make(dict(enumerate(ordered)), "list")
        made.trait = ITERATOR if site.callee == "iter" else None
        return Value(references=(machine.heap.new(made),))
    part = lookup.element(machine, frame, value, site.node)
    if site.callee == "sorted" and len(lookup.known_items(machine, value) or ()) == 3:
        part = amounts.limited(part)  # sorted((low, n, high))[1]
    return Value(references=(machine.heap.new(Object("list", {}, part)),))


def _paired(machine: Machine, value: Value) -> dict[object, Value] | None:
    """The entries of a dict that is made of pairs whose keys are known."""
    fields: dict[object, Value] = {}
    for one in lookup.known_items(machine, value) or ():
        pair = lookup.known_items(machine, one)
        if pair is None or len(pair) != 2 or pair[0].constant is NOTHING:
            return None
        if not folding.hashable(pair[0].constant):
            return None
        fields[pair[0].constant] = pair[1]
    return fields or None


def _dict(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    made = Object("dict", {})
    for one in site.arguments[:1]:
        if any(isinstance(ref, Cell) for ref in one.references):
            inner = machine.heap.get(next(x for x in one.references if isinstance(x, Cell)))
            if inner.type != "dict" and (fields := _paired(machine, one)) is not None:
                made = Object("dict", fields)
                continue
            if inner.type not in ("dict", "instance"):
                pair = lookup.element(machine, frame, one, site.node)
                flat = content(machine.heap.flat(pair))
                made = made.with_rest(flat, flat)
                continue
        made = lookup.updated(machine, made, one)
    for key, value in site.keywords.items():
        made = made.with_field(key, value)
    return Value(references=(machine.heap.new(made),))


def _getattr(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    name = site.constant(1)
    if isinstance(name, str) and site.arguments:
        found = lookup.attribute(machine, frame, site.arguments[0], name, site.node)
        default = site.get(2)
        return found if default is None else join(found, default)
    return content(*site.arguments[:1], VAGUE)


def _first(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``next``, ``min``, ``max``, ``random.choice``: one of the items."""
    if not site.arguments:
        return VAGUE
    if len(site.arguments) > 1 and site.callee in ("min", "max"):
        number = amounts.chosen(site.callee, site.arguments)
        return content(*site.arguments) if number is None else number
    found = _taken(machine, site)
    if found is None:
        found = lookup.element(machine, frame, site.arguments[0], site.node)
    if site.callee == "next" and (default := site.get(1)) is not None:
        return join(found, default)
    return found


def _taken(machine: Machine, site: Site) -> Value | None:
    """What ``next`` takes out of an iterator whose items are known."""
    value = site.arguments[0]
    if site.callee != "next" or len(value.references) != 1:
        return None
    cell = value.references[0]
    made = machine.heap.get(cell) if isinstance(cell, Cell) else None
    if made is None or made.trait != ITERATOR or not made.size or not isinstance(cell, Cell):
        return None
    items = [made.fields[index] for index in range(made.size)]
    rest = make(dict(enumerate(items[1:])), "list")
    rest.trait = ITERATOR
    machine.heap.put(cell, rest)
    return items[0]


def _length(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    for value in site.arguments[:1]:
        if isinstance(value.constant, (str, bytes)):
            return constant(len(value.constant))
        if len(value.references) == 1 and isinstance(one := value.references[0], Cell):
            size = machine.heap.get(one).size
            if size is not None:
                return constant(size)
    return CLEAN


def _partial(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    if not site.arguments:
        return VAGUE
    bound = Bound(site.arguments[0], tuple(site.arguments[1:]), dict(site.keywords))
    return Value(references=(bound,))


def _compiled(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """A compiled pattern remembers its text."""
    text = None if not site.arguments else site.arguments[0].template
    inner = content(*site.arguments[:1])
    return Value(inner.taints, 0, NOTHING, (Api("re.compile()"),), text)


def _joined_path(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    parts = [machine.heap.flat(one) for one in site.arguments]
    if site.receiver is not None and site.callee.endswith(".joinpath"):
        parts.insert(0, site.receiver)
    if site.star is not None:
        parts.append(machine.heap.flat(site.star))
    taints = merge_taints((), ())
    vague = 0
    pieces = []
    for one in parts:
        taints = merge_taints(taints, one.taints)
        vague |= one.vague
        pieces.append(one.template or HOLE)
    text = "/".join(pieces)[:MAX_TEXT]
    if site.callee.startswith("pathlib."):
        return Value(taints, vague, NOTHING, (Api("pathlib.Path()"),), text)
    if not taints and not vague and HOLE not in text:
        return constant(text)
    return Value(taints, vague, NOTHING, (), text)


def _normal_path(machine: Machine, _frame: Frame, target: Value, site: Site) -> Value:
    """A path made absolute and rid of ``..``: a test of how it begins is worth something."""
    value = site.receiver if site.receiver is not None and not site.arguments else None
    if value is None:
        value = site.arguments[0] if site.arguments else target
    flat = content(machine.heap.flat(value))
    text = value.template or ""
    rooted = "normpath" not in site.callee or text.startswith("/")
    marked = cleaned(flat, NORMAL | SLASH if rooted else NORMAL)
    references = (Api("pathlib.Path()"),) if "Path()" in site.callee else ()
    return Value(marked.taints, marked.vague, NOTHING, references, value.text)


def _relative(machine: Machine, frame: Frame, target: Value, site: Site) -> Value:
    """``path.relative_to(root)`` raises for what is not inside."""
    machine.inside(frame, site.node)
    return content(machine.heap.flat(target if site.receiver is None else site.receiver))


def _string_buffer(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    rest = content(machine.heap.flat(site.arguments[0])) if site.arguments else None
    return Value(references=(machine.heap.new(Object("buffer", {}, rest)),))


def _replaced(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    """``re.sub(pattern, replacement, text)``: a class of characters taken out is gone."""
    from checks.flow import patterns

    owner = site.receiver
    shift = 0
    pattern = site.get(0, "pattern")
    if site.callee.startswith("re.compile()"):
        pattern, shift = owner, -1
    replacement, text = site.get(1 + shift, "repl"), site.get(2 + shift, "string")
    if text is None or replacement is None:
        return content(site.everything())
    value = content(machine.heap.flat(text), machine.heap.flat(replacement))
    if pattern is not None and pattern.template is not None and not replacement.taints:
        written = replacement.template or ""
        value = cleaned(value, urls.slashes_taken(pattern.template, written))
        bits = patterns.absent_after(pattern.template, "search")
        if bits and written.replace("_", "").replace("-", "").isalnum() | (not written.strip("_-")):
            return cleaned(value, bits)
    return value


def _open(_machine: Machine, _frame: Frame, _target: Value, _site: Site) -> Value:
    """A file: what it is called says nothing of what is in it."""
    return Value((), FULL, NOTHING, (Api("open()"),))


def _basename(machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    value = content(machine.heap.flat(site.arguments[0])) if site.arguments else VAGUE
    return cleaned(value, PATH)


def _cast(_machine: Machine, _frame: Frame, _target: Value, site: Site) -> Value:
    found = site.get(1, "val")
    return VAGUE if found is None else found


def _thread(machine: Machine, frame: Frame, _target: Value, site: Site) -> Value:
    """``Thread(target=f, args=(x,))``."""
    target = site.get(1, "function") if "Timer" in site.callee else site.get(None, "target")
    given, named = site.get(None, "args"), site.get(None, "kwargs")
    if target is not None:
        items = [] if given is None else lookup.known_items(machine, given) or []
        made = (
            Object("dict", {})
            if named is None
            else lookup.updated(machine, Object("dict", {}), named)
        )
        keywords = {str(key): value for key, value in made.fields.items()}
        inner = Site(machine, frame, site.node, site.callee, None, items, keywords, made.rest)
        calls.invoke(machine, frame, target, inner)
        frame.dead = False
    return Value((), FULL, NOTHING, (Api(f"{site.callee}()"),))


def callback(machine: Machine, frame: Frame, path: str, site: Site) -> Value:
    """A library function that calls what it is given, with the arguments after it."""
    meaning = machine.facts.callbacks[path]
    for index, one in enumerate(site.arguments):
        if any(
            isinstance(ref, (LocalFunction, Bound))
            or (isinstance(ref, Api) and ref.path in machine.facts.sinks)
            for ref in one.references
        ):
            inner = Site(machine, frame, site.node, site.callee, None,
                         site.arguments[index + 1 :], dict(site.keywords), site.star)  # fmt: skip
            result = calls.invoke(machine, frame, one, inner)
            frame.dead = False
            return result if meaning == "result" else VAGUE
    return content(site.everything())


def make_handlers() -> dict[str, Handler]:
    """The table of handlers by path."""
    table: dict[str, Handler] = {
        "str": _str, "unicode": _str, "repr": _repr, "ascii": _repr, "len": _length,
        "list": _container("list"), "tuple": _container("tuple"), "set": _container("set"),
        "frozenset": _container("set"), "dict": _dict, "collections.OrderedDict": _dict,
        "sorted": _reordered, "reversed": _reordered,
        "iter": _reordered, "getattr": _getattr,
        "next": _first, "min": _first, "max": _first,
        "random.choice": _first, "functools.partial": _partial, "re.compile": _compiled,
        "os.path.join": _joined_path, "posixpath.join": _joined_path,
        "pathlib.Path": _joined_path,
        "pathlib.Path().joinpath": _joined_path, "pathlib.PurePath": _joined_path,
        "pathlib.PosixPath": _joined_path, "pathlib.PurePosixPath": _joined_path,
        "os.path.realpath": _normal_path, "os.path.abspath": _normal_path,
        "os.path.normpath": _normal_path, "pathlib.Path().resolve": _normal_path,
        "pathlib.Path().absolute": _normal_path, "os.path.basename": _basename,
        "urllib.parse.urlparse": urls.parsed, "urllib.parse.urlsplit": urls.parsed,
        "urlparse.urlparse": urls.parsed, "yarl.URL": urls.parsed,
        "urllib.parse.urlunsplit": urls.unparsed,
        "urllib.parse.urlunparse": urls.unparsed,
        "pathlib.Path().relative_to": _relative, "posixpath.normpath": _normal_path,
        "io.StringIO": _string_buffer, "io.BytesIO": _string_buffer,
        "StringIO.StringIO": _string_buffer,
        "string.Template": templates.made, "jinja2.Template": templates.made_jinja,
        f"{templates.PLAIN}.render": templates.rendered,
        "string.Template().substitute": templates.substituted,
        "string.Template().safe_substitute": templates.substituted,
        "re.sub": _replaced, "re.subn": _replaced, "re.compile().sub": _replaced,
        "open": _open, "io.open": _open, "codecs.open": _open, "typing.cast": _cast,
        "xml.sax.make_parser": parsers.made_sax,
        "lxml.etree.XMLParser": parsers.made_lxml,
        "lxml.etree.ETCompatXMLParser": parsers.made_lxml,
        "threading.Thread": _thread,
        "multiprocessing.Process": _thread, "threading.Timer": _thread,
        "django.db.models.QuerySet().as_manager": querysets.as_manager,
        "django.db.models.Manager.from_queryset": querysets.from_queryset,
        "django.db.models.Manager().from_queryset": querysets.from_queryset,
    }  # fmt: skip
    table.update(dict.fromkeys(querysets.chaining(), querysets.chained))
    table.update({f"celery.Task().{one}": tasks.sent_by_class for one in sorted(tasks.SENDING)})
    return table


HANDLERS.update(make_handlers())
HANDLERS.update(making.TABLE)
HANDLERS.update(sequences.TABLE)
HANDLERS.update(iterating.TABLE)
HANDLERS.update(lists.TABLE)
HANDLERS.update(holders.TABLE)
HANDLERS.update(records.TABLE)
HANDLERS.update(matches.TABLE)
HANDLERS.update(encodings.TABLE)
