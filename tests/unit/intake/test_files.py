"""Files that somebody brings: taken as they are, or refused with the reason."""

import base64
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from evidencekit.errors import BadInput, SourceChanged
from evidencekit.intake.files import FileSource
from evidencekit.model.find import Find, Refused
from evidencekit.workflow.ingest import Added, Already, Outcome, add
from tests.conftest import OTHER_SYSTEM
from tests.tools.builders import Built, a_case
from tests.tools.machine_room import open_folder, run_as_nobody

COLLECT = """
source = FileSource([Path(sys.argv[1])], leave_out=Path("/nowhere"))
for item in source.collect():
    print(type(item).__name__, item.name, getattr(item, "why", ""))
"""
IMPORTS = "from pathlib import Path; from evidencekit.intake.files import FileSource"


def collect(*paths: Path, leave_out: Path = Path("/nowhere")) -> list[Find | Refused]:
    return list(FileSource(paths, leave_out=leave_out).collect())


def refusals(*paths: Path, leave_out: Path = Path("/nowhere")) -> dict[str, str]:
    items = collect(*paths, leave_out=leave_out)
    return {Path(item.name).name: item.why for item in items if isinstance(item, Refused)}


def names(*paths: Path, leave_out: Path = Path("/nowhere")) -> list[str]:
    items = collect(*paths, leave_out=leave_out)
    return [item.name for item in items if isinstance(item, Find)]


def test_files_come_in_byte_order_whatever_the_disk_says(tmp_path: Path) -> None:
    for name in ("b", "a", "B", "é", "Z"):
        (tmp_path / name).write_bytes(b"x")

    assert names(tmp_path) == ["B", "Z", "a", "b", "é"]


def test_links_to_anywhere_are_refused_and_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_bytes(b"x")
    (folder / "to-file").symlink_to(tmp_path / "outside/secret")
    (folder / "to-folder").symlink_to(tmp_path / "outside")
    (folder / "to-nothing").symlink_to("nothing")
    (folder / "to-itself").symlink_to("to-itself")

    assert names(folder) == []
    assert refusals(folder) == dict.fromkeys(
        ["to-file", "to-folder", "to-nothing", "to-itself"], "symlink"
    )


def test_a_link_given_by_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    for name in ("file", "folder"):
        (tmp_path / f"to-{name}").symlink_to(name)

    assert refusals(tmp_path / "to-file", tmp_path / "to-folder") == {
        "to-file": "symlink",
        "to-folder": "symlink",
    }


def test_pipes_sockets_and_devices_are_refused_and_never_waited_for(tmp_path: Path) -> None:
    import socket

    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        assert refusals(tmp_path) == {"pipe": "device", "socket": "device"}
    assert refusals(Path("/dev/null")) == {"null": "device"}


def test_a_name_of_255_bytes_is_kept(tmp_path: Path) -> None:
    name = "긴" * 85
    (tmp_path / name).write_bytes(b"x")

    assert names(tmp_path) == [name]


def test_a_name_that_is_not_utf8_is_shown_and_kept_raw(tmp_path: Path) -> None:
    raw = "사진.jpg".encode("cp949")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)).write_bytes(b"x")

    (item,) = collect(tmp_path)

    assert isinstance(item, Find)
    assert item.name_bytes == raw
    assert item.name == "\ufffd\ufffd\ufffd\ufffd.jpg"
    assert "path_bytes" in item.source


def test_composed_and_decomposed_names_are_two_files_and_stay_as_they_are(tmp_path: Path) -> None:
    composed = "한글"
    decomposed = unicodedata.normalize("NFD", composed)
    for name in (composed, decomposed):
        (tmp_path / name).write_bytes(b"x")

    assert sorted(names(tmp_path)) == sorted([composed, decomposed])


@pytest.mark.parametrize("name", ["-rf", "a\nb", "\x1b[2J", "=1+1", " ", "\u202egpj.exe", "CON"])
def test_hostile_names_are_taken_as_they_are(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")

    assert names(tmp_path) == [name]


def test_hard_links_are_files_of_their_own_and_their_number_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").hardlink_to(tmp_path / "a")

    items = collect(tmp_path)

    assert [item.source["links"] for item in items if isinstance(item, Find)] == [2, 2]


def test_times_and_permissions_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    path.chmod(0o640)
    os.utime(path, ns=(1, 2))

    (item,) = collect(path)

    assert isinstance(item, Find)
    assert item.source["mode"] == "0640"
    assert item.source["modified"] == "1970-01-01T00:00:00.000000002Z"
    assert datetime.now(UTC) >= item.acquired_at


def test_a_path_that_does_not_exist_is_a_slip_and_no_finding(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        collect(tmp_path / "typo")


def test_a_file_that_vanishes_before_it_is_opened_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x")
    items = FileSource([tmp_path], leave_out=Path("/nowhere")).collect()
    next(items)

    (tmp_path / "b").unlink()

    (left,) = items
    assert isinstance(left, Refused)
    assert left.why == "vanished"


def test_a_file_that_changes_while_it_is_read_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 100)
    items = FileSource([path], leave_out=Path("/nowhere")).collect()
    item = next(items)
    assert isinstance(item, Find)

    with pytest.raises(SourceChanged), item.content.open() as stream:  # noqa: PT012 (while it is open)
        stream.read(10)
        os.utime(path, ns=(1, 1))


def test_a_file_changed_between_opening_and_reading_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 100)
    items = FileSource([path], leave_out=Path("/nowhere")).collect()
    item = next(items)
    assert isinstance(item, Find)
    path.write_bytes(b"y" * 100)

    with pytest.raises(SourceChanged), item.content.open() as stream:
        stream.read()


def test_content_can_be_read_twice(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"same")
    items = FileSource([tmp_path], leave_out=Path("/nowhere")).collect()
    item = next(items)
    assert isinstance(item, Find)

    for _ in range(2):
        with item.content.open() as stream:
            assert stream.read() == b"same"


def test_what_may_not_be_read_is_refused_and_the_rest_is_taken() -> None:
    with open_folder() as folder:
        (folder / "a").write_bytes(b"x")
        (folder / "locked").write_bytes(b"x")
        (folder / "locked").chmod(0)
        (folder / "private").mkdir(mode=0o700)

        answer = run_as_nobody(IMPORTS, COLLECT, folder)

        assert answer.stderr == ""
        assert "Find a" in answer.stdout
        assert f"Refused {folder}/locked unreadable" in answer.stdout
        assert "private directory-unreadable" in answer.stdout


def test_a_folder_that_may_not_be_read_is_named_with_its_path() -> None:
    with open_folder() as folder:
        (folder / "below").mkdir()
        (folder / "below/private").mkdir(mode=0o700)

        answer = run_as_nobody(IMPORTS, COLLECT, folder)

        assert f"Refused {folder}/below/private directory-unreadable" in answer.stdout


def test_a_folder_given_by_name_that_may_not_be_read_is_refused() -> None:
    with open_folder() as folder:
        (folder / "private").mkdir(mode=0o700)

        answer = run_as_nobody(IMPORTS, COLLECT, folder / "private")

        assert "directory-unreadable" in answer.stdout, answer.stderr


def test_a_very_deep_folder_does_not_end_the_walk(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    (tmp_path / "z").write_bytes(b"x")
    try:
        assert names(tmp_path) == ["z"]
    finally:
        import subprocess

        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


def test_the_case_in_a_folder_that_is_added_is_left_out(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    (tmp_path / "note").write_bytes(b"x")

    assert refusals(tmp_path, leave_out=built.root) == {"case": "this-case"}
    assert "note" in names(tmp_path, leave_out=built.root)
    assert "ledger.jsonl" not in names(tmp_path, leave_out=built.root)


def test_the_case_given_itself_is_left_out(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()

    assert names(built.root, leave_out=built.root) == []


def test_a_file_of_the_case_given_by_name_is_left_out(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()

    assert names(built.root / "ledger.jsonl", leave_out=built.root) == []
    assert names(built.root / "spool", leave_out=built.root) == []


class FailingContent:
    """A file on a stick that has a bad sector."""

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        yield BadSector(b"readable")


class BadSector(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError(5, os.strerror(5))


def outcomes(built: Built, *paths: Path) -> list[Outcome]:
    return list(add(built.case, paths, setting=built.setting))


def test_a_refusal_is_recorded_in_the_ledger(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link").symlink_to("x")

    outcomes(built, tmp_path / "in")

    last = list(built.case.events())[-1]
    assert last.body is not None
    assert last.body.detail["refused"] == [{"name": str(tmp_path / "in/link"), "why": "symlink"}]


def test_the_same_file_again_is_no_second_artifact(tmp_path: Path) -> None:
    built = a_case(tmp_path).with_file(b"x").built()

    (again,) = outcomes(built, tmp_path / "brought")

    assert isinstance(again, Already)


def test_the_same_name_with_other_content_is_another_artifact(tmp_path: Path) -> None:
    built = a_case(tmp_path).with_file(b"x").built()
    (tmp_path / "brought/file-1.txt").write_bytes(b"y")

    (again,) = outcomes(built, tmp_path / "brought")

    assert isinstance(again, Added)


def test_another_file_whose_name_only_looks_the_same_is_another_artifact(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    folder = tmp_path / "in"
    folder.mkdir()
    for korean in ("사진.jpg", "영상.jpg"):
        path = os.path.join(os.fsencode(folder), korean.encode("cp949"))  # noqa: PTH118
        fd = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.write(fd, b"the same")
        os.close(fd)
        os.utime(path, ns=(1, 1))
        outcomes(built, folder)

    assert len(list(built.case.rows())) == 2


def test_a_bad_sector_of_a_source_is_refused_and_the_rest_is_taken(tmp_path: Path) -> None:
    from evidencekit.model.artifact import Sensitivity
    from evidencekit.sandbox.runner import Worker
    from evidencekit.workflow.ingest import _Batch
    from tests.tools.builders import ACTOR
    from tests.tools.fakes import a_find

    built = a_case(tmp_path).built()
    with built.writer() as writer, Worker() as worker:
        batch = _Batch(built.case, writer, worker, ACTOR, Sensitivity.NORMAL)
        (refused,) = batch.take(a_find(FailingContent()))

    assert isinstance(refused, Refused)
    assert refused.why == "unreadable"


def test_a_file_from_the_year_36812_is_taken(tmp_path: Path) -> None:
    path = Path("/dev/shm") / f"evidencekit-{os.getpid()}"  # noqa: S108 (it keeps such times)
    path.write_bytes(b"x")
    try:
        os.utime(path, (2**40, 2**40))
        assert names(path) == [path.name]
    finally:
        path.unlink()


def test_attributes_that_programs_set_are_recorded_and_those_of_the_system_are_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "loaded.jpg"
    path.write_bytes(b"x")
    try:
        os.setxattr(path, "user.xdg.origin.url", b"https://example.org/a")
        os.setxattr(path, "user.large", bytes(4_000))
    except OSError:
        pytest.skip(OTHER_SYSTEM + "its files have no attributes")
    (found,) = FileSource([path], leave_out=tmp_path / "case").collect()
    assert isinstance(found, Find)
    attributes = found.source["attributes"]
    assert [one["name"] for one in cast("list[dict[str, str]]", attributes)] == [
        "user.large", "user.xdg.origin.url",
    ]  # fmt: skip
    value = cast("list[dict[str, str]]", attributes)[1]["value"]
    assert base64.b64decode(value) == b"https://example.org/a"
