"""What lies in 7z and RAR is taken in as well, unpacked by a worker that writes one file only."""

import os
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path
from shutil import which

import pytest

from evidencekit.intake import unpacking
from evidencekit.intake.members import Archive
from evidencekit.intake.packed import PackedSource
from evidencekit.model.find import Find, Refused
from tests.cli.transcripts import Cli, Done
from tests.tools import rars

pytestmark = pytest.mark.skipif(find_library("archive") is None, reason="no libarchive")


def added(cli: Cli, **files: bytes) -> Done:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    (cli.folder / "in").mkdir()
    for name, data in files.items():
        (cli.folder / "in" / name.replace("_", ".")).write_bytes(data)
    return cli("-C", "C", "add", "--json", "in")


def seven_zip(folder: Path, **members: bytes) -> bytes:
    """Made by libarchive itself in a process of its own; names and contents are ours."""
    for name, data in members.items():
        (folder / name).write_bytes(data)
    command = "import libarchive, sys\nwith libarchive.file_writer('made', '7zip') as a:\n"
    command += "    a.add_files(*sys.argv[1:])\n"
    subprocess.run([sys.executable, "-c", command, *members], cwd=folder, check=True)
    return (folder / "made").read_bytes()


def refused(done: Done) -> dict[str, str]:
    return {row["name"]: row["refused"] for row in done.objects if row.get("refused")}


def test_members_of_a_rar_are_artifacts_with_their_names_and_times(cli: Cli) -> None:
    data = rars.rar([rars.file("사진/증거.txt".encode(), b"evidence"), rars.file(b"b.txt", b"b")])
    rows = added(cli, x_rar=data).ok().objects
    assert [(row["name"], row["derived_from"]) for row in rows] == [
        ("x.rar", None), ("증거.txt", "a2-1"), ("b.txt", "a2-1"),
    ]  # fmt: skip
    source = cli("-C", "C", "show", rows[1]["id"], "--json").ok().object["source"]
    assert source["path"] == "a2-1/0/사진/증거.txt"
    assert source["modified"] == "2026-09-21T14:13:20Z"
    assert source["mode"] == "0644"


def test_a_name_in_the_letters_of_windows_in_korea_is_read(cli: Cli) -> None:
    rows = added(cli, x_rar=rars.old_rar("증거.txt".encode("cp949"), b"1")).ok().objects
    assert rows[1]["name"] == "증거.txt"
    shown = cli("-C", "C", "show", rows[1]["id"], "--json").ok().object
    assert shown["source"]["encoding"] == "cp949"


def test_names_that_lead_elsewhere_lead_nowhere(cli: Cli) -> None:
    hostile = [b"../../etc/passwd", b"/abs/x", b"a/\x1b[31m.txt"]
    rows = added(cli, x_rar=rars.rar([rars.file(one, one) for one in hostile])).ok().objects
    assert len(rows) == 4
    assert not (cli.folder / "etc").exists()
    assert "\x1b" not in cli("-C", "C", "list").ok().out


def test_links_and_locked_members_are_refused_and_the_rest_goes_on(cli: Cli) -> None:
    data = rars.rar(
        [rars.link(b"link", b"/etc/passwd"), rars.locked(b"secret", b"s" * 16),
         rars.file(b"good", b"good")]
    )  # fmt: skip
    done = added(cli, x_rar=data)
    assert done.code == 3
    assert refused(done) == {"x.rar/link": "symlink", "x.rar/secret": "locked"}
    assert "good" in {row["name"] for row in done.objects}


def test_a_7z_in_a_rar_is_opened_and_a_cut_one_is_named(cli: Cli, tmp_path: Path) -> None:
    inner = seven_zip(tmp_path, one=b"1" * 5_000, two=b"2")
    done = added(cli, x_rar=rars.rar([rars.file(b"in.7z", inner)]), cut_7z=inner[:-9])
    assert {"one", "two"} <= {row["name"] for row in done.objects}
    assert refused(done) == {"cut.7z": "archive-damaged"}


def test_a_bomb_is_kept_and_what_it_would_become_is_not(cli: Cli, tmp_path: Path) -> None:
    done = added(cli, bomb_7z=seven_zip(tmp_path, bomb=bytes(130 * 2**20)))
    assert refused(done) == {"bomb.7z": "archive-bomb"}
    assert done.code == 3
    assert not list(cli.folder.glob("C/spool/work-*"))


def test_without_libarchive_they_are_kept_and_that_is_said(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "libarchive.py").write_text("raise ImportError")
    site = Path(unpacking.__file__).parents[2]
    monkeypatch.setattr("evidencekit.sandbox.runner._ROOT", f"{tmp_path}")
    (tmp_path / "evidencekit").symlink_to(site / "evidencekit")
    done = added(cli, x_rar=rars.rar([rars.file(b"a", b"1")]))
    assert refused(done) == {"x.rar": "archive-not-opened"}
    assert done.code == 3


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense", b"[]", b'{"name":"zz"}',
        b'{"name":"61","kind":"file","modified":0,"mode":0,"at":0,"size":999,"problem":null}',
        b'{"name":"6","kind":"file","modified":0,"mode":0,"at":0,"size":1,"problem":null}',
        b'{"name":"61","kind":"file","modified":0,"mode":0,"at":-1,"size":1,"problem":null}',
    ],
)  # fmt: skip
def test_a_worker_that_was_taken_over_is_not_believed(line: bytes, tmp_path: Path) -> None:
    archive = Archive(id="a1-1", name="x.7z", size=10, media_type="application/x-7z-compressed")
    with (tmp_path / "out").open("w+b") as out:
        out.write(b"data" + line)
        source = PackedSource(out, archive, tmp_path)
        (found,) = source._members(out, 4)
    assert isinstance(found, Refused)


@pytest.mark.skipif(which("7z") is None, reason="7z is not installed")
def test_what_another_program_packed_comes_out_the_same(tmp_path: Path) -> None:
    contents = {f"파일 {number}.bin": os.urandom(3_000 * number) for number in range(5)}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    subprocess.run(["7z", "a", "made.7z", *contents], cwd=tmp_path, check=True, capture_output=True)
    archive = tmp_path / "made.7z"
    told = Archive(
        id="a1-1", name="made.7z", size=archive.stat().st_size,
        media_type="application/x-7z-compressed",
    )  # fmt: skip
    got = {}
    with archive.open("rb", buffering=0) as stream:
        for find in PackedSource(stream, told, tmp_path).collect():
            assert isinstance(find, Find)
            with find.content.open() as content:
                got[find.name] = content.read()
    assert got == contents
