"""Vorbis comments, which Vorbis, Opus, Theora and FLAC share.

Vorbis I specification §5; a vendor, and texts of the form ``NAME=value``, each with its length
before it.
"""

from collections.abc import Iterator

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.iso6709 import add_written_position
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.texts import decode_text

_HEADS = (b"\x03vorbis", b"\x81theora", b"OpusTags")
_MAX_COMMENTS = 10_000
PICTURE = "METADATA_BLOCK_PICTURE"


def comments_of(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield vendor (as ``Vendor``) and comments; ``data`` begins with the length of the vendor."""
    texts = list(_texts(data))
    if texts:
        yield "Vendor", decode_text(texts[0])
    for one in texts[1:]:
        name, _, value = decode_text(one).partition("=")
        yield name.upper(), value


def add_comments(facts: FactList, data: bytes, *, source: str) -> None:
    """Add each comment; a picture in one is told by its size."""
    try:
        for name, value in comments_of(data):
            if name in {PICTURE, "COVERART"}:
                facts.structure(name, f"{len(value)} characters", source=source)
            elif value.strip():
                facts.add("Vorbis", name, value, raw=value, source=source)
                if name in {"LOCATION", "GEO_LOCATION"}:
                    add_written_position(facts, value, source=source)
    except MalformedError as exc:
        facts.problem(f"{source}: {exc}")


def empty_comments(head: bytes) -> bytes:
    """Return a head of comments that says nothing; raises :class:`MalformedError` for another."""
    for one in _HEADS:
        if head.startswith(one):
            end = b"\x01" if one == b"\x03vorbis" else b""  # the framing bit
            return one + bytes(8) + end
    raise MalformedError("no head of comments")


def after_head(packet: bytes) -> bytes | None:
    """Return what follows the signature of a head of comments; None for another packet."""
    return next((packet[len(one) :] for one in _HEADS if packet.startswith(one)), None)


def _texts(data: bytes) -> Iterator[bytes]:
    size = int.from_bytes(data[:4], "little")
    yield _exact(data, 4, size)
    position = 4 + size
    count = int.from_bytes(_exact(data, position, 4), "little")
    position += 4
    if count > _MAX_COMMENTS:
        raise MalformedError(f"more than {_MAX_COMMENTS} comments")
    for _number in range(count):
        size = int.from_bytes(_exact(data, position, 4), "little")
        yield _exact(data, position + 4, size)
        position += 4 + size


def _exact(data: bytes, start: int, size: int) -> bytes:
    found = data[start : start + size]
    if len(found) != size:
        raise MalformedError("comments that are cut off")
    return found
