"""Lines from the front and from the tail agree, whatever a crash left at the end."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.errors import FormatUnreadable
from evidencekit.files.jsonl import read_lines, read_tail

lines_of = st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=6)
LIMIT = 100


def tail(data: bytes, *, limit: int = LIMIT) -> tuple[bytes | None, int, int, int]:
    fd = os.memfd_create("lines")
    try:
        os.write(fd, data)
        found = read_tail(fd, limit=limit, what="lines")
    finally:
        os.close(fd)
    return found.line, found.start, found.end, found.torn


@given(lines_of, st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")))
def test_front_and_tail_agree(lines: list[bytes], torn: bytes) -> None:
    whole = b"".join(line + b"\n" for line in lines)

    assert list(read_lines(io.BytesIO(whole + torn), limit=LIMIT, what="lines")) == lines
    line, start, end, left = tail(whole + torn)
    assert (line, end, left) == (lines[-1] if lines else None, len(whole), len(torn))
    assert start == (len(whole) - len(lines[-1]) - 1 if lines else 0)


@pytest.mark.parametrize("size", [2**16 - 1, 2**16, 2**16 + 1, 3 * 2**16])
def test_a_last_line_longer_than_a_block_is_found(size: int) -> None:
    assert tail(b"first\n" + b"x" * size + b"\n", limit=2**20)[:2] == (b"x" * size, 6)


@pytest.mark.parametrize("ahead", [b"", b"a\n"])
def test_a_line_as_long_as_the_limit_is_read_and_one_byte_more_is_not(ahead: bytes) -> None:
    fits, long = ahead + b"x" * LIMIT + b"\n", ahead + b"x" * (LIMIT + 1) + b"\n"

    assert tail(fits)[0] == b"x" * LIMIT
    assert list(read_lines(io.BytesIO(fits), limit=LIMIT, what="lines"))[-1] == b"x" * LIMIT
    with pytest.raises(FormatUnreadable, match="longer"):
        tail(long)
    with pytest.raises(FormatUnreadable, match="longer"):
        list(read_lines(io.BytesIO(long), limit=LIMIT, what="lines"))


def test_a_stream_that_is_not_ours_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a\nb\n")

    with path.open("rb", buffering=0) as stream:
        assert list(read_lines(stream, limit=LIMIT, what="lines")) == [b"a", b"b"]
        assert not stream.closed
