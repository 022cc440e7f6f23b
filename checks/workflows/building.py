"""The model of a workflow or an action, built from its tree.

Whatever GitHub would refuse is left out: a job without a mapping, an ``env`` that is a list. The
forms that it takes are all read, ``on`` as a word, a list or a mapping for one.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.workflows.model import (
    Condition,
    Container,
    Document,
    Input,
    Job,
    Level,
    Permissions,
    Step,
    Text,
    Trigger,
    Use,
    UseKind,
    Variable,
)
from checks.workflows.paths import Kind
from checks.workflows.tree import Mapping, Node, Scalar, Sequence

_LEVELS = {"none": Level.NONE, "read": Level.READ, "write": Level.WRITE}


def build(kind: Kind, root: Mapping) -> Document:
    """The model of a file."""
    if kind is Kind.ACTION:
        runs = _mapping(root.get("runs"))
        jobs = () if runs is None else (_composite(runs),)
        return Document(kind, root, {}, None, (), jobs, _inputs(root.get("inputs")))
    shell = _default_shell(root)
    return Document(
        kind=kind,
        root=root,
        triggers=_triggers(root),
        permissions=_permissions(root),
        env=_variables(root.get("env")),
        jobs=tuple(_job(key, node, shell) for key, node in _entries(root.get("jobs"))),
        inputs={},
    )


def _triggers(root: Mapping) -> dict[str, Trigger]:
    on = root.get("on")
    if isinstance(on, Scalar):
        return {on.text: Trigger(on.text, on)}
    if isinstance(on, Sequence):
        return {one.text: Trigger(one.text, one) for one in on.items if isinstance(one, Scalar)}
    found: dict[str, Trigger] = {}
    if isinstance(on, Mapping):
        for key, node in on.entries():
            inner = _mapping(node) or Mapping([], key.span)
            found[key.text] = Trigger(
                key.text,
                key,
                tuple(_words(inner.get("types"))),
                _inputs(inner.get("inputs")),
            )
    return found


def _inputs(node: Node | None) -> dict[str, Input]:
    found = {}
    for key, value in _any_entries(node):
        inner = _mapping(value)
        kind = _word(None if inner is None else inner.get("type"))
        found[key.text.lower()] = Input(key.text, key, kind or "string")
    return found


def _permissions(owner: Mapping) -> Permissions | None:
    node = owner.get("permissions")
    if node is None:
        return None
    if isinstance(node, Scalar):
        everything = {"write-all": Level.WRITE, "read-all": Level.READ}.get(node.text.strip())
        return Permissions(node, everything, {})
    scopes = {}
    if isinstance(node, Mapping):
        for name, value in node.entries():
            if isinstance(value, Scalar) and value.text in _LEVELS:
                scopes[name.text] = (_LEVELS[value.text], name.span)
    return Permissions(node, None, scopes)


def _job(key: Scalar, node: Mapping, shell: str) -> Job:
    own_shell = _default_shell(node) or shell
    folder = _default(node, "working-directory")
    return Job(
        id=key.text,
        key=key,
        node=node,
        condition=_condition(node),
        permissions=_permissions(node),
        runs_on=tuple(_labels(node.get("runs-on"))),
        needs=tuple(_words(node.get("needs"))),
        env=_variables(node.get("env")),
        outputs=_outputs(node.get("outputs")),
        steps=_steps(node.get("steps"), own_shell, folder),
        uses=_use(node.get("uses")),
        secrets=node.get("secrets"),
        environment=node.get("environment"),
        containers=tuple(_containers(node)),
        matrix=_matrix(node),
    )


def _composite(runs: Mapping) -> Job:
    return Job(
        id="",
        key=None,
        node=runs,
        condition=None,
        permissions=None,
        runs_on=(),
        needs=(),
        env=(),
        outputs={},
        steps=_steps(runs.get("steps"), "", ""),
        uses=_use(_image_of(runs)),
        secrets=None,
        environment=None,
        containers=(),
        matrix={},
    )


def _image_of(runs: Mapping) -> Node | None:
    """The image that a Docker action runs, where it is one of a registry."""
    image = runs.get("image")
    named = isinstance(image, Scalar) and image.text.startswith("docker://")
    return image if named else None


def _steps(node: Node | None, shell: str, folder: str) -> tuple[Step, ...]:
    if not isinstance(node, Sequence):
        return ()
    maps: list[Mapping] = []
    for one in node.items:
        if not isinstance(one, Mapping):
            continue
        beside = one.get("parallel")
        if isinstance(beside, Sequence):
            # Steps that run beside each other: in which order does not matter here.
            maps += [inner for inner in beside.items if isinstance(inner, Mapping)]
        else:
            maps.append(one)
    return tuple(_step(index, one, shell, folder) for index, one in enumerate(maps))


def _step(index: int, node: Mapping, shell: str, folder: str) -> Step:
    run = node.get("run")
    return Step(
        index=index,
        id=_word(node.get("id")),
        name=_word(node.get("name")),
        node=node,
        condition=_condition(node),
        uses=_use(node.get("uses")),
        run=Text(run) if isinstance(run, Scalar) else None,
        shell=_word(node.get("shell")) or shell,
        inputs=_by_name(node.get("with")),
        env=_variables(node.get("env")),
        working_directory=_word(node.get("working-directory")) or folder,
    )


def _use(node: Node | None) -> Use | None:
    if not isinstance(node, Scalar) or not node.text.strip():
        return None
    text = node.text.strip()
    if text.startswith("docker://"):
        return Use(node, UseKind.IMAGE, text.removeprefix("docker://"), "", "")
    if text.startswith((".", "/")):
        return Use(node, UseKind.LOCAL, text, "", "")
    if text.startswith("$/"):
        return Use(node, UseKind.OWN, text, "", "")
    target, _, ref = text.partition("@")
    owner, _, rest = target.partition("/")
    name, _, path = rest.partition("/")
    return Use(node, UseKind.REMOTE, f"{owner}/{name}".lower(), path, ref)


def _condition(node: Mapping) -> Condition | None:
    found = node.get("if")
    return Condition(Text(found)) if isinstance(found, Scalar) else None


def _containers(node: Mapping) -> Iterator[Container]:
    own = node.get("container")
    if own is not None:
        yield _container("", own)
    for key, service in _any_entries(node.get("services")):
        yield _container(key.text, service)


def _container(name: str, node: Node) -> Container:
    inner = _mapping(node)
    given = None if inner is None else inner.get("credentials")
    credentials = {
        key.text: Text(value) for key, value in _any_entries(given) if isinstance(value, Scalar)
    }
    return Container(name, credentials)


def _matrix(node: Mapping) -> dict[str, tuple[Text, ...]]:
    """The texts that each variable of a matrix may have, ``include`` among them."""
    strategy = _mapping(node.get("strategy"))
    whole = None if strategy is None else strategy.get("matrix")
    if isinstance(whole, Scalar):
        return {"*": (Text(whole),)}
    found: dict[str, list[Text]] = {}
    for key, value in _any_entries(whole):
        if key.text not in ("include", "exclude"):
            found.setdefault(key.text.lower(), []).extend(_texts(value))
        elif key.text == "include" and isinstance(value, Sequence):
            for one in value.items:
                for name, inner in _any_entries(one):
                    found.setdefault(name.text.lower(), []).extend(_texts(inner))
        elif key.text == "include" and isinstance(value, Scalar):
            found.setdefault("*", []).append(Text(value))
    return {name: tuple(texts) for name, texts in found.items()}


def _texts(node: Node) -> Iterator[Text]:
    """The texts of a value, and of the list that it is."""
    if isinstance(node, Scalar):
        yield Text(node)
    elif isinstance(node, Sequence):
        for one in node.items:
            if isinstance(one, Scalar):
                yield Text(one)
            elif isinstance(one, Mapping):
                yield from (Text(value) for _, value in one.entries() if isinstance(value, Scalar))


def _labels(node: Node | None) -> Iterator[Text]:
    """The labels of a runner: a word, a list, or a mapping with a group and labels."""
    if isinstance(node, Mapping):
        node = node.get("labels")
    if node is not None:
        yield from _texts(node)


def _outputs(node: Node | None) -> dict[str, Text]:
    return {
        key.text.lower(): Text(value)
        for key, value in _any_entries(node)
        if isinstance(value, Scalar)
    }


def _variables(node: Node | None) -> tuple[Variable, ...]:
    return tuple(
        Variable(key.text, key, Text(value))
        for key, value in _any_entries(node)
        if isinstance(value, Scalar)
    )


def _by_name(node: Node | None) -> dict[str, Variable]:
    return {one.name.lower(): one for one in _variables(node)}


def _default_shell(node: Mapping) -> str:
    return _default(node, "shell")


def _default(node: Mapping, name: str) -> str:
    defaults = _mapping(node.get("defaults"))
    run = None if defaults is None else _mapping(defaults.get("run"))
    return "" if run is None else _word(run.get(name))


def _entries(node: Node | None) -> Iterator[tuple[Scalar, Mapping]]:
    for key, value in _any_entries(node):
        if isinstance(value, Mapping):
            yield key, value


def _any_entries(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    if isinstance(node, Mapping):
        yield from node.entries()


def _mapping(node: Node | None) -> Mapping | None:
    return node if isinstance(node, Mapping) else None


def _word(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _words(node: Node | None) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text
    elif isinstance(node, Sequence):
        yield from (one.text for one in node.items if isinstance(one, Scalar))
