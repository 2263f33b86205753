"""Bitmaps within documents: rows stay, what fills them up and what stands around them goes."""

import io
import struct

import pytest
from PIL import Image

from evidencekit.metadata.bmp.rebuild import rebuild
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish


def _bitmap(mode: str, width: int = 33) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, 20)).convert(mode).save(out, "BMP", dpi=(96, 96))
    return out.getvalue()


def _copy(data: bytes) -> tuple[bytes, Rebuilt]:
    out = io.BytesIO()
    made = rebuild(io.BytesIO(data), out, Wish())
    return out.getvalue(), made


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_copy_has_the_same_pixels(mode: str) -> None:
    data = _bitmap(mode)
    copy, made = _copy(data)

    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(copy)) as after:
        assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()
    assert _copy(copy) == (copy, Rebuilt(removed=(), kept=(), content_sha256=made.content_sha256))


def test_what_fills_a_row_up_is_nought() -> None:
    data = bytearray(_bitmap("L"))
    start = int.from_bytes(data[10:14], "little")
    data[start + 33 : start + 36] = b"KIM"
    copy, made = _copy(bytes(data))

    assert b"KIM" not in copy
    assert made.removed == ("density",)


def test_bytes_around_the_picture_are_not_copied() -> None:
    data = _bitmap("RGB")
    head = bytearray(data[:54])
    head[10:14] = struct.pack("<I", 54 + 6)
    head[6:10] = b"KIMS"
    copy, made = _copy(bytes(head) + b"before" + data[54:] + b"behind")

    assert not any(word in copy for word in (b"KIMS", b"before", b"behind"))
    assert "bytes-after-end" in made.removed


@pytest.mark.parametrize(
    ("at", "value"), [(14, 12), (18, 0), (26, 2), (28, 7), (30, 1), (10, 10), (46, 999)]
)
def test_what_is_not_understood_is_refused(at: int, value: int) -> None:
    data = bytearray(_bitmap("L"))
    data[at : at + 2] = value.to_bytes(2, "little")
    with pytest.raises(MalformedError, match="bitmap"):
        _copy(bytes(data))


def test_a_bitmap_that_is_cut_off_is_refused() -> None:
    with pytest.raises(MalformedError, match="cut off"):
        _copy(_bitmap("RGB")[:-9])
