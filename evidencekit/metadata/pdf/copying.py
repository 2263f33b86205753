"""Copies objects of a PDF into another, key by key (:mod:`evidencekit.metadata.pdf.allowed`)."""

import hashlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.pdf.allowed import INSIDE, KEYS
from evidencekit.metadata.pdf.drawing import drawing
from evidencekit.metadata.pdf.opening import unpacked
from evidencekit.metadata.pdf.pictures import picture
from evidencekit.metadata.profiles import rebuild_profile

MAX_DEPTH = 40
_NUMBERS = frozenset({"font file", "cmap", "map", "function", "shading", "table"})
"""Kinds that may be streams of numbers; fonts are programs, and stay as they are."""
_MAX_TABLE = 4 * 256  # bytes of a table of colours (ISO 32000-2 §8.6.6.3)
_COLLECTIONS = frozenset(
    {b"Adobe", b"Identity", b"Korea1", b"KR", b"GB1", b"CNS1", b"Japan1", b"Japan2", b"UCS"}
)
"""Who registered a collection of characters, and what it is called."""


class Copying:
    """One document being copied into another."""

    def __init__(self, target: pikepdf.Pdf, gone: Gone) -> None:
        self.target, self._gone = target, gone
        self.digest = hashlib.sha256()
        self._known: dict[tuple[tuple[int, int], str], Any] = {}
        self._streams: dict[str, Callable[[Stream, Dictionary, int], Stream]] = {
            "form": self._drawn, "pattern": self._drawn, "drawing": self._drawn,
            "image": self._image, "profile": self._profile,
        }  # fmt: skip

    def drawn(self, page: pikepdf.Page) -> bytes:
        """Return the drawing of a page, and digest it."""
        return self._digested(drawing(page.obj, self._gone))

    def copy(self, value: Any, kind: str, depth: int = 0) -> Any:
        """Copy a value that is of a kind; raises :class:`MalformedError` where it cannot be."""
        if depth > MAX_DEPTH:
            raise MalformedError("objects inside objects without end")
        if not isinstance(value, Object) or not value.is_indirect:
            return self._copy(value, kind, depth)
        key = value.objgen, kind
        if key not in self._known:
            self._known[key] = None
            made = self._copy(value, kind, depth)
            is_new = isinstance(made, Dictionary | Array) and not made.is_indirect
            self._known[key] = self.target.make_indirect(made) if is_new else made
        if (found := self._known[key]) is None:
            raise MalformedError("objects that are inside themselves")
        return found

    def _copy(self, value: Any, kind: str, depth: int) -> Any:
        if kind.startswith("each "):
            return self._each(value, kind.removeprefix("each "), depth)
        kind = _told(value, kind)
        if isinstance(value, Stream):
            return self._stream(value, kind, depth)
        if isinstance(value, Dictionary):
            return self._dictionary(value, kind, depth)
        if isinstance(value, Array):
            return self._array(value, kind, depth)
        return self._plain(value, kind)

    def _each(self, value: Object, kind: str, depth: int) -> Object:
        if not isinstance(value, Dictionary):
            raise MalformedError("resources that are none")
        return Dictionary(
            {key: self.copy(value[key], kind, depth + 1) for key in sorted(value.keys())}
        )

    def _dictionary(self, value: Dictionary | Stream, kind: str, depth: int) -> Dictionary:
        if kind not in KEYS:
            raise MalformedError("a dictionary where none may stand")
        allowed, made = KEYS[kind], {}
        for key in sorted(value.keys()):
            if key in allowed:
                made[key] = self.copy(value[key], INSIDE.get((kind, key), "numbers"), depth + 1)
            elif key not in {"/Length", "/Filter", "/DecodeParms", "/ProcSet"}:
                self._gone.note(_WORDS.get(key, "details"))
        return Dictionary(made)

    def _stream(self, value: Stream, kind: str, depth: int) -> Stream:
        head = self._dictionary(value, kind, depth) if kind in KEYS else Dictionary()
        if kind in self._streams:
            return self._streams[kind](value, head, depth)
        if kind not in _NUMBERS:
            raise MalformedError("a stream where none may stand")
        made = self.target.make_stream(self._digested(unpacked(value)))
        return _with(made, head)

    def _drawn(self, value: Stream, head: Dictionary, _depth: int) -> Stream:
        made = self.target.make_stream(self._digested(drawing(value, self._gone)))
        return _with(made, head)

    def _image(self, value: Stream, head: Dictionary, _depth: int) -> Stream:
        found = picture(value, self._gone)
        made = self.target.make_stream(b"")
        self._digested(found.data)
        if found.filter is None:
            made.write(found.data)
        else:
            made.write(found.data, filter=found.filter, decode_parms=found.parms)
        return _with(made, head)

    def _profile(self, value: Stream, head: Dictionary, _depth: int) -> Stream:
        before = unpacked(value)
        written = rebuild_profile(before)
        self._gone.when(written != before, "colour-profile")
        return _with(self.target.make_stream(written), head)

    def _array(self, value: Array, kind: str, depth: int) -> Array:
        if kind == "colour" and len(value) and isinstance(value[0], Name):
            return self._colour(value, depth)
        return Array([self.copy(one, kind, depth + 1) for one in value])

    def _colour(self, value: Array, depth: int) -> Array:
        """ISO 32000-2 table 61: a family and what belongs to it."""
        family = str(value[0])
        kinds = {
            "/ICCBased": ("profile",), "/CalGray": ("colour numbers",), "/Lab": ("colour numbers",),
            "/CalRGB": ("colour numbers",), "/Indexed": ("colour", "numbers", "table"),
            "/Separation": ("numbers", "colour", "function"), "/Pattern": ("colour",),
            "/DeviceN": ("numbers", "colour", "function", "colorants"),
        }.get(family, ())  # fmt: skip
        rest = list(value)[1:]
        if len(rest) > len(kinds):
            raise MalformedError("a colour space that is not understood")
        return Array(
            [value[0]]
            + [self.copy(one, kind, depth + 1) for one, kind in zip(rest, kinds, strict=False)]
        )

    def _plain(self, value: Any, kind: str) -> Any:
        if isinstance(value, Name):
            return Name(str(value))
        if not isinstance(value, String):
            return value
        data = bytes(value)
        if kind == "table" and len(data) <= _MAX_TABLE:
            return String(data)
        if kind == "system text" and data in _COLLECTIONS:
            return String(data)
        self._gone.when(data, "text")
        return String("")

    def _digested(self, data: bytes) -> bytes:
        self.digest.update(len(data).to_bytes(8, "big") + data)
        return data


_WORDS = {
    "/Metadata": "xmp", "/PieceInfo": "data-of-editors", "/LastModified": "time",
    "/OC": "layers",
    "/StructParents": "structure", "/StructParent": "structure", "/Thumb": "thumbnail",
    "/AA": "actions", "/Properties": "marked-content", "/OPI": "data-references",
}  # fmt: skip


def _told(value: Object, kind: str) -> str:
    """Return the kind of an object that says itself what it is."""
    if kind == "object" and isinstance(value, Stream):
        return {"/Image": "image", "/Form": "form"}.get(str(value.get("/Subtype")), "none")
    return kind


def _with(made: Stream, head: Dictionary) -> Stream:
    for key in head.keys():  # noqa: SIM118 (not a mapping)
        made[key] = head[key]
    return made
