"""One track written anew: what a player needs, from numbers and tables only.

Of ``trak``: tkhd, edts, tapt, mdia. Of ``minf``: vmhd or smhd, dinf. Of ``stbl``: stsd, stts, ctts,
cslg, stss, stps, stsc, sizes, offsets, and groups that say where to begin to play. Everything else
goes, whatever it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.isobmff.boxes import Part, box, split
from evidencekit.metadata.isobmff.entries import rebuild_entries
from evidencekit.metadata.isobmff.headers import (
    edits,
    handler,
    media_head,
    references,
    track_head,
)
from evidencekit.metadata.isobmff.movie import Track, children
from evidencekit.metadata.isobmff.sample_tables import exact_table, make_offsets, make_sizes
from evidencekit.metadata.malformed import MalformedError

_ROWS = {b"stts": 8, b"ctts": 8, b"stss": 4, b"stps": 4, b"stsc": 12}
_GROUPS = {b"roll": 2, b"prol": 2, b"rap ": 1}  # bytes of a description, §10.1, §10.4
_SIZES = frozenset({b"stsz", b"stz2", b"stco", b"co64", b"stsd"})
_ENCRYPTED = frozenset({b"saiz", b"saio", b"senc"})
_HINTS = frozenset({b"sdtp", b"stsh", b"stdp", b"padb", b"subs", b"tref", b"load", b"txas"})
_WORDS = {b"udta": "user-data", b"meta": "metadata", b"free": "free-space", b"skip": "free-space"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where the samples of a track are to be, and how large where they became smaller."""

    offsets: Sequence[int]
    sizes: Sequence[int] | None = None


def rebuild_track(track: Track, placed: Placed, gone: Gone, *, number: int, is_long: bool) -> bytes:
    """Encode ``trak``; ``is_long`` is whether offsets need 64 bits."""
    gone_words(track.parts, {b"tkhd", b"edts", b"tapt", b"mdia"}, gone)
    return box(
        b"trak",
        track_head(track.parts[b"tkhd"], gone, number=number),
        _apertures(track.parts.get(b"tapt")),
        _edits(track.parts.get(b"edts")),
        _media(track, placed, gone, is_long=is_long),
    )


def gone_words(parts: Iterable[bytes], kept: set[bytes], gone: Gone) -> None:
    """Note in words what of the kinds that are there is not kept."""
    for kind in parts:
        if kind not in kept:
            word = "player-hints" if kind in _HINTS else _WORDS.get(kind)
            gone.note(word or f"box {kind.decode('latin-1')}")


def _media(track: Track, placed: Placed, gone: Gone, *, is_long: bool) -> bytes:
    gone_words(track.media, {b"mdhd", b"hdlr", b"minf"}, gone)
    return box(
        b"mdia",
        media_head(track.media[b"mdhd"], gone),
        handler(track.media[b"hdlr"], gone),
        _information(track, placed, gone, is_long=is_long),
    )


def _information(track: Track, placed: Placed, gone: Gone, *, is_long: bool) -> bytes:
    inner = track.information
    gone_words(inner, {b"vmhd", b"smhd", b"hdlr", b"dinf", b"stbl"}, gone)
    head, size = (b"vmhd", 12) if track.handler == b"vide" else (b"smhd", 8)
    data = inner[head].data[:size] if head in inner else bytes(size)
    is_quicktime = b"hdlr" in inner
    return box(
        b"minf",
        box(head, data.ljust(size, b"\0")),
        handler(_data_handler(inner[b"hdlr"]), gone) if is_quicktime else b"",
        box(b"dinf", _references(inner.get(b"dinf"), gone)),
        _tables(track, placed, gone, is_long=is_long),
    )


def _data_handler(part: Part) -> Part:
    """QuickTime says who finds the data; here they are always in the file itself."""
    return Part(kind=part.kind, data=bytes(4) + b"dhlrurl " + part.data[12:], offset=part.offset)


def _references(dinf: Part | None, gone: Gone) -> bytes:
    if dinf is None or (found := children(dinf).get(b"dref")) is None:
        return references(Part(kind=b"dref", data=bytes(8), offset=0), gone)
    return references(found, gone)


def _tables(track: Track, placed: Placed, gone: Gone, *, is_long: bool) -> bytes:
    tables = track.tables
    if _ENCRYPTED & set(tables):
        raise MalformedError("encrypted")
    groups = b"".join(_group(part, gone) for part in track.grouped)
    known = {*_ROWS, *_SIZES, b"cslg", b"sgpd", b"sbgp"}
    gone_words(tables, known, gone)
    if b"stsd" not in tables or b"stts" not in tables:
        raise MalformedError("a track without descriptions or times of its samples")
    copied = [exact_table(tables[kind], row) for kind, row in _ROWS.items() if kind in tables]
    return box(
        b"stbl",
        rebuild_entries(tables[b"stsd"], track.handler, gone),
        *copied,
        _shift(tables),
        make_sizes(tables, placed.sizes),
        make_offsets(placed.offsets, is_long=is_long),
        groups,
    )


def _shift(tables: Mapping[bytes, Part]) -> bytes:
    """§8.6.1.4: how far times of showing are from times of decoding."""
    if b"cslg" not in tables:
        return b""
    data = tables[b"cslg"].data
    return box(b"cslg", data[: 44 if data[:1] == b"\1" else 24])


def _group(part: Part, gone: Gone) -> bytes:
    kind = part.data[4:8]
    if kind not in _GROUPS:
        gone.note("player-hints")
        return b""
    if part.kind == b"sbgp":
        return exact_table(part, 8, head=8 if part.data[:1] == b"\0" else 12)
    if part.data[:1] != b"\1" or int.from_bytes(part.data[8:12], "big") != _GROUPS[kind]:
        gone.note("player-hints")
        return b""
    return exact_table(part, _GROUPS[kind], head=12)


def _edits(edts: Part | None) -> bytes:
    found = children(edts).get(b"elst") if edts is not None else None
    return box(b"edts", edits(found)) if found is not None else b""


def _apertures(tapt: Part | None) -> bytes:
    """QuickTime's sizes of what is shown: clef, prof, enof."""
    if tapt is None:
        return b""
    kept = [
        box(part.kind, part.data[:12])
        for part in split(tapt.data, tapt.offset + 8)
        if part.kind in {b"clef", b"prof", b"enof"} and len(part.data) >= 12  # noqa: PLR2004
    ]
    return box(b"tapt", *kept)
