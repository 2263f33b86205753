"""The parts of a movie: its head and its tracks (ISO/IEC 14496-12 §8.2, §8.3, §8.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidencekit.metadata.isobmff.boxes import Part, split
from evidencekit.metadata.malformed import MalformedError

MAX_TRACKS = 64
PLAYED = frozenset({b"vide", b"soun"})
"""Handlers of what is seen or heard; of all other tracks no copy holds anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One track, its boxes by kind; of a kind that may be there once, the first."""

    number: int
    """From 1, in the order of the file."""
    handler: bytes
    parts: Mapping[bytes, Part]
    """Of ``trak``."""
    media: Mapping[bytes, Part]
    """Of ``mdia``."""
    information: Mapping[bytes, Part]
    """Of ``minf``."""
    tables: Mapping[bytes, Part]
    """Of ``stbl``."""
    grouped: Sequence[Part]
    """``sgpd`` and ``sbgp`` of ``stbl``, of which there may be several."""

    @property
    def is_played(self) -> bool:
        """Whether it is seen or heard."""
        return self.handler in PLAYED


def read_tracks(movie: Iterable[Part]) -> tuple[Track, ...]:
    """Read the tracks of ``moov``; raises :class:`MalformedError` for one without its parts."""
    found = [part for part in movie if part.kind == b"trak"]
    if len(found) > MAX_TRACKS:
        raise MalformedError(f"more than {MAX_TRACKS} tracks")
    return tuple(read_track(part, number) for number, part in enumerate(found, start=1))


def read_track(trak: Part, number: int) -> Track:
    """Read one ``trak``."""
    parts = children(trak)
    media = children(_one(parts, b"mdia"))
    information = children(_one(media, b"minf"))
    stbl = _one(information, b"stbl")
    inner = list(split(stbl.data, stbl.offset + 8))
    return Track(
        number=number,
        handler=_one(media, b"hdlr").data[8:12],
        parts=parts,
        media=media,
        information=information,
        tables=by_kind(inner),
        grouped=[part for part in inner if part.kind in {b"sgpd", b"sbgp"}],
    )


def children(part: Part) -> Mapping[bytes, Part]:
    """Return the boxes inside ``part`` by kind."""
    return by_kind(split(part.data, part.offset + 8))


def by_kind(parts: Iterable[Part]) -> dict[bytes, Part]:
    """Return the first box of each kind."""
    found: dict[bytes, Part] = {}
    for part in parts:
        found.setdefault(part.kind, part)
    return found


def _one(parts: Mapping[bytes, Part], kind: bytes) -> Part:
    if kind not in parts:
        raise MalformedError(f"no {kind.decode()} where one must stand")
    return parts[kind]
