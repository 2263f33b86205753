"""Shapes of a folder that no bundle has: refused, however right the bytes are."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from evidencekit.errors import BadInput, FormatUnreadable
from evidencekit.model.report import Verdict
from tests.tools.bundles import Handed, a_bundle, flipped_at, paths_of

NOTE = "data/a2-2.txt"


@pytest.fixture
def folder(bundle: Handed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle.folder, tmp_path / "copy"))


def refused(bundle: Handed, folder: Path) -> set[str | None]:
    report = bundle.verified(folder)
    assert report.verdict is Verdict.REFUSED
    return paths_of(report, Verdict.REFUSED)


def test_copy_of_a_bundle_is_valid(bundle: Handed, folder: Path) -> None:
    assert bundle.verified(folder).verdict is Verdict.VALID


@pytest.mark.parametrize("inside", [True, False])
def test_link_to_a_file_is_refused(bundle: Handed, folder: Path, inside: bool) -> None:
    target = folder / "VERIFY.txt" if inside else Path("/etc/hostname")
    (folder / "data/a9-1.txt").symlink_to(target)
    assert refused(bundle, folder) == {"data/a9-1.txt"}


def test_listed_file_replaced_by_a_link_to_the_same_bytes_is_refused(
    bundle: Handed, folder: Path, tmp_path: Path
) -> None:
    (folder / NOTE).rename(tmp_path / "outside.txt")
    (folder / NOTE).symlink_to(tmp_path / "outside.txt")
    assert refused(bundle, folder) == {NOTE}


def test_folder_replaced_by_a_link_is_refused(bundle: Handed, folder: Path, tmp_path: Path) -> None:
    (folder / "data").rename(tmp_path / "outside")
    (folder / "data").symlink_to(tmp_path / "outside")
    assert refused(bundle, folder) == {"data"}


def test_broken_link_is_refused(bundle: Handed, folder: Path) -> None:
    (folder / "report/x").symlink_to("nowhere")
    assert refused(bundle, folder) == {"report/x"}


def test_fifo_is_refused_and_never_opened(bundle: Handed, folder: Path) -> None:
    (folder / NOTE).unlink()
    os.mkfifo(folder / NOTE)
    assert refused(bundle, folder) == {NOTE}


def test_socket_is_refused(bundle: Handed, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "data")  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as end:
        end.bind("s")
        assert refused(bundle, folder) == {"data/s"}


def test_hard_link_is_a_file_like_any_other(bundle: Handed, folder: Path, tmp_path: Path) -> None:
    os.link(folder / NOTE, tmp_path / "elsewhere.txt")
    assert bundle.verified(folder).verdict is Verdict.VALID


@pytest.mark.parametrize(
    "name",
    [
        b"data/\xed\x95\x9c.txt",
        b"data/\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab.txt",
        b"data/not-utf8-\xff.txt",
        b"data/a b.txt",
        b"data/line\nfeed.txt",
        b"data/turn\xe2\x80\xaearound.txt",
        b"data/back\\slash.txt",
        b"data/C:x.txt",
        b"data/" + b"n" * 196,
    ],
    ids=["nfc", "nfd", "raw", "space", "lf", "bidi", "backslash", "drive", "201"],
)
def test_name_that_bundles_must_not_have_is_refused(
    bundle: Handed, folder: Path, name: bytes
) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"")
    refused(bundle, folder)


def test_name_of_200_bytes_is_only_unlisted(bundle: Handed, folder: Path) -> None:
    (folder / ("data/" + "n" * 195)).touch()
    assert bundle.verified(folder).verdict is Verdict.INVALID


def test_twin_in_other_case_is_refused(bundle: Handed, folder: Path) -> None:
    if (folder / "DATA").exists():
        pytest.skip("not on this system: a file system that takes two cases for one")
    (folder / "verify.txt").write_bytes(b"twin")
    refused(bundle, folder)


def test_folder_with_an_unsafe_name_is_refused(bundle: Handed, folder: Path) -> None:
    (folder / "data" / "한").mkdir()
    refused(bundle, folder)


def test_empty_folder_inside_changes_nothing(bundle: Handed, folder: Path) -> None:
    (folder / "data/empty").mkdir()
    assert bundle.verified(folder).verdict is Verdict.VALID


def test_empty_folder_is_incomplete(bundle: Handed, tmp_path: Path) -> None:
    assert bundle.verified(tmp_path).verdict is Verdict.INCOMPLETE


def test_path_that_is_not_there_is_bad_input(bundle: Handed, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        bundle.verified(tmp_path / "nothing")


def test_link_that_the_reader_named_himself_is_followed(
    bundle: Handed, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "link.zip").symlink_to(bundle.exported(f"{tmp_path.name}.zip", "zip"))
    assert bundle.verified(tmp_path / "link").verdict is Verdict.VALID
    assert bundle.verified(tmp_path / "link.zip").verdict is Verdict.VALID


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7", b"age-encryption.org/v2\n"])
def test_file_that_is_neither_bundle_nor_case_is_unreadable(
    bundle: Handed, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(FormatUnreadable) as caught:
        bundle.verified(tmp_path / "file")
    assert caught.value.exit_code == 21


def snapshot(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    found = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (status.st_mode, status.st_mtime_ns, status.st_ctime_ns, data)
    return found


def read_only(folder: Path) -> Path:
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    return folder


def test_verifying_writes_nothing_into_a_bundle(bundle: Handed, folder: Path) -> None:
    before = snapshot(read_only(folder))
    assert bundle.verified(folder).verdict is Verdict.VALID
    assert snapshot(folder) == before


def test_verifying_a_false_bundle_writes_nothing_into_it(bundle: Handed, folder: Path) -> None:
    (folder / NOTE).write_bytes(flipped_at(b"hello", 1))
    before = snapshot(folder)
    assert bundle.verified(folder).verdict is Verdict.INVALID
    assert snapshot(folder) == before


def test_verifying_writes_nothing_into_a_case(tmp_path: Path) -> None:
    made = a_bundle(tmp_path)
    before = snapshot(read_only(made.built.root))
    assert made.verified(made.built.root).verdict is Verdict.VALID
    assert snapshot(made.built.root) == before


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("verification opened a socket")

    def now() -> None:
        monkeypatch.setattr(socket, "socket", refuse)
        monkeypatch.setattr(socket, "create_connection", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)

    return now


@pytest.mark.parametrize("kind", ["bag", "zip", "case"])
def test_verification_needs_no_network(
    tmp_path: Path, forbid: Callable[[], None], kind: str
) -> None:
    made = a_bundle(tmp_path)
    what = {"bag": made.folder, "case": made.built.root}.get(kind) or made.exported("b.zip", "zip")
    forbid()
    assert made.verified(what).verdict is Verdict.VALID
