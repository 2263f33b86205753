"""A stripped Matroska or WebM plays the same, says nothing else, or does not exist."""

import io
from collections.abc import Callable

import av
import pytest

from evidencekit.errors import BadInput
from evidencekit.metadata.rebuilt import Purpose
from evidencekit.metadata.workshop import Workshop
from tests.tools.copies import stripped
from tests.tools.films import MARK
from tests.tools.matroska import SEGMENT, coded_recording, element, planted_recording

MKV = "video/x-matroska"


def packets(data: bytes) -> list[tuple[str, int | None, bytes]]:
    with av.open(io.BytesIO(data), "r") as container:
        return [
            (packet.stream.type, packet.pts, bytes(packet))
            for packet in container.demux()
            if packet.size
        ]


@pytest.mark.parametrize(("kind", "media_type"), [("matroska", MKV), ("webm", "video/webm")])
def test_every_frame_is_the_same_bit_for_bit_and_at_its_time(
    kind: str, media_type: str, workshop: Workshop
) -> None:
    data = coded_recording(kind)
    copy, done = stripped(data, media_type, workshop)
    assert packets(copy) == packets(data)
    assert len(packets(copy)) > 15
    assert done.changed == ()
    assert done.decoder is not None


def test_a_player_can_begin_anywhere(workshop: Workshop) -> None:
    copy, _ = stripped(coded_recording(), MKV, workshop)
    with av.open(io.BytesIO(copy), "r") as container:
        container.seek(0)
        assert next(container.decode(video=0)).pts == 0


def test_a_recording_of_a_browser_that_never_said_how_long_it_is_plays(workshop: Workshop) -> None:
    """Chromium writes segments and clusters of unknown size (MediaRecorder)."""
    data = bytearray(coded_recording("webm"))
    for number in (SEGMENT, bytes.fromhex("1F43B675")):
        at = data.index(number) + 4
        width = 9 - data[at].bit_length()
        data[at : at + width] = ((1 << 7 * width) - 1 | 1 << 7 * width).to_bytes(width, "big")
    copy, _ = stripped(bytes(data), "video/webm", workshop)
    assert packets(copy) == packets(coded_recording("webm"))


def test_what_goes_is_named(workshop: Workshop) -> None:
    _, done = stripped(planted_recording(), MKV, workshop)
    assert {
        "tags", "attachments", "outline", "free-space", "software", "identifiers", "text",
        "handler-names", "place", "details",
    } <= set(done.removed)  # fmt: skip
    assert done.changed == ("coded-remarks",)


def test_for_a_platform_the_encoder_says_nothing_of_itself(workshop: Workshop) -> None:
    copy, done = stripped(coded_recording(), MKV, workshop, Purpose.PLATFORM)
    assert b"x264" not in copy
    assert done.changed == ("coded-remarks",)


def test_texts_are_no_part_of_a_copy(workshop: Workshop) -> None:
    data = coded_recording()
    entry = element(
        "AE", element("D7", b"\x09"), element("73C5", b"\x09"), element("83", b"\x11"),
        element("86", b"S_TEXT/UTF8"), element("536E", MARK),
    )  # fmt: skip
    tracks = bytes.fromhex("1654AE6B")
    at = data.index(tracks, data.index(tracks) + 4)  # the first is where it is said to be
    width = 9 - data[at + 4].bit_length()
    size = int.from_bytes(data[at + 4 : at + 4 + width], "big") & ((1 << 7 * width) - 1)
    inner = data[at + 4 + width : at + 4 + width + size]
    whole = data[:at] + element("1654AE6B", inner, entry) + data[at + 4 + width + size :]
    start = whole.index(SEGMENT) + 4
    whole = whole[:start] + b"\x01" + b"\xff" * 7 + whole[start + 9 - whole[start].bit_length() :]
    copy, done = stripped(whole, MKV, workshop)
    assert "track S_TEXT/UTF8" in done.removed
    assert packets(copy) == packets(data)


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "cut in the middle": lambda data: data[: len(data) // 2],
    "no segment": lambda data: data[: data.index(SEGMENT)],
    "another kind of EBML": lambda data: data.replace(b"matroska", b"somebody", 1),
    "coded as nobody knows": lambda data: data.replace(b"A_AAC", b"A_XYZ"),
    "two films": lambda data: (
        data[: data.index(SEGMENT)] + element("18538067", data[data.index(SEGMENT) :])
    ),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_film_is_refused_and_nothing_is_written(what: str, workshop: Workshop) -> None:
    data = MALFORMED[what](coded_recording())
    with pytest.raises(BadInput):
        stripped(data, MKV, workshop)
