"""Zips that two programs would read in two ways, and zips that a decent program re-packed."""

import io
import shutil
import stat
import struct
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from evidencekit.export.sinks import ZipSink
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


def test_comment_of_the_zip_is_refused(bundle: Handed, tmp_path: Path, original: bytes) -> None:
    changed = original[:-2] + struct.pack("<H", 5) + b"hello"
    assert verdict(bundle, tmp_path, changed) is Verdict.REFUSED


def test_comment_of_an_entry_is_refused(bundle: Handed, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("evidence/.DS_Store")
    info.comment = b"hello"
    assert rezipped(bundle, tmp_path, (info, b"x")) is Verdict.REFUSED


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


# Two ends, of which each reader believes another


@pytest.fixture(scope="session")
def two_sets(bundle: Handed, tmp_path_factory: pytest.TempPathFactory) -> "TwoSets":
    return two_sets_of(bundle, tmp_path_factory.mktemp("two"), 0x4242)


@pytest.fixture(scope="session")
def two_sets_in_file(bundle: Handed, tmp_path_factory: pytest.TempPathFactory) -> "TwoSets":
    """The second set lies in a stored file: no field gives it away."""
    return two_sets_of(bundle, tmp_path_factory.mktemp("two"), None)


@pytest.mark.parametrize("kind", ["two_sets", "two_sets_in_file"])
def test_plain_end_that_differs_from_the_zip64_one_is_refused(
    bundle: Handed, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """Info-ZIP and Java believe the plain one, Python the other."""
    sets: TwoSets = request.getfixturevalue(kind)
    end = zip64_end(sets.true, at=len(sets.data)) + plain_end(sets.forged)
    assert names_in(sets.data + end) == names_in(sets.data + plain_end(sets.true))
    assert verdict(bundle, tmp_path, sets.data + end) is Verdict.REFUSED


@pytest.mark.parametrize("kind", ["two_sets", "two_sets_in_file"])
def test_locator_that_points_elsewhere_is_refused(
    bundle: Handed, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """CVE-2025-8291: zipfile took the record before the locator, wherever that points."""
    sets: TwoSets = request.getfixturevalue(kind)
    record = zip64_end(sets.true, at=sets.forged_end)
    changed = sets.data + record + plain_end(MARKERS)
    # A zipfile that minds the locator calls it damaged.
    assert verdict(bundle, tmp_path, changed) in (Verdict.REFUSED, Verdict.INVALID)


def test_second_set_in_a_field_or_file_is_refused_even_where_no_end_names_it(
    bundle: Handed, tmp_path: Path, two_sets: "TwoSets"
) -> None:
    changed = two_sets.data + plain_end(two_sets.true)
    assert verdict(bundle, tmp_path, changed) is Verdict.REFUSED


def test_locator_at_the_end_of_the_directory_is_refused(bundle: Handed, tmp_path: Path) -> None:
    """Python passes it over, where no record stands before it; others follow it."""
    times = struct.pack("<HHIHH", 0x000A, 32, 0, 1, 24)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1)
    info = zipfile.ZipInfo("evidence/.DS_Store")
    info.extra = times + bytes(24)
    assert rezipped(bundle, tmp_path, (info, b"x")) is Verdict.VALID
    info.extra = times + bytes(4) + locator
    assert rezipped(bundle, tmp_path, (info, b"x")) in (Verdict.REFUSED, Verdict.INVALID)


@pytest.mark.parametrize("marked", [(), (0,), (1,), (2,), (0, 1, 2)])
def test_zip64_end_is_valid_whatever_the_plain_one_leaves_to_it(
    bundle: Handed, tmp_path: Path, original: bytes, marked: tuple[int, ...]
) -> None:
    true = end_of(original)
    plain = [MARKERS[n] if n in marked else true[n] for n in range(3)]
    body = original[:-22]
    changed = body + zip64_end(true, at=len(body)) + plain_end(plain)
    assert verdict(bundle, tmp_path, changed) is Verdict.VALID


@pytest.mark.parametrize("which", [0, 1, 2])
def test_marker_without_zip64_end_is_not_valid(
    bundle: Handed, tmp_path: Path, original: bytes, which: int
) -> None:
    plain = list(end_of(original))
    plain[which] = MARKERS[which]
    changed = original[:-22] + plain_end(plain)
    assert verdict(bundle, tmp_path, changed) in (Verdict.REFUSED, Verdict.INVALID)


@pytest.mark.parametrize(
    "change",
    [
        (4, "<Q", 45),
        (14, "<H", 62),
        (16, "<I", 1),
        (20, "<I", 1),
        (24, "<Q", 1),
        (56 + 4, "<I", 1),
        (56 + 8, "<Q", 0),
        (56 + 16, "<I", 2),
        (76 + 4, "<H", 1),
        (76 + 6, "<H", 1),
    ],
)
def test_zip64_end_that_says_anything_else_is_not_valid(
    bundle: Handed, tmp_path: Path, original: bytes, change: tuple[int, str, int]
) -> None:
    body, true = original[:-22], end_of(original)
    end = bytearray(zip64_end(true, at=len(body)) + plain_end(MARKERS))
    assert verdict(bundle, tmp_path, body + end) is Verdict.VALID
    at, form, value = change
    struct.pack_into(form, end, at, value)
    assert verdict(bundle, tmp_path, body + end) in (Verdict.REFUSED, Verdict.INVALID)


@pytest.mark.parametrize("gap", [b"x", bytes(20), bytes(76), b"PK\6\7" + bytes(16)])
def test_data_between_directory_and_end_is_refused(
    bundle: Handed, tmp_path: Path, original: bytes, gap: bytes
) -> None:
    end = end_of(original)
    grown = end[0], end[1] + len(gap), end[2]  # or zipfile would move all offsets
    for plain in (end, grown):
        changed = original[:-22] + gap + plain_end(plain)
        assert verdict(bundle, tmp_path, changed) in (Verdict.REFUSED, Verdict.INVALID)


@pytest.mark.parametrize("limits", [("ZIP64_LIMIT", 100), ("ZIP_FILECOUNT_LIMIT", 3)])
@pytest.mark.parametrize("size", [None, 0])
def test_own_zip_beyond_the_old_limits_is_valid(
    bundle: Handed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[str, int],
    size: int | None,
) -> None:
    monkeypatch.setattr(zipfile, *limits)
    path = tmp_path / "changed.zip"
    with path.open("wb") as stream:
        sink = ZipSink(stream, "evidence")
        for name, data in bundle.files.items():
            sink.write(name, [data], size=None if size is None else len(data))
        sink.close()
    assert b"PK\6\6" in path.read_bytes()
    assert bundle.verified(path).verdict is Verdict.VALID


# Extra fields


def extra_of(kind: int, size: int) -> bytes:
    return struct.pack("<HH", kind, size) + bytes(size)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (extra_of(0x5455, 5), Verdict.VALID),
        (extra_of(0x5455, 13) + extra_of(0x7875, 11), Verdict.VALID),
        (extra_of(0x5855, 12), Verdict.VALID),
        (extra_of(0x000A, 32), Verdict.VALID),
        (extra_of(0x5455, 5) + extra_of(0x5455, 5), Verdict.REFUSED),
        (extra_of(0x5455, 400), Verdict.REFUSED),
        (extra_of(0x7875, 400), Verdict.REFUSED),
        (extra_of(0x5855, 400), Verdict.REFUSED),
        (extra_of(0x000A, 400), Verdict.REFUSED),
        (extra_of(0x0017, 8), Verdict.REFUSED),
        (extra_of(0x9901, 7), Verdict.REFUSED),
        (extra_of(0xCAFE, 0), Verdict.REFUSED),
        (extra_of(0x5455, 5) + b"x", Verdict.REFUSED),
    ],
)
def test_extra_field_is_harmless_or_refused(
    bundle: Handed, tmp_path: Path, extra: bytes, expected: Verdict
) -> None:
    info = zipfile.ZipInfo("evidence/.DS_Store")
    info.extra = extra
    assert rezipped(bundle, tmp_path, (info, b"x")) is expected


@pytest.mark.parametrize("numbers", [0, 1, 2, 3])
def test_zip64_field_that_nothing_asks_for_is_refused(
    bundle: Handed, tmp_path: Path, numbers: int
) -> None:
    path = write_zip(
        tmp_path / "changed.zip",
        [*zipped(bundle.files), ("evidence/.DS_Store", b"x")],
    )
    data = path.read_bytes()
    count, size, offset = end_of(data)
    central = data.rindex(CENTRAL)
    extra = extra_of(1, 8 * numbers)
    changed = bytearray(data[:-22])
    struct.pack_into("<H", changed, central + 30, len(extra))
    end = plain_end((count, size + len(extra), offset))
    assert verdict(bundle, tmp_path, bytes(changed) + extra + end) is Verdict.REFUSED


# Helpers

MARKERS = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF


class TwoSets(NamedTuple):
    """A zip without its end, and two that it could have: number, size and offset."""

    data: bytes
    true: tuple[int, int, int]
    forged: tuple[int, int, int]
    forged_end: int


def two_sets_of(bundle: Handed, folder: Path, kind: int | None) -> TwoSets:
    """Put a second zip into an extra field, or into a stored file, that zipfile passes over."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        forgery = {**bundle.files, "data/a2-2.txt": b"forged", ".DS_Store": b"as many files"}
        for name, data in zipped(forgery):
            archive.writestr(name, data[:100])  # a field has 64 KiB
    count, size, offset = end_of(inner.getvalue())
    hidden = inner.getvalue()[:-22]
    info = zipfile.ZipInfo("evidence/.DS_Store")
    content = b"x"
    at = 30 + len(info.filename)
    if kind is None:
        start = at
        content = hidden + zip64_end((count, size, start + offset), at=0)
    else:
        start = at + 4
        hidden += zip64_end((count, size, start + offset), at=0)[:56]
        info.extra = struct.pack("<HH", kind, len(hidden)) + hidden
    path = write_zip(folder / "two.zip", [(info, content), *zipped(bundle.files)])
    data = path.read_bytes()
    forged = count, size, start + offset
    assert forged[0] == end_of(data)[0]
    return TwoSets(data[:-22], end_of(data), forged, start + offset + size)


def end_of(data: bytes) -> tuple[int, int, int]:
    count, size, offset = struct.unpack_from("<HII", data, len(data) - 12)
    return count, size, offset


def plain_end(numbers: Sequence[int]) -> bytes:
    count, size, offset = numbers
    return struct.pack("<4sHHHHIIH", END, 0, 0, count, count, size, offset, 0)


def zip64_end(numbers: Sequence[int], *, at: int) -> bytes:
    count, size, offset = numbers
    said = 44, 45, 45, 0, 0, count, count, size, offset
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", *said)
    return record + struct.pack("<4sIQI", b"PK\6\7", 0, at, 1)


def names_in(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


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
