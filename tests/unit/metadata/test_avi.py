"""A copied AVI plays the same, and its heads, lists and indexes say nothing of anybody."""

import pytest

from evidencekit.errors import BadInput
from evidencekit.metadata.workshop import Workshop
from tests.tools import avis
from tests.tools.avis import chunk, chunks
from tests.tools.copies import stripped
from tests.tools.films import MARK

AVI = "video/x-msvideo"
CODED = [
    ("mjpeg", "yuvj420p"), ("libx264", "yuv420p"), ("mpeg4", "yuv420p"), ("rawvideo", "bgr24"),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "pixels"), CODED)
def test_each_coding_plays_the_same(codec: str, pixels: str, workshop: Workshop) -> None:
    copy, done = stripped(avis.coded_avi(codec, pixels), AVI, workshop)
    assert not done.changed
    assert (done.decoder or "").startswith("PyAV")
    assert b"Lavf" not in copy


def inner(data: bytes) -> list[tuple[bytes, bytes]]:
    return chunks(chunks(data)[0][1][4:])


def with_parts(*parts: tuple[bytes, bytes]) -> bytes:
    return chunk(b"RIFF", b"AVI ", *(chunk(kind, data) for kind, data in parts))


def test_a_film_in_several_parts_becomes_one(workshop: Workshop) -> None:
    parts = [one for one in inner(avis.coded_avi()) if one[0] != b"JUNK"]
    heads = next(data for kind, data in parts if data[:4] == b"hdrl")
    data = next(data for kind, data in parts if data[:4] == b"movi")[4:]
    cut = chunk(*chunks(data)[0])
    first = with_parts((b"LIST", heads), (b"LIST", b"movi" + cut))
    more = chunk(b"RIFF", b"AVIX", chunk(b"LIST", b"movi", data[len(cut) :], chunk(b"ix00", MARK)))
    whole, _ = stripped(avis.coded_avi(), AVI, workshop)
    copy, _ = stripped(first + more, AVI, workshop)
    assert [kind for kind, _ in movie(copy)] == [kind for kind, _ in movie(whole)]
    assert MARK not in copy


def movie(data: bytes) -> list[tuple[bytes, bytes]]:
    return next(chunks(content[4:]) for _, content in inner(data) if content[:4] == b"movi")


def test_user_data_of_nobody_in_mpeg4_go_and_that_is_said(workshop: Workshop) -> None:
    remark = b"\0\0\1\xb2" + MARK
    parts = []
    for kind, data in inner(avis.coded_avi("mpeg4", "yuv420p")):
        if kind != b"idx1":
            parts.append((kind, remarked(data, remark) if data[:4] == b"movi" else data))
    copy, done = stripped(with_parts(*parts), AVI, workshop)
    assert MARK not in copy
    assert done.changed == ("coded-remarks",)


def remarked(data: bytes, remark: bytes) -> bytes:
    (kind, first), *rest = chunks(data[4:])
    return b"movi" + b"".join(chunk(*one) for one in [(kind, remark + first), *rest])


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (b"MJPG", b"dvsd", "not understood"),
        (b"MJPG", b"FFV1", "not understood"),
        (b"vids", b"iavs", "one stream"),
        (b"00dc", b"00pc", "palette"),
        (b"movi", b"mova", "without heads or data"),
    ],
)
def test_what_is_not_understood_is_refused(
    before: bytes, after: bytes, why: str, workshop: Workshop
) -> None:
    with pytest.raises(BadInput, match=why):
        stripped(avis.coded_avi().replace(before, after), AVI, workshop)
