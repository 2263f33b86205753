"""The samples of all tracks of a copy: in which order, where, and copied bit for bit.

Chunks follow each other as in the source. Only remarks inside coded pictures may be left out
(:mod:`evidencekit.metadata.sei`).
"""

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.isobmff.boxes import split
from evidencekit.metadata.isobmff.entries import bytes_of_a_sample, codings, extensions
from evidencekit.metadata.isobmff.movie import Track
from evidencekit.metadata.isobmff.sample_tables import Chunk, Samples, read_samples
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Wish
from evidencekit.metadata.sei import Codec, remarks, without_remarks

_PIECE = 4 * 2**20
MAX_SAMPLE = 128 * 2**20  # bytes of one picture in which remarks are looked for
MAX_VALUES = 64
"""Remarks that stay and are told; a movie with more is one that changes its encoder."""
_CODECS: dict[bytes, Codec] = {
    b"avc1": "h264", b"avc3": "h264", b"hvc1": "h265", b"hev1": "h265", b"dvh1": "h265",
    b"dvhe": "h265", b"mp4v": "mpeg4",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """The samples of one track, and how units inside them are told apart."""

    samples: Samples
    codec: Codec | None
    """None where nothing is looked for inside samples."""
    length_size: int
    smaller: Sequence[int] | None
    """Sizes without remarks; None where nothing is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be copied, in which order."""

    tracks: Sequence[Coded]
    order: Sequence[tuple[int, int]]
    """Track and chunk, in the order of the source."""
    keeps_encoders: bool

    @property
    def size_before(self) -> int:
        """Bytes of all samples in the source."""
        return sum(chunk.size for one in self.tracks for chunk in one.samples.chunks)

    @property
    def size(self) -> int:
        """Bytes of all samples in the copy."""
        return sum(self._size(*place) for place in self.order)

    @property
    def changed(self) -> tuple[str, ...]:
        """What of the samples is not as it was."""
        return ("coded-remarks",) if any(one.smaller for one in self.tracks) else ()

    def sizes(self, track: int) -> Sequence[int] | None:
        """Return the sizes of the samples of a track where they are others than in the source."""
        return self.tracks[track].smaller

    def offsets(self, track: int, start: int) -> Sequence[int]:
        """Return where the chunks of a track are to be, if the first of all is at ``start``."""
        found = array("Q")
        for number, chunk in self.order:
            if number == track:
                found.append(start)
            start += self._size(number, chunk)
        return found

    def _size(self, track: int, chunk: int) -> int:
        one = self.tracks[track]
        place = one.samples.chunks[chunk]
        if one.smaller is None:
            return place.size
        return sum(one.smaller[place.first : place.first + place.count])


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied."""

    content_sha256: str
    """Over the digests of the samples of each track, as they are in the source."""
    has_remarks: bool
    """Whether encoders have left remarks in what was copied."""
    kept_values: tuple[str, ...]
    """The texts of these remarks."""


def plan_of(tracks: Sequence[Track], stream: BinaryIO, wish: Wish) -> Plan:
    """Read where samples are, and find those with remarks.

    Raises :class:`MalformedError` where samples overlap, are out of order or not in the file.
    """
    found = [_coded(track) for track in tracks]
    _require_in_order(found, stream.seek(0, SEEK_END))
    places = sorted(
        (chunk.offset, number, index)
        for number, one in enumerate(found)
        for index, chunk in enumerate(one.samples.chunks)
    )
    keeps = not wish.drops_remarks
    coded = [_lightened(one, stream, keeps_encoders=keeps) for one in found]
    order = [(number, index) for _, number, index in places]
    return Plan(tracks=coded, order=order, keeps_encoders=keeps)


class Copying:
    """Copies samples and digests them on the way."""

    def __init__(self, stream: BinaryIO, out: BinaryIO) -> None:
        self._stream, self._out = stream, out
        self._remarks: dict[str, None] = {}

    def run(self, plan: Plan) -> Copied:
        """Copy everything; the heads are written already."""
        digests = [hashlib.sha256() for _ in plan.tracks]
        for number, index in plan.order:
            one = plan.tracks[number]
            for piece in _pieces(self._stream, one, one.samples.chunks[index]):
                digests[number].update(piece)
                self._out.write(self._lightened(piece, one, plan) if one.codec else piece)
        whole = hashlib.sha256(b"".join(one.digest() for one in digests))
        return Copied(
            content_sha256=whole.hexdigest(),
            has_remarks=bool(self._remarks),
            kept_values=tuple(self._remarks),
        )

    def _lightened(self, sample: bytes, one: Coded, plan: Plan) -> bytes:
        assert one.codec is not None  # noqa: S101 (asked before)
        if one.smaller is not None:
            sample = without_remarks(
                sample, one.codec, one.length_size, keeps_encoders=plan.keeps_encoders
            )
        for remark in remarks(sample, one.codec, one.length_size):
            if len(self._remarks) < MAX_VALUES:
                self._remarks[remark.shown] = None
        return sample


def coded_as(track: Track) -> tuple[Codec | None, int]:
    """Return how the pictures of a track are coded, where remarks are looked for in them."""
    stsd = track.tables.get(b"stsd")
    codec = _CODECS.get(next(iter(codings(stsd)), b"")) if stsd is not None else None
    if stsd is None or codec is None:
        return None, 0
    if codec == "mpeg4":
        return codec, 0
    entry = next(split(stsd.data[8:], stsd.offset + 16))
    for part in extensions(entry, b"vide"):
        if part.kind == b"avcC" and len(part.data) > 4:  # noqa: PLR2004
            return codec, (part.data[4] & 3) + 1
        if part.kind == b"hvcC" and len(part.data) > 21:  # noqa: PLR2004
            return codec, (part.data[21] & 3) + 1
    return None, 0


def _coded(track: Track) -> Coded:
    stsd = track.tables.get(b"stsd")
    if stsd is None:
        raise MalformedError("a track without descriptions of its samples")
    unit = bytes_of_a_sample(stsd) if track.handler == b"soun" else None
    codec, length_size = coded_as(track)
    samples = read_samples(track.tables, unit=unit)
    return Coded(samples=samples, codec=codec, length_size=length_size, smaller=None)


def _require_in_order(tracks: Sequence[Coded], size: int) -> None:
    total = 0
    for one in tracks:
        end = 0
        for chunk in one.samples.chunks:
            if chunk.offset < end or chunk.offset + chunk.size > size:
                raise MalformedError("samples that overlap, are out of order or not in the file")
            end = chunk.offset + chunk.size
            total += chunk.size
    if total > size:
        raise MalformedError("samples that overlap")


def _lightened(one: Coded, stream: BinaryIO, *, keeps_encoders: bool) -> Coded:
    """Find the sizes that samples have without remarks."""
    if one.codec is None:
        return one
    sizes, is_smaller = array("I"), False
    for chunk in one.samples.chunks:
        for sample in _pieces(stream, one, chunk):
            kept = without_remarks(
                sample, one.codec, one.length_size, keeps_encoders=keeps_encoders
            )
            sizes.append(len(kept))
            is_smaller |= len(kept) < len(sample)
    smaller = sizes if is_smaller else None
    return Coded(samples=one.samples, codec=one.codec, length_size=one.length_size, smaller=smaller)


def _pieces(stream: BinaryIO, one: Coded, chunk: Chunk) -> Iterator[bytes]:
    """Yield a chunk sample by sample where these are looked into, else in pieces of any size."""
    stream.seek(chunk.offset)
    if one.codec is None:
        left = chunk.size
        while left:
            piece = stream.read(min(left, _PIECE))
            if not piece:
                raise MalformedError("samples that are not in the file")
            left -= len(piece)
            yield piece
        return
    for size in one.samples.sizes_of(chunk):
        if size > MAX_SAMPLE:
            raise MalformedError(f"a picture of more than {MAX_SAMPLE} bytes")
        yield stream.read(size)
