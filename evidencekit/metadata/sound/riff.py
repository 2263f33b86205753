"""WAV: chunks in a RIFF file (Microsoft/IBM 1991; EBU Tech 3285 bext; ITU-R BS.2088 RF64)."""

import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.sound.tags import add_id3
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.xmp import add_xmp

MAX_CHUNKS, MAX_READ = 100_000, 8 * 2**20
_PIECE, _HEAD, _LARGE = 4 * 2**20, 12, 2**32
_UNKNOWN = 2**32 - 1
_BEXT = (("Description", 0, 256), ("Originator", 256, 288), ("OriginatorReference", 288, 320),
         ("OriginationDate", 320, 330), ("OriginationTime", 330, 338))  # fmt: skip
_LISTS = frozenset({b"INFO", b"adtl", b"hdrl", b"strl", b"odml", b"ncdt", b"exif"})
_TEXTS = frozenset({b"IDIT", b"ISMP", b"strn", b"labl", b"note", b"nctg"})
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]{0,60})>([^<>]{1,2000})</")
_WORDS = {b"LIST": "tags", b"bext": "tags", b"iXML": "tags", b"id3 ": "tags", b"ID3 ": "tags",
          b"_PMX": "xmp", b"JUNK": "free-space", b"FLLR": "free-space", b"PAD ": "free-space",
          b"cue ": "outline"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One chunk of a file: where it stands."""

    kind: bytes
    start: int
    body: int
    size: int


def walk(stream: BinaryIO, start: int, end: int, *, sizes: dict[bytes, int]) -> Iterator[Chunk]:
    """Yield chunks; ``sizes`` are those that RF64 states elsewhere.

    Raises :class:`MalformedError` where one is cut off.
    """
    position = start
    for _number in range(MAX_CHUNKS):
        if end - position < 8:  # noqa: PLR2004
            return
        stream.seek(position)
        head = stream.read(8)
        kind, size = head[:4], int.from_bytes(head[4:], "little")
        if size == _UNKNOWN and kind in sizes:
            size = sizes[kind]
        if position + 8 + size > end:
            raise MalformedError(f"a chunk at {position} is cut off")
        yield Chunk(kind=kind, start=position, body=position + 8, size=size)
        position += 8 + size + size % 2
    raise MalformedError(f"more than {MAX_CHUNKS} chunks")


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the chunks say, of WAV and of AVI; what breaks off leaves what was before."""
    size = stream.seek(0, SEEK_END)
    try:
        for chunk in walk(stream, _HEAD, size, sizes=_sizes(stream, size)):
            _add(facts, stream, chunk)
    except MalformedError as exc:
        facts.problem(f"RIFF: {exc}")


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write form and samples; raises :class:`MalformedError` where that needs a guess."""
    del wish  # there is no place for a time, and there are no remarks
    gone, size = Gone(), stream.seek(0, SEEK_END)
    end, sizes = _end(stream, size, gone), _sizes(stream, size)
    found: dict[bytes, Chunk] = {}
    for chunk in walk(stream, _HEAD, end, sizes=sizes):
        if chunk.kind in {b"fmt ", b"fact", b"data"} and chunk.kind not in found:
            found[chunk.kind] = chunk
        elif chunk.kind != b"ds64":
            gone.note(_WORDS.get(chunk.kind) or f"chunk {chunk.kind.decode('latin-1')}")
    if not {b"fmt ", b"data"} <= set(found):
        raise MalformedError("WAV without form or samples")
    form = form_of(_read(stream, found[b"fmt "]), gone)
    fact = _read(stream, found[b"fact"])[:4] if b"fact" in found else b""
    data = found[b"data"]
    out.write(_heads(form, fact, data.size))
    digest = hashlib.sha256(form)
    for piece in _pieces(stream, data):
        digest.update(piece)
        out.write(piece)
    out.write(bytes(data.size % 2))
    return Rebuilt(removed=gone.words, kept=(), content_sha256=digest.hexdigest())


def _sizes(stream: BinaryIO, size: int) -> dict[bytes, int]:
    """RF64 states sizes of 64 bits in its first chunk (BS.2088 §3)."""
    stream.seek(0)
    head = stream.read(_HEAD + 8 + 24)
    if head[:4] not in {b"RF64", b"BW64"} or head[12:16] != b"ds64":
        return {}
    del size
    return {b"data": int.from_bytes(head[28:36], "little")}


def _end(stream: BinaryIO, size: int, gone: Gone) -> int:
    stream.seek(0)
    head = stream.read(_HEAD)
    if head[8:12] != b"WAVE":
        raise MalformedError("no WAV")
    stated = int.from_bytes(head[4:8], "little")
    end = size if head[:4] != b"RIFF" else min(8 + stated + stated % 2, size)
    gone.when(end < size, "bytes-after-end")
    return end


def form_of(data: bytes, gone: Gone) -> bytes:
    """Return of the form of samples as much as it says that it has."""
    size = 16
    if len(data) >= 18 and data[:2] != b"\1\0":  # noqa: PLR2004 (plain numbers have no more)
        size = 18 + int.from_bytes(data[16:18], "little")
    if not 16 <= size <= 82 or len(data) < size:  # noqa: PLR2004
        raise MalformedError("a form of samples that is not understood")
    gone.when(len(data) > size, "unused-bytes")
    return data[:size]


def _heads(form: bytes, fact: bytes, size: int) -> bytes:
    chunks = _chunk(b"fmt ", form) + (_chunk(b"fact", fact) if fact else b"")
    total = 4 + len(chunks) + 8 + size + size % 2
    if total < _LARGE:
        return (
            b"RIFF"
            + total.to_bytes(4, "little")
            + b"WAVE"
            + chunks
            + b"data"
            + (size.to_bytes(4, "little"))
        )
    more = _chunk(
        b"ds64", (total + 36).to_bytes(8, "little") + size.to_bytes(8, "little") + bytes(12)
    )
    unknown = b"\xff" * 4
    return b"RF64" + unknown + b"WAVE" + more + chunks + b"data" + unknown


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def _read(stream: BinaryIO, chunk: Chunk) -> bytes:
    stream.seek(chunk.body)
    return stream.read(min(chunk.size, MAX_READ))


def _pieces(stream: BinaryIO, chunk: Chunk) -> Iterator[bytes]:
    stream.seek(chunk.body)
    left = chunk.size
    while left:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            raise MalformedError("samples that are not in the file")
        left -= len(piece)
        yield piece


def _add(facts: FactList, stream: BinaryIO, chunk: Chunk, depth: int = 0) -> None:
    source, name = f"chunk at {chunk.start}", chunk.kind.decode("latin-1")
    facts.structure(name, f"{chunk.size} bytes", source=source)
    if chunk.kind == b"LIST":
        data = _read(stream, chunk)
        if data[:4] in _LISTS and depth < 4:  # noqa: PLR2004
            inner = io.BytesIO(data)
            for one in walk(inner, 4, len(data), sizes={}):
                _add(facts, inner, one, depth + 1)
    elif depth or chunk.kind in _TEXTS:
        skip = 4 if chunk.kind in {b"labl", b"note"} else 0
        text = decode_text(_read(stream, chunk)[skip:].strip(b"\0\r\n")).strip()
        if text.isprintable() and text:
            shown = _shown_date(text) if chunk.kind == b"IDIT" else text
            facts.add("RIFF", name, shown, raw=text, source=source)
    elif chunk.kind in _READERS:
        _READERS[chunk.kind](facts, _read(stream, chunk), source)


def _shown_date(text: str) -> str:
    """Return the date of a camera, ``Mon Mar 10 15:04:43 2003``, as people read it elsewhere."""
    for form in ("%a %b %d %H:%M:%S %Y", "%Y/%m/%d/ %H:%M", "%Y:%m:%d %H:%M:%S"):
        try:
            return f"{datetime.strptime(text, form):%Y-%m-%d %H:%M:%S}"  # noqa: DTZ007 (no zone in it)
        except ValueError:
            continue
    return text


def _add_bext(facts: FactList, data: bytes, source: str) -> None:
    for name, start, end in _BEXT:
        text = decode_text(data[start:end].partition(b"\0")[0]).strip()
        if text:
            facts.add("bext", name, text, raw=text, source=source)
    history = decode_text(data[602:].strip(b"\0")).strip()
    if history:
        facts.add("bext", "CodingHistory", history, raw=history, source=source)


def _add_xml(facts: FactList, data: bytes, source: str) -> None:
    for found in _ELEMENT.finditer(decode_text(data)):
        text = found[2].strip()
        if text:
            facts.add("iXML", found[1], text, raw=text, source=source)


_READERS: Mapping[bytes, Callable[[FactList, bytes, str], None]] = {
    b"bext": _add_bext,
    b"iXML": _add_xml,
    b"_PMX": lambda facts, data, source: add_xmp(facts, data, source=source),
    b"id3 ": lambda facts, data, source: add_id3(facts, data, source=source),
    b"ID3 ": lambda facts, data, source: add_id3(facts, data, source=source),
}
