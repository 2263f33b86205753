"""A film in Matroska written anew: what is seen and heard, bit for bit, and nothing else.

RFC 9559. Kept: time scale and duration, tracks of pictures and of sound, their blocks. Written
anew: the head, a list of places where a player can begin (Cues). Everything else goes: tags,
titles, dates, identifiers, names, attachments, chapters, other tracks, empty space.
"""

import hashlib
from collections.abc import Sequence
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.matroska import names
from evidencekit.metadata.matroska.blocks import Block, Timestamp, blocks_of, make_block
from evidencekit.metadata.matroska.ebml import (
    MAX_IN_MEMORY,
    Element,
    element,
    identifier,
    read,
    size_of,
    split,
    unsigned,
    walk,
)
from evidencekit.metadata.matroska.tracks import PICTURES, Track, read_tracks, rebuild_track
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.sei import remarks, without_remarks

NOBODY = b"none"
"""Matroska demands a name of the program that made a file."""
_TYPES = frozenset({b"matroska", b"webm"})
_WORDS = {names.TAGS: "tags", names.ATTACHMENTS: "attachments", names.CHAPTERS: "outline",
          names.VOID: "free-space"}  # fmt: skip
_OF_INFO = {0x7BA9: "text", names.DATE: "time", 0x73A4: "identifiers", 0x7384: "text"}
_WIDE, _PLACE = 8, 8  # bytes of sizes and places that are known only at the end


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the film anew; raises :class:`MalformedError` where that needs a guess."""
    gone, size = Gone(), stream.seek(0, SEEK_END)
    top = _top(stream, size, gone)
    doc_type = _doc_type(read(stream, top[0]))
    segment = top[1]
    end = segment.end or size
    gone.when(end < size, "bytes-after-end")
    parts = _parts(stream, segment, end, gone)
    tracks = [one for one in read_tracks(parts[names.TRACKS]) if _is_kept(one, gone)]
    if not tracks:
        raise MalformedError("nothing in it is seen or heard")
    writing = _Writing(out, tracks, wish, gone)
    writing.begin(doc_type, _info(parts.get(names.INFO, b""), gone))
    for one in walk(stream, segment.body, end):
        if one.number == names.CLUSTER:
            writing.cluster(stream, one, end)
    writing.finish()
    return Rebuilt(
        removed=gone.words,
        kept=("encoder-remarks",) if writing.remarks else (),
        content_sha256=writing.digest.hexdigest(),
        kept_values=tuple(writing.remarks),
        changed=("coded-remarks",) if writing.is_changed else (),
    )


def _top(stream: BinaryIO, size: int, gone: Gone) -> tuple[Element, Element]:
    found: list[Element] = []
    for one in walk(stream, 0, size):
        if one.number == names.VOID:
            gone.note("free-space")
        elif one.number in {names.EBML, names.SEGMENT}:
            found.append(one)
        if one.number == names.SEGMENT:
            break
    if [one.number for one in found] != [names.EBML, names.SEGMENT]:
        raise MalformedError("no head, or no segment after it")
    return found[0], found[1]


def _doc_type(head: bytes) -> bytes:
    found = next((one.data for one in split(head) if one.number == names.DOC_TYPE), b"")
    if found.rstrip(b"\0") not in _TYPES:
        raise MalformedError("EBML of a kind that is not understood")
    return found.rstrip(b"\0")


def _parts(stream: BinaryIO, segment: Element, end: int, gone: Gone) -> dict[int, bytes]:
    """Read what is told of the film; of each part the first counts."""
    found: dict[int, bytes] = {}
    for one in walk(stream, segment.body, end):
        if one.number in {names.INFO, names.TRACKS}:
            gone.when(one.number in found, "details")
            found.setdefault(one.number, read(stream, one))
        elif one.number in _WORDS:
            gone.note(_WORDS[one.number])
        elif one.number in {names.SEGMENT, names.EBML}:
            raise MalformedError("several films in one file")
    if names.TRACKS not in found:
        raise MalformedError("a film without tracks")
    return found


def _is_kept(track: Track, gone: Gone) -> bool:
    if not track.is_played:
        gone.note(f"track {track.codec}")
    return track.is_played


def _info(data: bytes, gone: Gone) -> bytes:
    kept = []
    for one in split(data):
        if one.number in {names.SCALE, names.DURATION} and len(one.data) <= 8:  # noqa: PLR2004
            kept.append(element(one.number, one.data))
        elif one.number in {names.MUXING_APP, names.WRITING_APP}:
            gone.when(one.data != NOBODY, "software")
        elif one.number not in {names.CRC, names.VOID}:
            gone.note(_OF_INFO.get(one.number, "details"))
    programs = (element(one, NOBODY) for one in (names.MUXING_APP, names.WRITING_APP))
    return element(names.INFO, *kept, *programs)


class _Writing:
    """One copy while it is written."""

    def __init__(self, out: BinaryIO, tracks: Sequence[Track], wish: Wish, gone: Gone) -> None:
        self._out, self._wish, self._gone = out, wish, gone
        self._tracks = {one.number: one for one in tracks}
        if len(self._tracks) < len(tracks):
            raise MalformedError("two tracks of one number")
        self._cued = next((o.number for o in tracks if o.kind == PICTURES), tracks[0].number)
        self._cues: list[tuple[int, int]] = []
        self._start = self._written = 0
        self.digest = hashlib.sha256()
        self.remarks: dict[str, None] = {}
        self.is_changed = False

    def begin(self, doc_type: bytes, info: bytes) -> None:
        """Write the head, and what is told of the film."""
        numbers = ((0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8))
        head = element(
            names.EBML, *(unsigned(*one) for one in numbers), element(names.DOC_TYPE, doc_type),
            unsigned(0x4287, 4), unsigned(0x4285, 2),
        )  # fmt: skip
        self._start = len(head) + 4 + _WIDE
        seek = self._seek(0)
        tracks = element(
            names.TRACKS, *(rebuild_track(o, self._gone) for o in self._tracks.values())
        )
        before = head + identifier(names.SEGMENT) + size_of(0, width=_WIDE) + seek + info + tracks
        self._out.write(before)
        self._written = len(before)

    def cluster(self, stream: BinaryIO, cluster: Element, end: int) -> None:
        """Write the blocks of one cluster that are of tracks that stay."""
        time, blocks, size = 0, [], 0
        for one in blocks_of(stream, cluster, end):
            if isinstance(one, Timestamp):
                time = one.value
            elif one.track in self._tracks:
                written = self._block(one)
                size += len(written)
                if size > MAX_IN_MEMORY:
                    raise MalformedError("a cluster that is too large")
                if one.track == self._cued and one.is_key_frame:
                    self._cue(time + int.from_bytes(one.time, "big", signed=True))
                blocks.append(written)
        if blocks:
            made = element(names.CLUSTER, unsigned(names.TIMESTAMP, time), *blocks)
            self._out.write(made)
            self._written += len(made)

    def finish(self) -> None:
        """Write the cues, and at the start where they are and how long everything is."""
        cues = element(names.CUES, *(self._point(*one) for one in self._cues))
        place = self._written - self._start
        self._out.write(cues)
        self._out.seek(self._start - _WIDE)
        size = self._written + len(cues) - self._start
        self._out.write(size_of(size, width=_WIDE) + self._seek(place))
        self._out.seek(0, SEEK_END)

    def _cue(self, time: int) -> None:
        place = self._written - self._start
        if not self._cues or self._cues[-1][1] != place:
            self._cues.append((max(time, 0), place))

    def _point(self, time: int, place: int) -> bytes:
        places = element(
            names.CUE_PLACES,
            unsigned(names.CUE_TRACK, self._cued),
            unsigned(names.CUE_CLUSTER, place),
        )
        return element(names.CUE_POINT, unsigned(names.CUE_TIME, time), places)

    def _seek(self, place: int) -> bytes:
        entry = element(
            names.SEEK,
            element(names.SEEK_ID, identifier(names.CUES)),
            element(names.SEEK_POSITION, place.to_bytes(_PLACE, "big")),
        )
        return element(names.SEEK_HEAD, entry)

    def _block(self, block: Block) -> bytes:
        track, frame = self._tracks[block.track], block.frame
        head = f"{block.track} {len(frame)} ".encode()
        self.digest.update(head + frame)
        kept = {names.BLOCK_DURATION, names.REFERENCE, names.DISCARD}
        self._gone.when(any(o.number not in kept for o in block.group or ()), "player-hints")
        if track.coded_as is not None and not block.is_laced:
            frame = without_remarks(
                frame, track.coded_as, track.length_size,
                keeps_encoders=not self._wish.drops_remarks,
            )  # fmt: skip
            self.is_changed |= frame != block.frame
            for one in remarks(frame, track.coded_as, track.length_size):
                self.remarks[one.shown] = None
        return make_block(block, frame)
