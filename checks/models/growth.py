"""What grows when it is read: entities of XML, compressed data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.flow import parsers
from checks.flow.values import Cell
from checks.models.facts import Library

if TYPE_CHECKING:
    from checks.flow.site import Site


def _no_size(site: Site) -> bool:
    """No limit is given of how much is read."""
    size = site.get(0, "size")
    return size is None or size.constant in (-1, None)


def _no_length(site: Site) -> bool:
    """No limit is given of how much is unpacked."""
    limit = site.get(1, "max_length")
    return limit is None or limit.constant in (-1, 0)


def _own_parser(site: Site) -> bool:
    """No parser is given that is known: the one of Expat reads it."""
    return not any(
        isinstance(one, Cell) and site.machine.heap.get(one).type == parsers.TYPE
        for value in (*site.arguments[1:], *site.keywords.values())
        for one in value.references
    )


expat = Library("https://docs.python.org/3/library/xml.html#xml-vulnerabilities")
expat.sink(
    "entities",
    "xml.etree.ElementTree.{fromstring,parse,XML,XMLID,iterparse,fromstringlist}",
    "xml.etree.cElementTree.{fromstring,parse,XML,iterparse}",
    "xml.dom.{minidom,pulldom,expatbuilder}.{parse,parseString}",
    "xml.sax.{parse,parseString}",
    when=_own_parser,
    label="expat",
)
expat.sink(
    "entities",
    "xml.parsers.expat.ParserCreate().{Parse,ParseFile}",
    "@expat.{parse,parseString,feed}",
    label="expat",
)

libxml = Library("https://lxml.de/api/lxml.etree.XMLParser-class.html")
libxml.sink(
    "entities",
    "lxml.etree.{fromstring,parse,XML,iterparse}",
    "lxml.objectify.{fromstring,parse}",
    when=parsers.given_huge,
    label="huge",
)
libxml.sink("entities", "@huge.{parse,feed}", label="huge")

packed = Library("https://docs.python.org/3/library/zipfile.html#decompression-pitfalls")
packed.sink("unpack", "{gzip,zlib,bz2,lzma}.decompress", at="0/data/string", label="all")
packed.sink(
    "unpack",
    "zlib.decompressobj().decompress",
    "bz2.BZ2Decompressor().decompress",
    "lzma.LZMADecompressor().decompress",
    at="0/data",
    when=_no_length,
    label="all",
)
packed.sink(
    "unpack", "{gzip.GzipFile,gzip.open,bz2.BZ2File,bz2.open,lzma.LZMAFile,lzma.open}().read",
    at="self", when=_no_size, label="all",
)  # fmt: skip
packed.sink(
    "unpack",
    "zipfile.ZipFile().{extractall,extract,read}",
    "tarfile.open().{extractall,extract}",
    "tarfile.TarFile().{extractall,extract}",
    at="self",
    label="archive",
)
packed.sink("unpack", "shutil.unpack_archive", at="0/filename", label="archive")
packed.sink("unpack", "zstandard.decompress", "brotli.decompress", "snappy.decompress", label="all")
