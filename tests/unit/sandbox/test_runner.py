"""A parser may loop, hoard, crash or lie; the next file is read all the same."""

import gzip
import io
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import ParserFailed, Worker
from evidencekit.sandbox.table import PARSERS

TIGHT = Limits(wall_s=1.5, cpu_s=1, memory_bytes=192 * 2**20)
SOUND = {"argument": "sound", "head": b"a file".hex()}


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(TIGHT) as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"a file")
    return path


def call(worker: Worker, path: Path, parser: str, argument: str = "sound") -> object:
    with path.open("rb") as stream:
        return worker.call(parser, stream, argument)


def test_a_parser_gets_the_file_and_its_argument(worker: Worker, file: Path) -> None:
    assert call(worker, file, "trial.echo") == SOUND


@pytest.mark.parametrize(
    ("trial", "why"),
    [
        ("trial.spin", "timeout"),
        ("trial.burn", "timeout"),
        ("trial.hoard", "memory"),
        ("trial.die", "crashed"),
        ("trial.fail", "error"),
        ("trial.spawn", "error"),
    ],
)
def test_a_bad_parser_is_contained_and_the_next_file_works(
    worker: Worker, file: Path, trial: str, why: str
) -> None:
    answer = call(worker, file, trial)

    assert isinstance(answer, ParserFailed)
    assert answer.why == why
    assert call(worker, file, "trial.echo") == SOUND


def test_a_parser_that_never_answers_is_ended_in_time(worker: Worker, file: Path) -> None:
    started = time.monotonic()
    call(worker, file, "trial.spin")

    assert time.monotonic() - started < TIGHT.wall_s + 2


def test_an_endless_answer_is_refused(worker: Worker, file: Path) -> None:
    assert isinstance(call(worker, file, "trial.flood"), ParserFailed)
    assert call(worker, file, "trial.echo") == SOUND


def test_a_parser_cannot_write_a_file(worker: Worker, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "written"

    assert isinstance(call(worker, file, "trial.write", str(target)), ParserFailed)
    assert not target.exists() or target.stat().st_size == 0


def test_what_a_parser_raised_is_said_in_one_line(worker: Worker, file: Path) -> None:
    answer = call(worker, file, "trial.fail", "some reason")

    assert answer == ParserFailed(why="error", detail="ValueError: some reason")


def test_only_names_of_the_table_can_be_called(worker: Worker, file: Path) -> None:
    with pytest.raises(KeyError):
        call(worker, file, "os.system")


def test_the_position_of_the_file_is_left_alone(worker: Worker, file: Path) -> None:
    with file.open("rb", buffering=0) as stream:
        stream.seek(3)
        worker.call("trial.echo", stream)

        assert stream.tell() == 3


def test_a_stream_that_only_wraps_a_file_is_not_taken_for_it(
    worker: Worker, tmp_path: Path
) -> None:
    path = tmp_path / "packed.gz"
    path.write_bytes(gzip.compress(b"a file"))

    with gzip.open(path, "rb") as stream:
        assert worker.call("trial.echo", stream, "sound") == SOUND  # type: ignore[arg-type]


def test_bytes_in_memory_can_be_read(worker: Worker) -> None:
    assert worker.call("trial.echo", io.BytesIO(b"a file"), "sound") == SOUND


def test_a_writable_file_is_handed_over_as_a_copy(worker: Worker, file: Path) -> None:
    with file.open("r+b") as stream:
        assert worker.call("trial.echo", stream, "sound") == SOUND


def test_the_same_process_serves_many_files(file: Path) -> None:
    with Worker() as worker:
        call(worker, file, "trial.echo")
        process = worker._process
        call(worker, file, "trial.fail")
        call(worker, file, "trial.echo")

        assert worker._process is process


def test_an_interrupted_call_does_not_answer_the_next_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with Worker() as worker:
        with monkeypatch.context() as patch:
            patch.setattr("evidencekit.sandbox.runner.receive", interrupted)
            with pytest.raises(KeyboardInterrupt):
                call(worker, file, "trial.echo", "first")

        assert call(worker, file, "trial.echo") == SOUND


def test_no_process_is_started_before_the_first_call() -> None:
    with Worker() as worker:
        assert worker._process is None


def test_no_process_is_left_behind(file: Path) -> None:
    with Worker() as worker:
        call(worker, file, "trial.echo")
        assert worker._process is not None
        pid = worker._process._popen.pid

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_worker_sees_no_secrets_of_ours(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCEKIT_PASSPHRASE", "secret")
    with Worker() as worker:
        call(worker, file, "trial.echo")
        assert worker._process is not None
        pid = worker._process._popen.pid
        environment = Path(f"/proc/{pid}/environ")
        if not environment.exists():
            pytest.skip("no /proc here")

        assert b"secret" not in environment.read_bytes()


def test_every_name_of_the_table_leads_to_a_function() -> None:
    from importlib import import_module

    for module, function in PARSERS.values():
        assert callable(getattr(import_module(module), function))


def test_a_writer_fills_the_one_file_that_it_is_given(file: Path, tmp_path: Path) -> None:
    with (
        Worker(replace(TIGHT, output_bytes=100)) as worker,
        file.open("rb") as stream,
        (tmp_path / "out").open("x+b") as out,
    ):
        assert worker.write("trial.copy", stream, out, 2) == 12
        assert (tmp_path / "out").read_bytes() == b"a filea file"


@pytest.mark.parametrize("allowed", [0, 100])
def test_a_writer_that_writes_too_much_is_stopped(file: Path, tmp_path: Path, allowed: int) -> None:
    with (
        Worker(replace(TIGHT, output_bytes=allowed)) as worker,
        file.open("rb") as stream,
        (tmp_path / "out").open("x+b") as out,
    ):
        assert isinstance(worker.write("trial.copy", stream, out, 20), ParserFailed)
        assert (tmp_path / "out").stat().st_size <= allowed
