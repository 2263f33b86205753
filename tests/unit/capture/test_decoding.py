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
