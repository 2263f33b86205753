"""What is hashed is what is written, of any size."""

import hashlib
import io
import os
from pathlib import Path
from threading import Thread

import pytest
from typing_extensions import Buffer

from evidencekit.errors import DiskUnavailable, SourceUnreadable
from evidencekit.files.durable import barrier, disk_errors, write_durably
from evidencekit.files.streaming import CHUNK, HEAD, copy_stream, digest_stream

SIZES = [0, 1, HEAD, HEAD + 1, 2**16, 2**16 + 1, 2**16 + CHUNK, 2**16 + 3 * CHUNK + 7]


@pytest.mark.parametrize("size", SIZES)
def test_a_copy_is_the_original_and_its_digest_that_of_both(tmp_path: Path, size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)
    with (tmp_path / "copy").open("wb") as target:
        copied = copy_stream(io.BytesIO(data), target.fileno())

    assert (tmp_path / "copy").read_bytes() == data
    assert copied.sha256 == hashlib.sha256(data).hexdigest()
    assert (copied.size, copied.head) == (size, data[:HEAD])
    assert digest_stream(io.BytesIO(data)) == copied


def test_a_pipe_that_gives_little_at_a_time_is_read_to_its_end(tmp_path: Path) -> None:
    reading, writing = os.pipe()

    def feed() -> None:
        with os.fdopen(writing, "wb", buffering=0) as sink:
            for _ in range(50):
                sink.write(b"x" * 1000)

    feeder = Thread(target=feed)
    feeder.start()
    with os.fdopen(reading, "rb", buffering=0) as source:
        digested = digest_stream(source)
    feeder.join()

    assert digested.size == 50_000


def test_progress_ends_at_the_size() -> None:
    told: list[int] = []
    digest_stream(io.BytesIO(bytes(3 * CHUNK)), progress=told.append)

    assert told[-1] == 3 * CHUNK
    assert told == sorted(told)


def test_an_error_of_the_source_is_told_from_one_of_the_disk_written_to(tmp_path: Path) -> None:
    class Failing(io.BytesIO):
        def readinto(self, buffer: Buffer) -> int:
            if self.tell() > CHUNK:
                raise OSError(5, "bad sector")
            return super().readinto(buffer)

    with (
        (tmp_path / "copy").open("wb") as target,
        pytest.raises(SourceUnreadable, match="bad sector"),
    ):
        copy_stream(Failing(bytes(4 * CHUNK)), target.fileno())


def test_a_durable_write_replaces_as_a_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_durably(tmp_path / "a", b"old")
    write_durably(tmp_path / "a", b"new")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"new"}


def test_a_barrier_takes_any_number_of_files_and_folders(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(3)]
    for path in paths:
        path.write_bytes(b"x")

    barrier(tmp_path, [])
    barrier(tmp_path, paths[:1])
    barrier(tmp_path, [*paths, tmp_path])


def test_an_error_that_is_not_the_disks_keeps_its_name() -> None:
    with pytest.raises(FileNotFoundError), disk_errors("case"):
        raise FileNotFoundError(2, "gone")
    with pytest.raises(DiskUnavailable, match="case"), disk_errors("case"):
        raise OSError(28, "full")
