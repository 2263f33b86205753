"""Facts in a TIFF: Exif and texts by exifread, and the blocks that lie in fields of their own."""

from collections.abc import Iterator
from typing import BinaryIO

from evidencekit.metadata.exif.read import read_file
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.iptc import add_datasets, add_iptc
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.tiff.directories import Directories, Page
from evidencekit.metadata.whole import read_start
from evidencekit.metadata.xmp import add_xmp

_XMP, _IPTC, _PHOTOSHOP, _SUBFILE, _INSIDE = 700, 33723, 34377, 254, 330
_ASCII = 2
_MAX_TEXT = 2**16


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the first page says by exifread, and what other readers find in all pages."""
    read_file(facts, stream)
    stream.seek(0)
    data = read_start(facts, stream)
    try:
        for number, page in enumerate(_pages(Directories(data))):
            _add_page(facts, page, number)
    except MalformedError as exc:
        facts.problem(f"TIFF: {exc}")


def _pages(file: Directories) -> Iterator[Page]:
    for page in file.pages():
        yield page
        for place in page[_INSIDE].numbers() if _INSIDE in page else ():
            yield file.directory(place)[0]


def _add_page(facts: FactList, page: Page, number: int) -> None:
    source = f"directory {number}"
    if _SUBFILE in page and page[_SUBFILE].numbers()[:1] == (1,):
        facts.structure("Thumbnail", "a small version", source=source)
    if _XMP in page:
        add_xmp(facts, page[_XMP].data, source=f"{source}, XMP")
    if _IPTC in page:
        add_datasets(facts, page[_IPTC].data, source=f"{source}, IPTC")
    if _PHOTOSHOP in page:
        add_iptc(facts, page[_PHOTOSHOP].data, source=f"{source}, Photoshop")
    if number:
        _add_texts(facts, page, source)


def _add_texts(facts: FactList, page: Page, source: str) -> None:
    """Exifread names the first directories only."""
    for tag, field in page.items():
        if field.kind == _ASCII and len(field.data) <= _MAX_TEXT:
            text = decode_text(field.data).strip("\0 ")
            facts.add("Image", f"field {tag}", text, raw=text, source=source)
