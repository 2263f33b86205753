"""Zips that two programs would read in two ways, and zips that a decent program re-packed."""

import io
import shutil
import stat
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evidencekit.model.report import Verdict
from tests.tools.bundles import Handed, write_zip, zipped

NOTE = "evidence/data/a2-2.txt"
CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"


@pytest.fixture(scope="session")
def original(bundle: Handed) -> bytes:
    return bundle.exported("handed.zip", "zip").read_bytes()


def verdict(bundle: Handed, tmp_path: Path, data: bytes) -> Verdict:
    path = tmp_path / "changed.zip"
    path.write_bytes(data)
    return bundle.verified(path).verdict


def rezipped(bundle: Handed, tmp_path: Path, *more: tuple[str | zipfile.ZipInfo, bytes]) -> Verdict:
    path = write_zip(tmp_path / "changed.zip", [*zipped(bundle.files), *more])
    return bundle.verified(path).verdict


def test_exported_zip_is_valid(bundle: Handed, tmp_path: Path, original: bytes) -> None:
    assert verdict(bundle, tmp_path, original) is Verdict.VALID


def test_same_files_zipped_by_another_writer_are_valid(bundle: Handed, tmp_path: Path) -> None:
    assert rezipped(bundle, tmp_path) is Verdict.VALID


@pytest.mark.skipif(shutil.which("zip") is None, reason="no zip command")
@pytest.mark.parametrize(
    "command",
    [
        "zip -qr out.zip evidence",
        "zip -qrD out.zip evidence",
        "zip -qr0X out.zip evidence",
        "zip -qr - evidence | cat > out.zip",
        "zip -qr -fz out.zip evidence",
    ],
)
def test_bundle_repacked_by_info_zip_is_valid(bundle: Handed, tmp_path: Path, command: str) -> None:
    (tmp_path / "evidence").symlink_to(bundle.folder)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    assert bundle.verified(tmp_path / "out.zip").verdict is Verdict.VALID


@pytest.mark.skipif(shutil.which("unzip") is None, reason="no unzip command")
def test_bundle_extracted_by_unzip_is_valid(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    (tmp_path / "b.zip").write_bytes(original)
    subprocess.run(["unzip", "-q", "b.zip"], cwd=tmp_path, check=True)
    assert bundle.verified(tmp_path / "evidence").verdict is Verdict.VALID


# Names


@pytest.mark.parametrize(
    "name",
    [
        "evidence/../../outside.txt",
        "evidence/data/../../../x",
        "/evidence/x.txt",
        "evidence//x.txt",
        "evidence/C:\\x.txt",
        "evidence\\data\\x.txt",
        "evidence/data/한.txt",
        "evidence/" + "n" * 201,
        "loose.txt",
        "second/x.txt",
        "__MACOSX/._evidence",
    ],
)
def test_name_that_leads_elsewhere_is_refused(bundle: Handed, tmp_path: Path, name: str) -> None:
    assert rezipped(bundle, tmp_path, (name, b"x")) is Verdict.REFUSED


@pytest.mark.parametrize("top", ["../", "./", "/", "C:/", "a b/"])
def test_top_folder_that_leads_elsewhere_is_refused(
    bundle: Handed, tmp_path: Path, top: str
) -> None:
    path = write_zip(tmp_path / "changed.zip", zipped(bundle.files, top=top))
    assert bundle.verified(path).verdict is Verdict.REFUSED


def test_file_that_is_a_folder_too_is_refused(bundle: Handed, tmp_path: Path) -> None:
    assert rezipped(bundle, tmp_path, (f"{NOTE}/inside", b"x")) is Verdict.REFUSED


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_twice_is_refused(bundle: Handed, tmp_path: Path) -> None:
    assert rezipped(bundle, tmp_path, (NOTE, b"other")) is Verdict.REFUSED


def test_names_that_differ_in_case_only_are_refused(bundle: Handed, tmp_path: Path) -> None:
    assert rezipped(bundle, tmp_path, (NOTE.replace("a2", "A2"), b"other")) is Verdict.REFUSED


def test_name_cut_by_a_zero_byte_is_refused(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    changed = original.replace(NOTE.encode(), NOTE.encode()[:-2] + b"\0t")
    assert verdict(bundle, tmp_path, changed) is Verdict.REFUSED


def test_name_that_differs_between_local_and_central_header_is_refused(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    other = NOTE.replace("a2-2", "a2-9").encode()
    assert verdict(bundle, tmp_path, original.replace(NOTE.encode(), other, 1)) is Verdict.REFUSED


def test_second_name_in_an_extra_field_is_refused(bundle: Handed, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("evidence/extra.txt")
    name = b"evidence/data/a2-2.txt"
    info.extra = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, 0) + name
    assert rezipped(bundle, tmp_path, (info, b"x")) is Verdict.REFUSED


def test_leftover_of_a_system_is_noted(bundle: Handed, tmp_path: Path) -> None:
    assert rezipped(bundle, tmp_path, ("evidence/.DS_Store", b"x")) is Verdict.VALID


def test_unlisted_file_is_invalid(bundle: Handed, tmp_path: Path) -> None:
    assert rezipped(bundle, tmp_path, ("evidence/data/.DS_Store", b"x")) is Verdict.INVALID


# Kinds of entries


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_entry_that_is_no_file_is_refused(bundle: Handed, tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("evidence/report/x")
    info.external_attr = (kind | 0o777) << 16
    assert rezipped(bundle, tmp_path, (info, b"/etc/passwd")) is Verdict.REFUSED


def test_folder_with_content_is_refused(bundle: Handed, tmp_path: Path) -> None:
    assert rezipped(bundle, tmp_path, ("evidence/hidden/", b"content")) is Verdict.REFUSED


def test_entry_that_says_it_is_encrypted_is_refused(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    changed = with_fields(original, lambda head: {"flags": head["flags"] | 1})
    assert verdict(bundle, tmp_path, changed) is Verdict.REFUSED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_is_refused(bundle: Handed, tmp_path: Path, method: int) -> None:
    info = zipfile.ZipInfo("evidence/report/x")
    info.compress_type = method
    assert rezipped(bundle, tmp_path, (info, b"x" * 100)) is Verdict.REFUSED


# Layout


def test_data_before_the_first_entry_is_refused(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    assert verdict(bundle, tmp_path, b"#!/bin/sh\n" + original) is Verdict.REFUSED


def test_data_between_entries_is_refused(bundle: Handed, tmp_path: Path, original: bytes) -> None:
    second = original.index(LOCAL, 4)
    assert verdict(bundle, tmp_path, with_gap(original, second)) is Verdict.REFUSED


def test_data_before_the_directory_is_refused(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    assert verdict(bundle, tmp_path, with_gap(original, directory_of(original))) is Verdict.REFUSED


def test_data_behind_the_end_is_refused(bundle: Handed, tmp_path: Path, original: bytes) -> None:
    assert verdict(bundle, tmp_path, original + b"hidden") is Verdict.REFUSED


def test_comment_of_the_zip_is_no_evidence_and_does_no_harm(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    changed = original[:-2] + struct.pack("<H", 5) + b"hello"
    assert verdict(bundle, tmp_path, changed) is Verdict.VALID


def test_overlapping_entries_are_refused(bundle: Handed, tmp_path: Path, original: bytes) -> None:
    directory = directory_of(original)
    first = original[directory : directory + 46]
    second = original.index(CENTRAL, directory + 4)
    changed = original[: second + 42] + first[42:46] + original[second + 46 :]
    assert verdict(bundle, tmp_path, changed) is Verdict.REFUSED


@pytest.mark.parametrize("cut", [1, 21, 22, 100, 5000])
def test_truncated_zip_is_invalid(
    bundle: Handed, tmp_path: Path, original: bytes, cut: int
) -> None:
    assert verdict(bundle, tmp_path, original[:-cut]) is Verdict.INVALID


def test_flipped_payload_in_a_zip_is_invalid(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    assert verdict(bundle, tmp_path, original.replace(b"hello", b"jello")) is Verdict.INVALID


# Sizes


def test_bomb_is_refused_before_it_is_unpacked(bundle: Handed, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("evidence/report/zeros")
    info.compress_type = zipfile.ZIP_DEFLATED
    assert rezipped(bundle, tmp_path, (info, bytes(50_000_000))) is Verdict.REFUSED


def test_directory_that_understates_a_size_is_refused(bundle: Handed, tmp_path: Path) -> None:
    """Other readers would unpack the whole stream."""
    with_more = {**bundle.files, "data/a2-2.txt": b"hello, and more"}
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in zipped(with_more):
            archive.writestr(name, data)
    crc = zipfile.crc32(b"hello")  # type: ignore[attr-defined]  # zlib's
    changed = with_fields(
        path.read_bytes(),
        lambda head: {"size": 5, "crc": crc} if head["size"] == 15 else {},
    )
    assert verdict(bundle, tmp_path, changed) is Verdict.REFUSED


@pytest.mark.parametrize("local_only", [True, False])
def test_sizes_that_differ_between_the_headers_are_refused(
    bundle: Handed,
    tmp_path: Path,
    local_only: bool,
) -> None:
    path = write_zip(tmp_path / "changed.zip", zipped(bundle.files))
    changed = with_fields(
        path.read_bytes(),
        lambda head: {"size": 4, "packed": 4} if head["size"] == 5 else {},
        local=local_only,
        central=not local_only,
    )
    assert verdict(bundle, tmp_path, changed) is Verdict.REFUSED


def test_number_of_files_that_is_not_so_is_refused(
    bundle: Handed, tmp_path: Path, original: bytes
) -> None:
    at = original.rindex(END)
    changed = original[: at + 8] + b"\1\0\1\0" + original[at + 12 :]
    assert verdict(bundle, tmp_path, changed) is Verdict.REFUSED


def test_large_zip_of_zip64_form_is_valid(bundle: Handed, tmp_path: Path) -> None:
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in zipped(bundle.files):
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
                target.write(data)
    assert bundle.verified(path).verdict is Verdict.VALID


def test_zip64_form_written_to_a_pipe_is_valid(bundle: Handed, tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        def seek(self, *_: object) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for name, data in zipped(bundle.files):
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
                target.write(data)
    assert verdict(bundle, tmp_path, pipe.getvalue()) is Verdict.VALID


# Helpers

_FIELDS = ("version", "flags", "method", "time", "date", "crc", "packed", "size")
_FORM = struct.Struct("<HHHHHIII")


def with_fields(
    data: bytes,
    change: Callable[[dict[str, int]], dict[str, int]],
    *,
    local: bool = True,
    central: bool = True,
) -> bytes:
    """Change fields of headers; the data in between is taken for data."""
    changed = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        offsets = [info.header_offset for info in archive.infolist()]
    places = [offset + 4 for offset in offsets] if local else []
    at = directory_of(data) if central else len(data)
    while data[at : at + 4] == CENTRAL:
        places.append(at + 6)
        at += 46 + sum(struct.unpack_from("<HHH", data, at + 28))
    for place in places:
        head = dict(zip(_FIELDS, _FORM.unpack_from(data, place), strict=True))
        _FORM.pack_into(changed, place, *{**head, **change(head)}.values())
    return bytes(changed)


def directory_of(data: bytes) -> int:
    return int(struct.unpack_from("<I", data, data.rindex(END) + 16)[0])


def with_gap(data: bytes, at: int) -> bytes:
    """Put bytes in, and move every offset behind them, as a careful forger would."""
    gap = b"hidden between"
    changed = bytearray(data[:at] + gap + data[at:])
    directory = directory_of(data)
    end = len(changed) - (len(data) - data.rindex(END))
    struct.pack_into("<I", changed, end + 16, directory + len(gap))
    place = directory + len(gap)
    while changed[place : place + 4] == CENTRAL:
        (offset,) = struct.unpack_from("<I", changed, place + 42)
        if offset >= at:
            struct.pack_into("<I", changed, place + 42, offset + len(gap))
        place += 46 + sum(struct.unpack_from("<HHH", changed, place + 28))
    return bytes(changed)
