"""Files that are opened for a function which only reads or writes them, and closed by nobody.

``catalog = read_mo(open(path, "rb"))``; ``file = path.open(); data = Inventory.load(file)``. What
a function is called says what it does with a file that it is given: one that loads, reads, parses,
dumps or writes leaves it open, as the functions of the standard library do (``json.load``,
``pickle.dump``, ``configparser.read_file``). A class may keep it.
"""

from __future__ import annotations

from checks.events import Call, Function, Value, as_call
from checks.hygiene.shared.blocks import holders
from checks.hygiene.shared.leaks import Leak
from checks.hygiene.shared.tests import is_setup, is_test
from checks.hygiene.shared.texts import words
from checks.languages.python.context import Located
from checks.languages.python.scopes import Bound

OPENERS = ("bz2.open", "codecs.open", "gzip.open", "io.open", "lzma.open", "open")
_MODES = frozenset({"r", "rb", "rt", "r+", "r+b", "rb+", "w", "wb", "wt", "w+", "wb+", "a", "ab",
                    "a+", "x", "xb"})  # fmt: skip
_PATHS = ("child(", "dir", "file", "folder", "path", "tmp")
"""What the object whose ``open`` gives a file is called, or made by."""
_BORROWING = frozenset(
    {"copyfileobj", "decode", "digest", "dump", "encode", "load", "parse", "parsestring", "read",
     "readfp", "save", "write"}
)  # fmt: skip
"""First words of what functions are called that use a file and leave it open."""
_READERS = frozenset({"importer", "loader", "parser", "reader"})
"""Words of objects whose getters read what they are given."""

_FEW = 20
_ENDING = frozenset({"__exit__", "close", "detach", "fileno"})
_REMEDY = "Open it in a `with`, and call the function in there."
_KINDS = (
    "attribute", "with_item", "argument_list", "keyword_argument", "assignment",
    "return_statement", "yield", "list", "tuple", "set", "dictionary", "pair",
    "expression_list", "conditional_expression", "lambda",
)  # fmt: skip


def borrowed_file(call: Call) -> Leak | None:
    """The file that a test opens for a function that leaves it open."""
    function = call.function
    if function is None or not (is_test(function) or is_setup(function) or _helps(function)):
        return None
    if not (call.name in OPENERS or _is_of_path(call)):
        return None
    above = call.parent
    if above is None:
        return None
    if above.kind == "argument_list":
        return Leak("file", "", _REMEDY) if _borrows(above) else None
    if above.kind != "assignment":
        return None
    held = call.assigned_to
    if not held.isidentifier() or held in call.context.scope.elsewhere:
        return None
    return Leak("file", held, _REMEDY) if _is_left(call, function, held) else None


def _helps(function: Function) -> bool:
    """Whether it is a method of a class whose tests call it to prepare what they look at."""
    if not function.is_method or function.cls is None or function.is_generator:
        return False
    tests = [one for one in function.cls.methods.values() if is_test(one)]
    return any(f"self.{function.name}(" in one.text for one in tests[:_FEW])


def _is_of_path(call: Call) -> bool:
    """Whether it is the ``open`` of a path: by its mode, or by what the object is called."""
    receiver = call.receiver
    if call.method != "open" or receiver is None or call.name in OPENERS:
        return False
    scope = call.context.scope.find(receiver.text)
    if scope is not None and any(
        one.how is Bound.IMPORT for one in scope.bindings.get(receiver.text, ())
    ):
        return False  # a module's: ``tarfile.open``
    mode = call.argument(0, "mode")
    if mode is not None:
        return isinstance(mode.constant, str) and mode.constant in _MODES
    if (receiver.name or "").startswith("pathlib.") or _is_joined(receiver):
        return True
    return any(one in receiver.text.lower() for one in _PATHS)


def _is_joined(receiver: Value) -> bool:
    """Whether it is a path put together: ``(folder / name).open()``."""
    node = receiver.node
    if node.type != "parenthesized_expression" or node.named_child_count != 1:
        return False
    sign = node.named_children[0].child_by_field_name("operator")
    return sign is not None and sign.type == "/"


def _is_left(call: Call, function: Function, held: str) -> bool:
    """Whether the file is only used and lent, and lent at least once; all else may close it."""
    lent = False
    for one, child in holders(call.module, function.node, held, *_KINDS, after=call.node.end_byte):
        if one.kind == "attribute":
            if one.text.rpartition(".")[2] in _ENDING:
                return False
        elif one.kind == "argument_list" and _borrows(one):
            lent = True
        elif one.kind != "assignment" or one.child("right") == child:
            return False
    return lent or _is_of_path(call)


def _borrows(arguments: Located) -> bool:
    above = arguments.parent
    outer = None if above is None else as_call(above)
    if outer is None or outer.is_with_item or outer.method[:1].isupper():
        return False
    if (parts := words(outer.method)) and parts[0] in _BORROWING:
        return True
    reader = "" if outer.receiver is None else outer.receiver.text.rpartition(".")[2]
    return bool(parts) and parts[0] == "get" and not _READERS.isdisjoint(words(reader))
