"""What is put under a name that a sender chose: files where a server hands them out, fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks import ir
from checks.flow.values import HOLE, Cell
from checks.models.facts import Library

if TYPE_CHECKING:
    from checks.flow.site import Site

_SERVED = frozenset({"static", "public", "www", "wwwroot", "htdocs", "public_html", "html",
                     "webroot", "cgi-bin", "assets", "media", "site"})  # fmt: skip
_QUERIES = (".query.", ".query().", ".query()", ".objects.")
_OPENS = frozenset({"open", "io.open", "codecs.open", "aiofiles.open", "anyio.open_file"})


def is_served(site: Site) -> bool:
    """The path leads into a folder that a web server hands out, and ends as the sender chose."""
    value = site.tested
    text = None if value is None else value.template
    if value is None or text is None or not text.endswith(HOLE):
        return False
    folders = text.replace("\\", "/").lower().split("/")[:-1]
    return not _SERVED.isdisjoint(folders)


def is_written(site: Site) -> bool:
    """A file is opened for writing where a server hands it out."""
    mode = site.get(1, "mode")
    text = "" if mode is None else mode.template or ""
    return bool(set("wax") & set(text)) and is_served(site)


def fills_fields(site: Site) -> bool:
    """A dict as a whole says which columns of a query, or attributes of an object, are written."""
    function = site.node.function
    if not isinstance(function, ir.Attribute) or site.tested is None:
        return False
    for one in site.tested.references:
        if isinstance(one, Cell) and site.machine.heap.get(one).keys is None:
            return False  # its names stand in the code
    owner = function.value
    if isinstance(owner, ir.Attribute) and owner.name == "__dict__":
        return True
    if isinstance(owner, ir.Call) and isinstance(owner.function, ir.Name):
        return owner.function.id == "vars"
    return any(part in site.callee for part in _QUERIES)


uploads = Library("https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html")
uploads.sink("upload", *sorted(_OPENS), at="0/file/filename", when=is_written, label="write")
uploads.sink(
    "upload",
    "*.save",
    "@request.files[].save",
    "@upload.save",
    at="0/dst/destination",
    when=is_served,
    label="save",
)
uploads.sink(
    "upload", "shutil.{copy,copy2,copyfile,move}", "os.{rename,replace}", at="1/dst",
    when=is_served, label="save",
)  # fmt: skip
uploads.sink(
    "upload", "pathlib.Path().{write_bytes,write_text}", at="self", when=is_served, label="write"
)

fields = Library("https://docs.python.org/3/library/functions.html#setattr")
fields.sink("assign", "*.update", at="0/values", when=fills_fields, label="update")
fields.sink("assign", "setattr", at="1", label="setattr")
