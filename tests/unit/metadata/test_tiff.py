"""A copied TIFF shows the same pages, however they are coded, and nothing rides behind them."""

import io

import pytest
from PIL import Image, TiffImagePlugin

from evidencekit.errors import BadInput
from evidencekit.metadata.workshop import Workshop
from tests.tools import tiffs
from tests.tools.copies import stripped
from tests.tools.scenes import scene
from tests.tools.tiffs import MARK, Tiff

TIFF = "image/tiff"


def saved(picture: Image.Image, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "TIFF", **how)
    return out.getvalue()


def coded(compression: str) -> tuple[bytes, dict[int, object]]:
    """Return the one strip that Pillow makes of a picture."""
    is_fax = compression.startswith("group")
    picture = Image.fromarray(scene(1, width=64, height=48)).convert("1" if is_fax else "RGB")
    with Image.open(io.BytesIO(saved(picture, compression=compression))) as told:
        assert isinstance(told, TiffImagePlugin.TiffImageFile)
        tags = dict(told.tag_v2)
        (at,), (size,) = tags[273], tags[279]
        assert told.fp is not None
        told.fp.seek(at)
        return told.fp.read(size), tags


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "group4", "raw"])
def test_what_stands_behind_the_end_of_a_strip_is_not_copied(
    compression: str, workshop: Workshop
) -> None:
    strip, tags = coded(compression)
    file = Tiff()
    bits = tags.get(258, (1,))
    fields = {
        256: tiffs.short(64), 257: tiffs.short(48), 258: tiffs.short(*bits),  # type: ignore[misc]
        259: tiffs.short(tags[259]), 262: tiffs.short(tags[262]),  # type: ignore[arg-type]
        273: tiffs.long(file.put(strip + MARK)), 277: tiffs.short(len(bits)),  # type: ignore[arg-type]
        278: tiffs.short(48), 279: tiffs.long(len(strip + MARK)),
    }  # fmt: skip
    file.page(fields)
    copy, done = stripped(bytes(file.data), TIFF, workshop)
    assert MARK not in copy
    assert strip in copy
    assert (done.decoder or "").startswith("Pillow")


def test_a_fax_whose_end_is_not_marked_is_refused(workshop: Workshop) -> None:
    data = saved(Image.fromarray(scene(1)).convert("1"), compression="group3")
    with pytest.raises(BadInput, match="a fax"):
        stripped(data, TIFF, workshop)


@pytest.mark.parametrize(
    "how",
    [
        {"compression": "jpeg", "quality": 80},
        {"compression": "tiff_adobe_deflate", "strip_size": 2048},
        {"compression": "tiff_lzw", "big_tiff": True},
        {"compression": "tiff_deflate", "tiffinfo": {317: 2}},
    ],
)
def test_each_way_of_coding_is_copied_bit_for_bit(
    how: dict[str, object], workshop: Workshop
) -> None:
    data = saved(Image.fromarray(scene(2, width=160, height=120)), **how)
    _, done = stripped(data, TIFF, workshop)
    assert not done.changed


def test_remarks_inside_jpeg_data_go(workshop: Workshop) -> None:
    data = saved(Image.fromarray(scene(2, width=64, height=48)), compression="jpeg")
    with Image.open(io.BytesIO(data)) as told:
        assert isinstance(told, TiffImagePlugin.TiffImageFile)
        (at,), (size,) = told.tag_v2[273], told.tag_v2[279]
        tags = dict(told.tag_v2)
    comment = b"\xff\xfe" + (2 + len(MARK)).to_bytes(2, "big") + MARK
    strip = data[at : at + 2] + comment + data[at + 2 : at + size]
    file = Tiff()
    fields = tiffs.picture(file, strip, compression=7) | {
        256: tiffs.short(64), 257: tiffs.short(48), 278: tiffs.short(48),
        262: tiffs.short(tags[262]), 347: (7, tags[347]),
    }  # fmt: skip
    file.page(fields)
    assert MARK not in stripped(bytes(file.data), TIFF, workshop)[0]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        (50706, (1, b"\1\4\0\0"), "raw data"),
        (262, tiffs.short(32803), "raw data"),
        (254, tiffs.long(4), "mask"),
        (259, tiffs.short(6), "compression 6"),
        (332, tiffs.short(2), "inks"),
        (279, tiffs.long(1, 1), "another number of pieces"),
    ],
)
def test_what_is_not_understood_is_refused(
    field: int, value: tiffs.Field, why: str, workshop: Workshop
) -> None:
    file = Tiff()
    file.page(tiffs.picture(file, tiffs.PIXELS, compression=1) | {field: value})
    with pytest.raises(BadInput, match=why):
        stripped(bytes(file.data), TIFF, workshop)


def test_pages_that_lead_in_a_circle_are_refused(workshop: Workshop) -> None:
    file = Tiff()
    file.page(tiffs.picture(file, tiffs.PIXELS, compression=1))
    first = int.from_bytes(file.data[4:8], "little")
    file.data[-4:] = first.to_bytes(4, "little")
    with pytest.raises(BadInput, match="without an end"):
        stripped(bytes(file.data), TIFF, workshop)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (320, (3, MARK + b"\0")),
        (347, (7, b"\xff\xd8\xff\xdb\0\x43\0" + MARK.ljust(64, b"x") + b"\xff\xd9")),
    ],
)
def test_tables_that_no_decoder_looks_into_are_not_copied(
    field: int, value: tiffs.Field, workshop: Workshop
) -> None:
    file = Tiff()
    file.page(tiffs.picture(file, tiffs.PIXELS, compression=1) | {field: value})
    copy, done = stripped(bytes(file.data), TIFF, workshop)
    assert MARK not in copy
    assert "details" in done.removed
