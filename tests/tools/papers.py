"""PDF files written object by object, with a mark in every place that a document offers."""

import zlib
from collections.abc import Mapping

MARK = b"MARK-7f3a91"


def dictionary(**entries: bytes | int) -> bytes:
    """Encode a dictionary; ``Type_`` ends with a line where a word of Python is in the way."""
    inner = b" ".join(
        b"/%s %s" % (key.rstrip("_").encode(), value if isinstance(value, bytes) else b"%d" % value)
        for key, value in entries.items()
    )
    return b"<< " + inner + b" >>"


def stream(data: bytes, **entries: bytes | int) -> bytes:
    return dictionary(**entries, Length=len(data)) + b"\nstream\n" + data + b"\nendstream"


def text(value: bytes) -> bytes:
    return b"(" + value + b")"


def wide(value: bytes) -> bytes:
    """A text of UTF-16, in hexadecimal."""
    return b"<" + (b"\xfe\xff" + value.decode().encode("utf-16-be")).hex().encode() + b">"


def document(objects: Mapping[int, bytes], *, trailer: bytes, before: bytes = b"") -> bytes:
    """Put objects together with their table (ISO 32000-2 §7.5)."""
    return _part(before + b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", objects, trailer)


def updated(data: bytes, objects: Mapping[int, bytes], *, trailer: bytes) -> bytes:
    """Append a later version of some objects; the earlier ones stay in the file."""
    at = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    return _part(data, objects, trailer[:-2] + b"/Prev %d >>" % at)


def _part(data: bytes, objects: Mapping[int, bytes], trailer: bytes) -> bytes:
    places = {}
    for number, content in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % (one, places[one]) for one in sorted(places))
    start = len(data)
    return (
        data
        + b"xref\n0 1\n0000000000 65535 f \n"
        + table
        + b"trailer\n"
        + trailer
        + (b"\nstartxref\n%d\n%%%%EOF\n" % start)
    )


_SHOWN = b"""% comment MARK-7f3a91
/Span << /ActualText (instead MARK-7f3a91) >> BDC
BT /F1 24 Tf 20 100 Td (What is seen) Tj ET
EMC
q 60 0 0 40 20 20 cm /Im1 Do Q
0.2 0.4 0.6 rg 100 20 30 30 re f
"""
_FONTS = b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
_XMP = (
    b"<x:xmpmeta><rdf:Description dc:creator='by MARK-7f3a91' xmpMM:DocumentID='id MARK-7f3a91'/>"
)


def planted_paper(photograph: bytes, *, width: int, height: int) -> bytes:
    """Return a page with a photograph, a filled field, and marks all around them."""
    objects = _structure() | _hidden() | {
        6: stream(zlib.compress(_SHOWN), Filter=b"/FlateDecode"),
        7: stream(
            photograph, Type=b"/XObject", Subtype=b"/Image", Width=width, Height=height,
            ColorSpace=b"/DeviceRGB", BitsPerComponent=8, Filter=b"/DCTDecode",
            Metadata=b"14 0 R", Name=b"/Im1",
        ),
        8: stream(
            MARK * 30, Type=b"/XObject", Subtype=b"/Image", Width=10, Height=11,
            ColorSpace=b"/DeviceRGB", BitsPerComponent=8,
        ),
    }  # fmt: skip
    trailer = dictionary(
        Size=40, Root=b"1 0 R", Info=b"2 0 R", ID=b"[(" + MARK + b"12345) (" + MARK + b"67890)]"
    )
    first = document(objects, trailer=trailer)
    changed = {2: _information(b"second"), 39: text(b"of nobody " + MARK)}
    return updated(first, changed, trailer=trailer) + b"after " + MARK[::-1] + b"\n"


def _information(version: bytes) -> bytes:
    return dictionary(
        Title=wide(b"Title of " + MARK), Author=text(b"Author " + MARK),
        Subject=text(version + b" Subject " + MARK), Producer=text(b"Producer " + MARK),
        CreationDate=text(b"D:20260501100001+09'00'"), Own=text(b"own " + MARK),
    )  # fmt: skip


def _structure() -> dict[int, bytes]:
    return {
        1: dictionary(
            Type_=b"/Catalog", Pages=b"3 0 R", Metadata=b"14 0 R", AcroForm=b"9 0 R", Lang=b"(ko)",
            Names=dictionary(EmbeddedFiles=b"<< /Names [(file) 15 0 R] >>", JavaScript=b"17 0 R"),
            OpenAction=b"18 0 R", StructTreeRoot=b"19 0 R", Own=b"22 0 R", Outlines=b"20 0 R",
            PageLabels=b"<< /Nums [0 << /P (label " + MARK + b") >>] >>",
        ),
        2: _information(b"first"),
        3: dictionary(Type_=b"/Pages", Kids=b"[4 0 R]", Count=1, MediaBox=b"[0 0 200 150]"),
        4: dictionary(
            Type_=b"/Page", Parent=b"3 0 R", Contents=b"6 0 R", Resources=b"5 0 R",
            Annots=b"[10 0 R 11 0 R 12 0 R]", LastModified=text(b"D:20260501100002Z"),
            PieceInfo=b"<< /Own << /Private (editor " + MARK + b") >> >>", StructParents=0,
        ),
        5: dictionary(
            Font=_FONTS,
            XObject=b"<< /Im1 7 0 R /Unused 8 0 R >>",
            Properties=b"<< /MC0 << /Title (property " + MARK + b") >> >>",
        ),
        9: dictionary(Fields=b"[10 0 R 12 0 R]", DA=text(b"/F1 12 Tf")),
    }  # fmt: skip


def _hidden() -> dict[int, bytes]:
    look = b"/Tx BMC q BT /F1 10 Tf 2 2 Td (filled in) Tj ET Q EMC"
    return {
        10: dictionary(
            Type_=b"/Annot", Subtype=b"/Widget", FT=b"/Tx", T=text(b"field " + MARK),
            V=text(b"filled in"), Rect=b"[120 100 190 120]", AP=b"<< /N 13 0 R >>", F=4,
        ),
        11: dictionary(
            Type_=b"/Annot", Subtype=b"/Text", Rect=b"[150 60 160 70]",
            T=text(b"annotator " + MARK), Contents=text(b"remark " + MARK),
        ),
        12: dictionary(
            Type_=b"/Annot", Subtype=b"/Widget", FT=b"/Sig", T=text(b"signature"), F=4,
            Rect=b"[10 10 40 20]", V=dictionary(
                Type_=b"/Sig", Name=text(b"signer " + MARK), Location=text(b"signed in " + MARK),
                ByteRange=b"[0 1 2 3]", Contents=b"<00>",
            ),
        ),
        13: stream(
            look, Type=b"/XObject", Subtype=b"/Form", BBox=b"[0 0 70 20]",
            Resources=b"<< /Font " + _FONTS + b" >>",
        ),
        14: stream(_XMP, Type=b"/Metadata", Subtype=b"/XML"),
        15: dictionary(
            Type_=b"/Filespec", F=text(b"attached " + MARK), EF=b"<< /F 16 0 R >>",
            Desc=text(b"description " + MARK),
        ),
        16: stream(b"attachment " + MARK, Type=b"/EmbeddedFile"),
        17: b"<< /Names [(script) 18 0 R] >>",
        18: dictionary(S=b"/JavaScript", JS=text(b"script " + MARK)),
        19: dictionary(Type_=b"/StructTreeRoot", K=b"<< /S /P /Alt (alternative " + MARK + b") >>"),
        20: dictionary(First=b"21 0 R", Last=b"21 0 R", Count=1),
        22: b"[ (listed " + MARK + b") ]",
        21: dictionary(Title=text(b"outline " + MARK), Parent=b"20 0 R", Dest=b"[4 0 R /Fit]"),
    }  # fmt: skip


FACTS = frozenset(
    f"{word} {MARK.decode()}"
    for word in (
        "Title of", "Author", "second Subject", "Producer", "own", "by", "id", "field", "annotator",
        "remark", "signer", "signed in", "attached", "description", "script", "alternative",
        "outline", "editor", "label", "property", "instead", "listed",
    )
) | {"2026-05-01 10:00:01 +09:00"}  # fmt: skip
