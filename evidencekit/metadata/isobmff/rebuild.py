"""A movie or a recording written anew: what is seen and heard, bit for bit, and nothing else.

ISO/IEC 14496-12, QuickTime File Format. Kept: the type of the file, the head of the movie, tracks
of pictures and of sound with their tables, and exactly those bytes of ``mdat`` that are samples of
them. Tracks of text, time code, places and other data go, as do user data, metadata, free space and
bytes that no sample points to. Of a movie in fragments the copy is one without.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.isobmff.boxes import Box, Part, box, long_header, split
from evidencekit.metadata.isobmff.files import boxes_of, file_type
from evidencekit.metadata.isobmff.fragments import joined
from evidencekit.metadata.isobmff.headers import movie_head
from evidencekit.metadata.isobmff.movie import Track, by_kind, read_tracks
from evidencekit.metadata.isobmff.sample_data import Copying, Plan, plan_of
from evidencekit.metadata.isobmff.tracks import Placed, gone_words, rebuild_track
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish

_BRANDS = frozenset(
    {
        b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41",
        b"mp42", b"avc1", b"hvc1", b"hev1", b"av01", b"qt  ", b"M4A ", b"M4B ", b"M4V ", b"mp71",
        b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gp8", b"3gp9", b"3g2a", b"3g2b", b"3g2c", b"3ge6",
        b"3gr6", b"3gs6", b"dash", b"MSNV", b"f4v ", b"XAVC", b"dby1",
    }
)  # fmt: skip
_TOP = {b"free": "free-space", b"skip": "free-space", b"wide": "free-space", b"uuid": "uuid",
        b"udta": "user-data", b"meta": "metadata", b"mfra": "player-hints",
        **dict.fromkeys((b"styp", b"sidx", b"ssix", b"prft", b"emsg"), "player-hints")}  # fmt: skip
_LARGE = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What of a file is used."""

    brands: bytes
    movie: Sequence[Part]
    data: Sequence[Box]


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the movie anew; raises :class:`MalformedError` where that needs a guess."""
    gone = Gone()
    found = _read(stream, gone)
    tracks = _played(found.movie, gone)
    plan = plan_of(tracks, stream, wish)
    gone.when(plan.size_before < sum(one.end - one.body for one in found.data), "unused-bytes")
    head = movie_head(
        by_kind(found.movie)[b"mvhd"], gone, tracks=len(tracks), keeps_time=wish.keeps_time
    )
    _write_heads(out, found.brands, head, _Placing(tracks, plan, gone))
    copied = Copying(stream, out).run(plan)
    made = by_kind(found.movie)[b"mvhd"]
    return Rebuilt(
        removed=gone.words,
        kept=_kept(made, wish, has_remarks=copied.has_remarks),
        content_sha256=copied.content_sha256,
        kept_values=copied.kept_values,
        changed=plan.changed,
    )


def _read(stream: BinaryIO, gone: Gone) -> _Read:
    boxes = boxes_of(stream, gone, needed={b"moov", b"mdat"})
    kinds = [one.kind for one in boxes]
    if kinds.count(b"moov") != 1 or kinds.count(b"ftyp") > 1:
        raise MalformedError("not exactly one movie")
    for one in boxes:
        if one.kind not in {b"moov", b"ftyp", b"mdat", b"moof"}:
            gone.note(_TOP.get(one.kind, f"box {one.name}"))
    movie = next(one for one in boxes if one.kind == b"moov")
    parts = list(split(movie.read(stream), movie.body))
    if b"moof" in kinds:
        parts = joined(parts, boxes, stream)
        gone.note("fragments")
    types = [one.read(stream) for one in boxes if one.kind == b"ftyp"]
    return _Read(
        brands=_type(types[0], gone) if types else b"",
        movie=parts,
        data=[one for one in boxes if one.kind == b"mdat"],
    )


def _type(data: bytes, gone: Gone) -> bytes:
    major, rest = file_type(data, _BRANDS, gone)
    return (major if major in _BRANDS else b"isom") + rest


def _played(movie: Iterable[Part], gone: Gone) -> tuple[Track, ...]:
    parts = by_kind(movie)
    if b"mvhd" not in parts or b"cmov" in parts:
        raise MalformedError("a movie without a head, or packed")
    if b"mvex" in parts:
        raise MalformedError("a movie whose fragments are missing")
    gone_words(parts, {b"mvhd", b"trak", b"iods"}, gone)
    gone.when(b"iods" in parts, "player-hints")
    tracks = read_tracks(movie)
    for track in tracks:
        if not track.is_played:
            gone.note(f"track {track.handler.decode('latin-1')}")
    played = tuple(track for track in tracks if track.is_played)
    if not played:
        raise MalformedError("nothing in it is seen or heard")
    return played


class _Placing:
    """Encodes the tracks for a place where their samples are to begin."""

    def __init__(self, tracks: Sequence[Track], plan: Plan, gone: Gone) -> None:
        self._tracks, self._plan, self._gone = tracks, plan, gone
        self._is_long = plan.size + _LARGE // 2 >= _LARGE

    @property
    def data_head(self) -> bytes:
        """The head of ``mdat``."""
        return long_header(b"mdat", self._plan.size)

    def encode(self, start: int) -> list[bytes]:
        """Return the tracks; their length does not depend on ``start``."""
        return [
            rebuild_track(
                track,
                Placed(offsets=self._plan.offsets(index, start), sizes=self._plan.sizes(index)),
                self._gone,
                number=index + 1,
                is_long=self._is_long,
            )
            for index, track in enumerate(self._tracks)
        ]


def _write_heads(out: BinaryIO, brands: bytes, head: bytes, placing: _Placing) -> None:
    """Write everything up to the first sample, the movie before its data."""
    kind = box(b"ftyp", brands) if brands else b""
    movie = box(b"moov", head, *placing.encode(0))
    start = len(kind) + len(movie) + len(placing.data_head)
    out.write(kind + box(b"moov", head, *placing.encode(start)) + placing.data_head)


def _kept(head: Part, wish: Wish, *, has_remarks: bool) -> tuple[str, ...]:
    is_dated = wish.keeps_time and any(head.data[4 : 12 if head.data[:1] == b"\1" else 8])
    words = (("time-taken", is_dated), ("encoder-remarks", has_remarks))
    return tuple(word for word, is_kept in words if is_kept)
