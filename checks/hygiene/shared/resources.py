"""Handles of the operating system that a program takes, and how it gives them back.

Only handles count: files, sockets, processes, pools, temporary files and folders, databases. A
client object that holds none until it is used is not meant.
"""

from __future__ import annotations

import enum

from checks.events import Call, Function, Module, as_call
from checks.hygiene.shared.blocks import holders
from checks.hygiene.shared.patchers import methods_with
from checks.hygiene.shared.tests import TEARDOWN
from checks.languages.python.context import Located
from checks.languages.python.index import Index
from checks.light import dataclass

HANDLES = {
    "open": "file",
    "io.open": "file",
    "codecs.open": "file",
    "os.fdopen": "file",
    "gzip.open": "file",
    "bz2.open": "file",
    "lzma.open": "file",
    "zipfile.ZipFile": "archive",
    "tarfile.open": "archive",
    "socket.socket": "socket",
    "socket.create_connection": "socket",
    "socket.create_server": "socket",
    "tempfile.NamedTemporaryFile": "temporary file",
    "tempfile.TemporaryFile": "temporary file",
    "tempfile.mkstemp": "temporary file",
    "tempfile.mkdtemp": "temporary folder",
    "tempfile.TemporaryDirectory": "temporary folder",
    "subprocess.Popen": "process",
    "concurrent.futures.ThreadPoolExecutor": "pool",
    "concurrent.futures.ProcessPoolExecutor": "pool",
    "concurrent.futures.thread.ThreadPoolExecutor": "pool",
    "multiprocessing.Pool": "pool",
    "multiprocessing.pool.Pool": "pool",
    "multiprocessing.pool.ThreadPool": "pool",
    "sqlite3.connect": "database connection",
    "http.server.HTTPServer": "server",
    "http.server.ThreadingHTTPServer": "server",
    "socketserver.TCPServer": "server",
    "socketserver.ThreadingTCPServer": "server",
    "socketserver.UDPServer": "server",
    "wsgiref.simple_server.make_server": "server",
}
"""What takes a handle, and what people call it."""

PLURALS = {"process": "processes"}

PATHS = frozenset({"tempfile.mkdtemp", "tempfile.mkstemp"})
"""Makers that give back a path: using the path is no release."""

RELEASES = frozenset(
    {"__exit__", "aclose", "cleanup", "close", "communicate", "detach", "kill", "release",
     "server_close", "shutdown", "stop", "terminate", "unlink", "wait", "join"}
)  # fmt: skip
_REMOVERS = ("cleanup", "close", "delete", "fdopen", "remove", "removedirs", "rmdir", "rmtree",
             "unlink", "clean", "rm", "destroy", "purge")  # fmt: skip
_TREES = ("cleanup", "clean_up", "rmtree", "removedirs", "rmdir", "remove_tree")
"""Words of what takes a folder away."""
_CONSUMERS = frozenset(
    {"ast.parse", "bytes", "csv.DictReader", "csv.reader", "dict", "enumerate", "hash", "id",
     "isinstance", "iter", "json.dump", "json.load", "len", "list", "marshal.load", "next",
     "pickle.dump", "pickle.load", "print", "repr", "set", "sorted", "str", "sum", "tomllib.load",
     "tuple", "type", "yaml.dump", "yaml.load", "yaml.safe_load", "configparser.ConfigParser",
     "map", "filter", "zip", "vars", "getattr", "hasattr", "bool", "max", "min"}
)  # fmt: skip
"""Functions that use a handle and never own it."""


class Held(enum.Enum):
    """What becomes of a handle, in the words of a review."""

    WITH = "released by `with`"
    CLEANUP = "released by a registered cleanup"
    CALL = "released by a call"
    HANDED_ON = "handed on"
    LEFT = "not seen to be released"
    UNKNOWN = "released elsewhere or not at all"


@dataclass(frozen=True, slots=True)
class Holding:
    """A handle: its fate, and the name that holds it (``""`` when none does)."""

    held: Held
    name: str = ""


def holding(call: Call, index: Index) -> Holding:
    """What becomes of the handle that this call takes.

    Ownership passes on when the handle is returned, yielded, stored or given to a function that
    is not known to leave it alone.
    """
    if call.is_with_item:
        return Holding(Held.WITH)
    if holds_nothing(call):
        return Holding(Held.UNKNOWN)
    above = call.parent
    if above is not None and above.kind == "await":
        above = above.parent
    if above is None:
        return Holding(Held.UNKNOWN)
    if above.kind == "expression_statement":
        return Holding(Held.LEFT)
    if above.kind == "attribute":
        word = call.module.text_of(above.node).rpartition(".")[2]
        return Holding(Held.CALL if word in RELEASES else Held.LEFT)
    if above.kind == "argument_list":
        return Holding(_as_argument(call))
    if above.kind in ("assignment", "named_expression"):
        name = call.assigned_to
        outer = above.parent
        if outer is not None and outer.kind == "assignment":
            return Holding(Held.HANDED_ON)  # self.socket = socket = …: the first target holds it
        target = above.child("left") or above.child("name")
        if target is not None and target.type in ("identifier", "attribute"):
            return Holding(_named(call, name, index), name)
        if call.name == "tempfile.mkstemp" and target is not None and target.named_children:
            first = call.module.text_of(target.named_children[0])
            return Holding(_named(call, first, index), first)
        return Holding(Held.UNKNOWN)
    return Holding(Held.HANDED_ON)


def is_kept_aside(call: Call) -> bool:
    """Whether a path is put into a container of the test, and no code there removes anything.

    ``folders[number] = tempfile.mkdtemp()``, also in a function inside the test.
    """
    above = call.parent
    function = call.function
    if above is None or function is None or above.kind != "assignment":
        return False
    target = above.child("left")
    if target is None or target.type != "subscript":
        return False
    root = target
    while root.type == "subscript":
        inner = root.child_by_field_name("value")
        if inner is None:
            return False
        root = inner
    if root.type != "identifier":
        return False
    outer = function
    while outer.context.function is not None:
        outer = outer.context.function
    name = call.module.text_of(root)
    if name not in outer.scope_of_body.bindings:
        return False
    around = [outer.text, *(() if call.cls is None else (
        one.text for one in call.cls.methods.values() if one.name in TEARDOWN))]  # fmt: skip
    if any(word in text for text in around for word in _TREES):
        return False
    return not any(
        one.kind in ("return_statement", "yield")
        for one, _ in holders(call.module, outer.node, name, "return_statement", "yield",
                              "argument_list")
    )  # fmt: skip


def holds_nothing(call: Call) -> bool:
    """Whether the object is laid over another one, which holds the handle if there is any.

    An archive over ``io.BytesIO``, ``gzip.open(file)``, a file with ``closefd=False``.
    """
    if call.name in PATHS and _in_other_folder(call):
        return True
    closes = call.argument(None, "closefd")
    if "fileobj" in call.keywords or (closes is not None and closes.constant is False):
        return True
    first = call.argument(0, "file") or call.argument(None, "filename")
    if first is None or HANDLES.get(call.name or "") not in ("file", "archive"):
        return False
    name = first.name or ""
    return name in ("io.BytesIO()", "io.StringIO()", "tempfile.TemporaryFile()")


def _in_other_folder(call: Call) -> bool:
    """Whether a temporary folder lies in another one, which takes it along when it goes."""
    folder = call.argument(2, "dir")
    if folder is not None and folder.constant is not None:
        return True
    words = ("temp", "tmp", "cwd", "chdir", "isolated_filesystem")
    return any(
        any(word in value.text.partition("(")[0].lower() for word in words)
        for value in call.entered()
    )


def _as_argument(call: Call) -> Held:
    around = call.parent and call.parent.parent
    outer = None if around is None else as_call(around)
    if outer is None:
        return Held.HANDED_ON
    if call.name in PATHS:
        if outer.method.startswith(_REMOVERS):
            return Held.CALL
        return Held.LEFT if outer.name in ("os.path.join", "pathlib.Path", "str") else Held.UNKNOWN
    return Held.LEFT if outer.name in _CONSUMERS else Held.HANDED_ON


def _named(call: Call, name: str, index: Index) -> Held:
    function = call.function
    if function is None:
        return Held.UNKNOWN
    places: list[tuple[Module, Function]] = [(call.module, function)]
    if name.startswith(("self.", "cls.")):
        if call.cls is None:
            return Held.UNKNOWN
        places = [(one.module, one) for one in methods_with(call.cls, name, index)]
    elif "." in name:
        return Held.HANDED_ON
    elif _is_outer(call, name):
        return Held.UNKNOWN
    start = 0 if "." in name else call.node.end_byte
    found = Held.LEFT
    for module, one in places:
        fate = _in_function(module, one, name, start, paths=call.name in PATHS)
        if fate in (Held.WITH, Held.CLEANUP, Held.CALL):
            return fate
        if fate is Held.HANDED_ON:
            found = fate
    return found


def only_returned(call: Call, name: str) -> bool:
    """Whether a handle goes nowhere but out of its function by ``return``."""
    function = call.function
    if function is None or not name or "." in name:
        return False
    found = False
    for one, _ in holders(
        call.module, function.node, name,
        "attribute", "with_item", "return_statement", "yield", "assignment", "argument_list",
        "list", "tuple", "set", "dictionary", "pair", "keyword_argument", "expression_list",
        "conditional_expression", "lambda", after=call.node.end_byte,
    ):  # fmt: skip
        if one.kind == "return_statement":
            found = True
        elif one.kind != "attribute" or one.text.rpartition(".")[2] in RELEASES:
            return False
    return found


def _is_outer(call: Call, name: str) -> bool:
    """Whether the name is declared ``global`` or ``nonlocal``."""
    return name in call.context.scope.elsewhere


def _in_function(module: Module, function: Function, name: str, start: int, *, paths: bool) -> Held:
    found = Held.LEFT
    for one, child in holders(
        module, function.node, name,
        "attribute", "with_item", "return_statement", "yield", "assignment",
        "argument_list", "list", "tuple", "set", "dictionary", "pair", "keyword_argument",
        "expression_list", "conditional_expression", "delete_statement", "lambda", after=start,
    ):  # fmt: skip
        kind = one.kind
        if kind == "attribute":
            word = one.text.rpartition(".")[2]
            if word in RELEASES:
                return Held.CLEANUP if _in_cleanup(one) else Held.CALL
            continue
        if kind == "with_item":
            return Held.WITH
        if kind in ("argument_list", "keyword_argument"):
            outer = _call_of(one)
            if outer is None or (outer.name in _CONSUMERS and kind == "argument_list"):
                continue
            if paths:
                text = module.text_of(outer.node)
                removes = outer.method.lower().startswith(_REMOVERS) or any(
                    f".{word}" in text or f"{word}," in text for word in _REMOVERS
                )
                if not removes:
                    continue
                return Held.CLEANUP if outer.method.startswith("add") else Held.CALL
            found = Held.HANDED_ON
        elif kind == "assignment":
            if one.child("right") == child:
                found = Held.HANDED_ON
        elif kind != "lambda" or not paths:
            found = Held.HANDED_ON
    return found


def _call_of(located: Located) -> Call | None:
    for one in located.ancestors():
        call = as_call(one)
        if call is not None:
            return call
        if one.kind == "block":
            return None
    return None


def _in_cleanup(release: Located) -> bool:
    """Whether a release is handed to a call that registers it."""
    for one in release.ancestors():
        if one.kind == "function_definition":
            break
        call = as_call(one)
        if call is not None and call.method.startswith(("add", "callback", "push")):
            return True
    return False
