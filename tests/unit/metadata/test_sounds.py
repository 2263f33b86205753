"""A stripped recording of sound plays the same, says nothing else, or does not exist."""

import io
import wave

import av
import pytest

from evidencekit.errors import BadInput
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.rebuilt import Wish
from evidencekit.metadata.sound import flac, mpeg, ogg, riff
from evidencekit.metadata.workshop import Workshop
from tests.tools import sounds
from tests.tools.copies import stripped
from tests.tools.films import MARK

CODED = {
    "audio/mpeg": ("mp3", "libmp3lame"),
    "audio/flac": ("flac", "flac"),
    "audio/ogg": ("ogg", "libopus"),
    "audio/wav": ("wav", "pcm_s16le"),
}


def packets(data: bytes) -> list[bytes]:
    with av.open(io.BytesIO(data), "r") as container:
        return [bytes(one) for one in container.demux(audio=0) if one.size]


@pytest.mark.parametrize("kind", CODED)
def test_what_is_heard_is_the_same_bit_for_bit(kind: str, workshop: Workshop) -> None:
    data = sounds.coded_sound(*CODED[kind])
    copy, done = stripped(data, kind, workshop)
    assert packets(copy) == packets(data)
    assert done.changed == ()
    assert done.decoder is not None


def test_a_wave_of_python_reads_the_same_samples(workshop: Workshop) -> None:
    data = sounds.planted_wav()
    copy, _ = stripped(data, "audio/wav", workshop)
    with wave.open(io.BytesIO(data)) as before, wave.open(io.BytesIO(copy)) as after:
        assert after.getparams() == before.getparams()
        assert after.readframes(10**6) == before.readframes(10**6)


def test_a_wav_of_more_than_four_gigabytes_says_so_where_it_must() -> None:
    head = riff._heads(b"\1\0\1\0" + bytes(12), b"", 2**32)  # (writing 4 GB takes a minute)
    assert head.startswith(b"RF64\xff\xff\xff\xffWAVEds64")
    assert int.from_bytes(head[28:36], "little") == 2**32
    facts = FactList()
    riff.read(facts, io.BytesIO(head))
    assert [one.tag for one in facts.facts][:2] == ["ds64", "fmt "]


def test_sound_behind_garbage_is_found_again() -> None:
    data = sounds.coded_sound("mp3", "libmp3lame")
    frames = packets(data)
    out = io.BytesIO()
    with_garbage = b"".join((*frames[:2], MARK, *frames[2:]))
    at = data.index(frames[0])  # PyAV does not show the frame with Xing's head before it
    done = mpeg.rebuild(io.BytesIO(data[:at] + with_garbage), out, Wish())
    assert packets(out.getvalue()) == frames
    assert done.removed == ("tags", "unused-bytes")


def test_lyrics_behind_the_frames_are_recorded() -> None:
    facts = FactList()
    mpeg.read(facts, io.BytesIO(sounds.coded_sound("mp3", "libmp3lame") + sounds.lyrics()))
    assert ("LYR", f"lyrics {MARK.decode()}") in {(one.tag, one.readable) for one in facts.facts}


@pytest.mark.parametrize("encoding", [0, 1, 2, 3])
def test_texts_of_id3_are_read_in_each_of_its_encodings(encoding: int) -> None:
    coded = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}[encoding]
    text = "Blå" if encoding == 0 else "한글 제목"
    frame = b"TIT2" + bytes((0, 0, 0, 1 + len(text.encode(coded)), 0, 0, encoding))
    frame += text.encode(coded)
    facts = FactList()
    mpeg.read(facts, io.BytesIO(b"ID3\3\0\0\0\0\0" + bytes((len(frame),)) + frame))
    assert [one.readable for one in facts.facts] == [text]


def test_two_recordings_in_one_ogg_are_refused() -> None:
    data = sounds.coded_sound("ogg", "libopus")
    with pytest.raises(Exception, match="several recordings"):
        ogg.rebuild(io.BytesIO(data + data), io.BytesIO(), Wish())


def test_bytes_behind_the_last_frame_of_flac_are_refused(workshop: Workshop) -> None:
    with pytest.raises(BadInput, match="behind the last frame"):
        stripped(sounds.coded_sound("flac", "flac") + MARK, "audio/flac", workshop)
    with pytest.raises(Exception, match="cut off"):
        flac.rebuild(io.BytesIO(sounds.coded_sound("flac", "flac")[:60]), io.BytesIO(), Wish())
