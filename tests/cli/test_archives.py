"""What lies in an archive is taken in as well, whatever its members are called."""

import gzip
import io
import tarfile
import zipfile
from typing import Any

import pytest

from tests.cli.transcripts import Cli, Done


def added(cli: Cli, *more: str, **files: bytes) -> Done:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    (cli.folder / "in").mkdir()
    for name, data in files.items():
        (cli.folder / "in" / name.replace("_", ".")).write_bytes(data)
    return cli("-C", "C", "add", "--json", *more, "in")


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def korean(name: str, data: bytes) -> bytes:
    """A zip with a name as Windows in Korea writes it: CP949, and no word of that."""
    raw = name.encode("cp949")
    info = zipfile.ZipInfo("x" * len(raw), (2026, 2, 9, 9, 3, 10))
    return zipped((info, data), ("notes.txt", b"notes")).replace(b"x" * len(raw), raw)


def shown(cli: Cli, artifact: str) -> dict[str, Any]:
    return cli("-C", "C", "show", artifact, "--json").ok().objects[0]


def test_the_archive_and_its_members_are_artifacts_with_korean_names(cli: Cli) -> None:
    rows = added(cli, files_zip=korean("사진/증거.txt", b"evidence")).ok().objects
    assert [(row["name"], row["derived_from"]) for row in rows] == [
        ("files.zip", None), ("증거.txt", "a2-1"), ("notes.txt", "a2-1"),
    ]  # fmt: skip
    member = shown(cli, rows[1]["id"])
    assert member["source"]["path"] == "a2-1/0/사진/증거.txt"
    assert member["source"]["encoding"] == "cp949"
    assert member["source"]["modified"] == "2026-02-09T09:03:10"
    assert member["derivation"] == {"method": "member"}


def test_names_that_lead_elsewhere_lead_nowhere(cli: Cli) -> None:
    data = zipped(
        ("../../etc/passwd", b"1"),
        ("/abs/x", b"2"),
        ("C:\\Windows\\y", b"3"),
        ("a/\x1b[31m.txt", b"4"),
    )
    rows = added(cli, files_zip=data).ok().objects
    assert [row["name"] for row in rows[1:3]] == ["passwd", "x"]
    assert not (cli.folder / "etc").exists()
    assert shown(cli, rows[1]["id"])["source"]["path"] == "a2-1/0/../../etc/passwd"
    assert "\x1b" not in cli("-C", "C", "list").ok().out


def test_a_tar_in_a_gzip_in_a_zip_is_opened_three_deep_and_no_deeper(cli: Cli) -> None:
    inner = zipped(("deep.zip", zipped(("deepest.txt", b"x"))), ("third.txt", b"third"))
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w:gz") as tar:
        info = tarfile.TarInfo("inner.zip")
        info.size = len(inner)
        tar.addfile(info, io.BytesIO(inner))
    done = added(cli, outer_zip=zipped(("a.tar.gz", tarred.getvalue())))
    names = [row["name"] for row in done.objects if not row.get("refused")]
    assert names == ["outer.zip", "a.tar.gz", "inner.zip", "deep.zip", "third.txt"]
    assert [row["refused"] for row in done.objects if row.get("refused")] == ["archive-too-deep"]
    assert done.code == 3


def test_links_devices_and_locked_members_are_refused_and_the_rest_goes_on(cli: Cli) -> None:
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w") as tar:
        for name, kind in (
            ("link", tarfile.SYMTYPE),
            ("hard", tarfile.LNKTYPE),
            ("dev", tarfile.CHRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        info = tarfile.TarInfo("good")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"good"))
    done = added(cli, files_tar=tarred.getvalue(), locked_zip=locked())
    assert sorted(row["refused"] for row in done.objects if row.get("refused")) == [
        "device", "locked", "symlink", "symlink",
    ]  # fmt: skip
    assert {"good", "open.txt"} <= {row["name"] for row in done.objects}
    assert done.code == 3


def locked() -> bytes:
    data = bytearray(zipped(("secret.txt", b"secret"), ("open.txt", b"open")))
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(sign) + at] |= 1
    return bytes(data)


@pytest.mark.parametrize("form", ["zip", "gz"])
def test_a_bomb_is_kept_and_what_it_would_become_is_not(form: str, cli: Cli) -> None:
    flat = bytes(130 * 2**20)
    data = zipped(("bomb.bin", flat)) if form == "zip" else gzip.compress(flat)
    done = added(cli, **{f"bomb_{form}": data})
    assert [row.get("refused") for row in done.objects] == [None, "archive-bomb"]
    assert done.code == 3


def test_damaged_archives_give_what_they_can(cli: Cli) -> None:
    data = bytearray(zipped(("a.txt", b"a" * 500), ("b.txt", b"bbb")))
    data[data.index(b"a.txt") + 8] ^= 0xFF
    done = added(cli, half_zip=zipped(("x", b"y"))[:60], damaged_zip=bytes(data))
    refused = {row["name"]: row["refused"] for row in done.objects if row.get("refused")}
    assert refused == {"half.zip": "archive-damaged", "a2-1/0/a.txt": "archive-damaged"}
    assert "b.txt" in {row["name"] for row in done.objects}


def test_the_same_command_again_takes_nothing_twice(cli: Cli) -> None:
    twice = zipped(("a.txt", b"a"), ("b.txt", b"a")).replace(b"b.txt", b"a.txt")
    added(cli, files_zip=twice).ok()
    before = cli("-C", "C", "list", "--json").ok().objects
    again = cli("-C", "C", "add", "--json", "in").ok().objects
    assert all(row["already"] for row in again)
    assert cli("-C", "C", "list", "--json").ok().objects == before
    assert len(before) == 3


def test_archives_stay_closed_where_that_is_asked(cli: Cli) -> None:
    done = added(cli, "--no-unpack", files_zip=zipped(("a.txt", b"a")))
    assert [row["name"] for row in done.ok().objects] == ["files.zip"]


def test_a_document_that_is_a_zip_inside_is_a_document(cli: Cli) -> None:
    data = zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))
    assert [row["name"] for row in added(cli, letter_docx=data).ok().objects] == ["letter.docx"]


def test_a_case_with_members_seals_and_verifies(cli: Cli, key: str) -> None:
    added(cli, files_zip=zipped(("a.txt", b"a"), ("b.txt", b"b"))).ok()
    cli("-C", "C", "seal", "--key", key).ok()
    assert cli("verify", "C").code in {0, 3}
