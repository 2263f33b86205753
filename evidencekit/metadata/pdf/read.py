"""Facts in a PDF: every text that is no drawing, the pictures in it, and earlier versions of it.

No list of keys could be complete, so each text in each object is told with the key under which it
stands; what is known to be numbers in the form of text is left out.
"""

import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from io import SEEK_END
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.isobmff.boxes import split
from evidencekit.metadata.isobmff.read import XMP_UUID
from evidencekit.metadata.jpeg.read import read as read_jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.pdf.opening import opened
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.xmp import add_xmp

_NO_FACTS = frozenset(
    {
        "/ID", "/FontFamily", "/Cert", "/CharSet", "/Registry", "/Ordering", "/Panose", "/O", "/U",
        "/OE", "/UE", "/Perms", "/CheckSum", "/Lookup", "/IDTree", "/DA", "/Recipients",
    }
)  # fmt: skip
_THINGS = {
    "/JavaScript": "JavaScript", "/JS": "JavaScript", "/XFA": "XFA", "/EmbeddedFile": "Attachment",
    "/PieceInfo": "DataOfEditors", "/ByteRange": "Signature", "/OCG": "Layer",
    "/Thumb": "Thumbnail", "/OutputIntent": "OutputIntent", "/RichMedia": "RichMedia",
}  # fmt: skip
_MAX_PICTURES = 50
_MAX_DEPTH = 20
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-Z])(\d\d)?'?(\d\d)?'?)?")
_END, _BLOCK = b"%%EOF", 2**20


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what there is; of a document that is locked, that it is."""
    _add_ends(facts, stream)
    try:
        with opened(stream) as document:
            _add_document(facts, document)
    except MalformedError as exc:
        facts.problem(f"PDF: {exc}")


def shown_date(text: str) -> str:
    """Return a date as people read it (ISO 32000-2 §7.9.4); any other text as it is."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return text
    year, month, day, hour, minute, second, sign, zone_hour, zone_minute = found.groups()
    shown = "-".join(part for part in (year, month, day) if part)
    if hour:
        shown += f" {hour}:{minute or '00'}:{second or '00'}"
    if sign == "Z":
        return f"{shown} UTC"
    return f"{shown} {sign}{zone_hour}:{zone_minute or '00'}" if sign and zone_hour else shown


def _add_document(facts: FactList, document: pikepdf.Pdf) -> None:
    facts.structure("Pages", str(len(document.pages)), source="page tree")
    facts.structure("Version", document.pdf_version, source="head")
    if document.is_encrypted:
        facts.structure("Encrypted", "opens with an empty password", source="trailer")
    things: Counter[str] = Counter()
    for value in _values(document):
        _add_texts(facts, value, things)
        if isinstance(value, Array):
            _add_listed(facts, value, things, 0)
    for thing, number in things.items():
        facts.structure(thing, f"{number} ×", source="objects")
    _add_pictures(facts, document)
    for page in document.pages:
        _add_meanings(facts, page)


def _add_pictures(facts: FactList, document: pikepdf.Pdf) -> None:
    pictures = 0
    for value in document.objects:
        if isinstance(value, Stream) and value.get("/Subtype") == Name.Image:
            pictures += 1
            if pictures <= _MAX_PICTURES:
                _add_picture(facts, value)
    if pictures > _MAX_PICTURES:
        facts.problem(f"PDF: of {pictures} pictures only {_MAX_PICTURES} were looked into")


def _values(document: pikepdf.Pdf) -> Iterator[Any]:
    yield document.trailer.get("/Info")
    yield document.trailer
    yield from document.objects


def _add_texts(facts: FactList, value: Any, things: "Counter[str]", depth: int = 0) -> None:
    """Add the texts of an object; what it refers to is looked at on its own."""
    if not isinstance(value, Dictionary | Stream) or depth > _MAX_DEPTH:
        return
    kind = str(value.get("/Subtype", value.get("/Type", "PDF"))).lstrip("/") or "PDF"
    source = f"object {value.objgen[0]}"
    for name in (f"/{kind}", *value.keys()):
        if name in _THINGS:
            things[_THINGS[name]] += 1
    if kind == "XML" and isinstance(value, Stream):
        _add_xmp(facts, value, source)
    for key, one in _held(value):
        if isinstance(one, String):
            _add_text(facts, kind, key.lstrip("/"), str(one), source)
        elif not one.is_indirect:
            _add_texts(facts, one, things, depth + 1)


def _add_listed(facts: FactList, value: Array, things: "Counter[str]", depth: int) -> None:
    """Add the texts of an array that is an object of its own."""
    source = f"object {value.objgen[0]}"
    for one in value:
        for found in _flat(one):
            if isinstance(found, String):
                _add_text(facts, "PDF", "Array", str(found), source)
            elif not found.is_indirect and depth < _MAX_DEPTH:
                _add_texts(facts, found, things, depth + 1)


def _held(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the texts and dictionaries under the keys that may say something."""
    for key in value.keys():  # noqa: SIM118 (not a mapping)
        is_signature = key == "/Contents" and "/ByteRange" in value
        if key not in _NO_FACTS and not is_signature:
            for one in _flat(value[key]):
                yield key, one


def _flat(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield texts and dictionaries, also those in arrays that stand here and nowhere else."""
    if isinstance(value, String | Dictionary):
        yield value
    elif isinstance(value, Array) and not value.is_indirect and depth < _MAX_DEPTH:
        for one in value:
            yield from _flat(one, depth + 1)


def _add_text(facts: FactList, kind: str, key: str, text: str, source: str) -> None:
    if text.strip():
        facts.add(
            f"PDF {kind}" if kind != "PDF" else "PDF", key, shown_date(text), raw=text,
            source=source, reader="pikepdf",
        )  # fmt: skip


def _add_xmp(facts: FactList, value: Stream, source: str) -> None:
    try:
        add_xmp(facts, value.read_bytes(), source=source)
    except pikepdf.PdfError as exc:
        facts.problem(f"{source}: {exc}")


def _add_picture(facts: FactList, value: Stream) -> None:
    try:
        data = value.read_raw_bytes()
    except pikepdf.PdfError as exc:
        facts.problem(f"object {value.objgen[0]}: {exc}")
        return
    if "/JPXDecode" in str(value.get("/Filter")):
        _add_jpeg_2000(facts, data, f"picture in object {value.objgen[0]}")
    if "/DCTDecode" not in str(value.get("/Filter")):
        return
    inner = FactList()
    read_jpeg(inner, io.BytesIO(data))
    for one in inner.facts:
        if one.group != "structure":
            place = one.source.partition(", ")
            facts.add(
                one.group, one.tag, one.readable, raw=one.raw, reader=place[0],
                source=f"picture in object {value.objgen[0]}, {place[2]}",
            )  # fmt: skip


def _add_jpeg_2000(facts: FactList, data: bytes, source: str) -> None:
    """Add XMP and what else stands in boxes beside the picture (ISO/IEC 15444-1 annex I)."""
    try:
        for part in split(data):
            if part.kind == b"uuid" and part.data[:16] == XMP_UUID:
                add_xmp(facts, part.data[16:], source=source)
            elif part.kind == b"xml ":
                add_xmp(facts, part.data, source=source)
            facts.structure(f"JP2 {part.name}", f"{len(part.data)} bytes", source=source)
    except MalformedError:
        return  # a bare codestream has no boxes


def _add_meanings(facts: FactList, page: pikepdf.Page) -> None:
    """Add what marked content says that a drawing means (ISO 32000-2 §14.9.4)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            drawn = pikepdf.parse_content_stream(page.obj, "BDC DP")
    except (pikepdf.PdfError, TypeError, ValueError, UserWarning) as exc:
        facts.problem(f"page {page.objgen[0]}: {exc}")
        return
    for one in drawn:
        for operand in one.operands:
            for key, value in _held(operand) if isinstance(operand, Dictionary) else ():
                if isinstance(value, String):
                    _add_text(facts, "Span", key.lstrip("/"), str(value), "page")


def _add_ends(facts: FactList, stream: BinaryIO) -> None:
    """Say how often the file ends: each version but the last lies in it whole."""
    size, ends, last, tail = stream.seek(0, SEEK_END), 0, 0, b""
    stream.seek(0)
    head = stream.read(1024)
    stream.seek(0)
    position = 0
    while block := stream.read(_BLOCK):
        joined = tail + block
        ends += joined.count(_END) - tail.count(_END)
        if (at := joined.rfind(_END)) >= 0:
            last = position - len(tail) + at + len(_END)
        tail, position = joined[-len(_END) + 1 :], position + len(block)
    facts.structure("Versions", str(ends), source="%%EOF")
    if (before := head.find(b"%PDF-")) > 0:
        text = decode_text(head[:before])
        facts.structure("BytesBeforeStart", f"{before} bytes", source="at 0")
        if text.isprintable():
            facts.add("PDF", "BeforeStart", text, raw=text, source="at 0")
    if last and size - last > 2:  # noqa: PLR2004 (an end of line)
        facts.structure("BytesAfterEnd", f"{size - last} bytes", source=f"at {last}")
