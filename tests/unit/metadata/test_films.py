"""A stripped film shows and plays the same, says nothing else, or does not exist."""

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which

import av
import pytest

from evidencekit.errors import BadInput
from evidencekit.metadata.isobmff.boxes import long_header
from evidencekit.metadata.isobmff.sample_tables import make_offsets
from evidencekit.metadata.rebuilt import Purpose
from evidencekit.metadata.record import record
from evidencekit.metadata.sei import remarks
from evidencekit.metadata.workshop import Workshop
from evidencekit.sandbox.runner import Worker
from tests.tools import films
from tests.tools.copies import stripped

MP4 = "video/mp4"


def samples(data: bytes) -> dict[str, list[bytes]]:
    """Return what is coded, of pictures and of sound, as another library finds it."""
    with av.open(io.BytesIO(data), "r") as container:
        found: dict[str, list[bytes]] = {"video": [], "audio": []}
        for packet in container.demux():
            if packet.size and packet.stream.type in found:
                found[packet.stream.type].append(bytes(packet))
        return found


@pytest.mark.parametrize("kind", ["mp4", "mov", "3gp"])
def test_what_is_seen_and_heard_is_the_same_bit_for_bit(kind: str, workshop: Workshop) -> None:
    data = films.coded_film(kind)
    copy, done = stripped(data, MP4, workshop)

    assert samples(copy) == samples(data)
    assert done.changed == ()
    assert done.decoder is not None
    assert done.kept == ("encoder-remarks",)


def test_user_data_of_a_camera_inside_pictures_goes_and_that_is_said(workshop: Workshop) -> None:
    data = films.planted_film()
    copy, done = stripped(data, MP4, workshop)

    assert done.changed == ("coded-remarks",)
    assert films.MARK in samples(data)["video"][0]
    assert samples(copy)["video"][1:] == samples(data)["video"][1:]
    assert samples(copy)["audio"] == samples(data)["audio"]
    assert b"x264" in copy


def test_for_a_platform_the_encoder_says_nothing_of_itself(workshop: Workshop) -> None:
    copy, done = stripped(films.coded_film(), MP4, workshop, Purpose.PLATFORM)

    assert b"x264" not in copy
    assert done.changed == ("coded-remarks",)
    assert list(remarks(samples(copy)["video"][0], "h264", 4)) == []


def test_a_court_learns_when_it_was_made_and_not_where(workshop: Workshop, worker: Worker) -> None:
    copy, done = stripped(films.planted_film(), MP4, workshop, Purpose.COURT)
    facts = record(io.BytesIO(copy), media_type=MP4, worker=worker).facts

    assert "time-taken" in done.kept
    assert {(fact.tag, fact.readable) for fact in facts if fact.tag.endswith("Date")} == {
        ("CreateDate", "2026-05-01 01:00:01 UTC"), ("ModifyDate", "2026-05-01 01:00:01 UTC"),
    }  # fmt: skip
    assert "GPS" not in {fact.group for fact in facts}


def test_the_film_stays_the_right_way_up(workshop: Workshop) -> None:
    copy, _ = stripped(films.planted_film(), MP4, workshop)
    with av.open(io.BytesIO(copy), "r") as container:
        frame = next(container.decode(video=0))
    assert frame.rotation == -90


def test_only_tracks_that_are_seen_or_heard_are_in_a_copy(workshop: Workshop) -> None:
    copy, done = stripped(films.planted_film(), MP4, workshop)
    with av.open(io.BytesIO(copy), "r") as container:
        assert sorted(one.type for one in container.streams) == ["audio", "video"]
    assert {"track text", "user-data", "metadata", "uuid", "unused-bytes", "place"} <= set(
        done.removed
    )


def test_a_copy_of_a_copy_is_the_copy(workshop: Workshop) -> None:
    copy, _ = stripped(films.planted_film(), MP4, workshop)
    again, done = stripped(copy, MP4, workshop)
    assert again == copy
    assert (done.removed, done.changed) == ((), ())


@pytest.mark.skipif(which("exiftool") is None, reason="exiftool is not installed")
def test_a_stock_tool_finds_nobody_in_a_copy(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "copy.mp4"
    path.write_bytes(stripped(films.planted_film(), MP4, workshop)[0])
    said = subprocess.run(
        ["exiftool", "-j", "-a", "-u", "-ee", "-G1", path], capture_output=True, check=True
    )
    (told,) = json.loads(said.stdout)
    dates = {
        value for name, value in told.items() if name.endswith("Date") and "System" not in name
    }
    assert dates == {"0000:00:00 00:00:00"}
    assert not [name for name in told if "GPS" in name or name.startswith(("UserData", "Keys"))]


def _without(data: bytes, kind: bytes) -> bytes:
    return b"".join(films.box(one, content) for one, content in films.boxes(data) if one != kind)


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "no movie": lambda data: _without(data, b"moov"),
    "two movies": lambda data: data + films.box(b"moov", dict(films.boxes(data))[b"moov"]),
    "a fragment of no track": lambda data: data + films.box(b"moof", bytes(8)),
    "samples beyond the end": lambda data: _without(data, b"mdat"),
    "cut in the middle": lambda data: data[: len(data) // 2],
    "fewer chunks than samples": lambda data: films.changed(
        data, b"moov/trak/mdia/minf/stbl/stco", lambda content: bytes(8) + content[8:]
    ),
    "media elsewhere": lambda data: data.replace(b"url \0\0\0\1", b"url \0\0\0\0"),
    "coded as nobody knows": lambda data: data.replace(b"avc1", b"xvc9"),
    "encrypted": lambda data: films.changed(
        data, b"moov/trak/mdia/minf/stbl", lambda content: content + films.box(b"senc", bytes(8))
    ),
    "nothing seen or heard": lambda data: data.replace(b"vide", b"text").replace(b"soun", b"text"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_film_is_refused_and_nothing_is_written(what: str, workshop: Workshop) -> None:
    data = MALFORMED[what](films.coded_film())
    assert data != films.coded_film()
    with pytest.raises(BadInput):
        stripped(data, MP4, workshop)


def test_what_follows_a_film_is_not_in_a_copy(workshop: Workshop) -> None:
    copy, done = stripped(films.coded_film() + films.MARK * 3, MP4, workshop)
    assert films.MARK not in copy
    assert "bytes-after-end" in done.removed


def test_offsets_beyond_four_gigabytes_have_64_bits() -> None:
    assert make_offsets([2**32], is_long=True)[4:] == b"co64" + bytes(4) + b"\0\0\0\1" + (
        2**32
    ).to_bytes(8, "big")
    assert long_header(b"mdat", 2**32) == b"\0\0\0\1mdat" + (2**32 + 16).to_bytes(8, "big")
    assert long_header(b"mdat", 4) == b"\0\0\0\x0cmdat"


MODES = (
    "frag_keyframe+empty_moov",
    "frag_keyframe+empty_moov+default_base_moof",
    "dash",
    "cmaf",
    "frag_keyframe+empty_moov+delay_moov+separate_moof",
)


@pytest.mark.parametrize("mode", MODES)
def test_a_film_in_fragments_becomes_one_without_and_shows_the_same(
    mode: str, workshop: Workshop
) -> None:
    copy, done = stripped(films.fragmented_film(mode), MP4, workshop)
    assert b"moof" not in copy
    assert "fragments" in done.removed
    assert done.changed == ("coded-remarks",)  # the one that is planted in it
    assert (done.decoder or "").startswith("PyAV")


def _edited(path: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return films.changed(films.fragmented_film(), path, change)


FRAGMENTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "of another track": (
        lambda: _edited(b"moof/traf/tfhd", lambda data: data[:4] + b"\0\0\0\x63" + data[8:]),
        "no track",
    ),
    "that go back in time": (
        lambda: _edited(b"moof/traf/tfdt", lambda data: data[:4] + bytes(len(data) - 4)),
        "back in time",
    ),
    "cut off": (
        lambda: _edited(b"moof/traf/trun", lambda data: data[:9]),
        "cut off",
    ),
    "encrypted": (
        lambda: _edited(b"moof/traf", lambda data: data + films.box(b"senc", bytes(8))),
        "encrypted",
    ),
    "without a word of them": (
        lambda: _without_inner(films.fragmented_film(), b"mvex"),
        "says nothing of them",
    ),
    "of more samples than there are": (
        lambda: _edited(b"moof/traf/trun", lambda data: data[:4] + b"\x7f\xff\xff\xff" + data[8:]),
        "samples|cut off",
    ),
}


def _without_inner(data: bytes, kind: bytes) -> bytes:
    return films.changed(data, b"moov", lambda content: _without(content, kind))


@pytest.mark.parametrize("what", FRAGMENTS)
def test_fragments_that_make_no_film_are_refused(what: str, workshop: Workshop) -> None:
    make, why = FRAGMENTS[what]
    with pytest.raises(BadInput, match=why):
        stripped(make(), MP4, workshop)


def test_user_data_of_mpeg4_in_a_film_go_and_that_is_said(workshop: Workshop) -> None:
    data = films.mpeg4_film(b"\0\0\1\xb2" + films.MARK)
    assert films.MARK in data
    copy, done = stripped(data, MP4, workshop)
    assert films.MARK not in copy
    assert done.changed == ("coded-remarks",)
    assert (done.decoder or "").startswith("PyAV")
