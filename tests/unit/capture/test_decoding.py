"""A packed body is unpacked to its end, or said to be cut; a bomb no further than the limit."""

import gzip
import io
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from evidencekit.capture.decoding import decode_body

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
TEXT = b" ".join(b"line %d of %x" % (n, n * n * 7919) for n in range(20_000))


@pytest.mark.parametrize("coding", PACK)
@pytest.mark.parametrize("content", [b"", b"x", TEXT, bytes(3_000_000)])
def test_a_packed_body_is_unpacked_to_its_end(coding: str, content: bytes) -> None:
    decoded = decode_body(io.BytesIO(PACK[coding](content)), coding, limit=2**25)
    assert (decoded.content == content, decoded.cut) == (True, None)


@pytest.mark.parametrize("coding", PACK)
def test_a_bomb_is_cut_at_the_limit(coding: str) -> None:
    decoded = decode_body(io.BytesIO(PACK[coding](bytes(2**24))), coding, limit=100_000)
    assert (len(decoded.content), decoded.cut) == (100_000, "limit")


@pytest.mark.parametrize("coding", PACK)
def test_what_ends_in_the_middle_is_unpacked_up_to_there(coding: str) -> None:
    packed = PACK[coding](TEXT)
    decoded = decode_body(io.BytesIO(packed[: len(packed) // 2]), coding, limit=2**25)
    assert TEXT.startswith(decoded.content)


def member(size: int) -> bytes:
    """Return a member of gzip that is as long as a piece, with a name as its filling."""
    engine = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = engine.compress(TEXT[:1000]) + engine.flush()
    head, check = gzip.compress(b"")[:10], zlib.crc32(TEXT[:1000]).to_bytes(4, "little")
    name = b"n" * (size - 18 - len(data) - 1) + b"\0"
    return head[:3] + b"\x08" + head[4:] + name + data + check + (1000).to_bytes(4, "little")


@pytest.mark.parametrize("size", [65535, 65536, 65537, 2 * 65536])
def test_a_second_member_is_read_wherever_the_first_ends(size: int) -> None:
    first = member(size)
    assert len(first) == size
    decoded = decode_body(io.BytesIO(first + gzip.compress(b"more")), "gzip", limit=2**25)
    assert (decoded.content, decoded.cut) == (TEXT[:1000] + b"more", None)


@pytest.mark.parametrize("size", [2000, 65536])
def test_what_follows_the_end_and_is_no_member_is_damage_but_for_zeros(size: int) -> None:
    for rest, cut in ((b"something else", "damaged"), (bytes(100_000), None)):
        decoded = decode_body(io.BytesIO(member(size) + rest), "gzip", limit=2**25)
        assert (decoded.content, decoded.cut) == (TEXT[:1000], cut)


@pytest.mark.parametrize("wbits", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
@pytest.mark.parametrize("filling", [0, 65536])
def test_what_follows_the_end_of_deflate_is_damage(wbits: int, filling: int) -> None:
    engine = zlib.compressobj(9, zlib.DEFLATED, wbits)
    packed = engine.compress(TEXT) + engine.flush() + b"more" + bytes(filling)
    decoded = decode_body(io.BytesIO(packed), "deflate", limit=2**25)
    assert (decoded.content == TEXT, decoded.cut) == (True, "damaged")
