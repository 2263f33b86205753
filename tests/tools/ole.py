"""OLE compound files ([MS-CFB], version 3) made byte by byte: streams, one level of storages."""

import struct
from collections.abc import Mapping, Sequence

from tests.tools import media

SECTOR, _SHORTEST = 512, 4096  # below that streams lie in a stream of their own, not made here
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
MARK = "MARK-7f3a91"
TIME = 133_600_000_000_000_000  # 2024-05-12 15:06:40 UTC in steps of 100 ns since 1601
HWP_SUMMARY, SUMMARY = "\x05HwpSummaryInformation", "\x05SummaryInformation"
DOCUMENT_SUMMARY = "\x05DocumentSummaryInformation"


def container(streams: Mapping[str, bytes], *, times: int = 0) -> bytes:
    """Return a file with these streams; ``a/b`` lies in the storage ``a``."""
    entries = _entries(sorted(streams))
    directory_sectors = -(-len(entries) * 128 // SECTOR)
    sizes = {name: -(-max(len(data), _SHORTEST) // SECTOR) for name, data in streams.items()}
    total = directory_sectors + sum(sizes.values())
    fat_sectors = next(n for n in range(1, 100) if (total + n) * 4 <= n * SECTOR)
    fat, starts, at = [_FAT] * fat_sectors, {}, fat_sectors
    for name, count in (("", directory_sectors), *sizes.items()):
        starts[name] = at
        fat += [*range(at + 1, at + count), _END]
        at += count
    fat += [_FREE] * (fat_sectors * SECTOR // 4 - len(fat))
    directory = b"".join(_entry(one, streams, starts, times) for one in entries)
    bodies = [data.ljust(sizes[name] * SECTOR, b"\0") for name, data in streams.items()]
    return b"".join(
        (
            _header(fat_sectors),
            struct.pack(f"<{len(fat)}I", *fat),
            directory.ljust(directory_sectors * SECTOR, b"\0"),
            *bodies,
        )
    )


def _header(fat_sectors: int) -> bytes:
    places = [*range(fat_sectors), *[_FREE] * (109 - fat_sectors)]
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    )
    counts = struct.pack("<9I", 0, fat_sectors, fat_sectors, 0, _SHORTEST, _END, 0, _END, 0)
    return head + bytes(6) + counts + struct.pack("<109I", *places)


def _entries(names: Sequence[str]) -> list[tuple[str, str, int, int, int]]:
    """Return name, full name, type, next sibling and first child of each entry."""
    storages = sorted({name.partition("/")[0] for name in names if "/" in name})
    top = [*(name for name in names if "/" not in name), *storages]
    listed = ["", *top]
    found: list[tuple[str, str, int, int, int]] = [("Root Entry", "", _ROOT, _FREE, 1)]
    inner: list[tuple[str, str, int, int, int]] = []
    for place, name in enumerate(top, 1):
        sibling = place + 1 if place < len(top) else _FREE
        if name not in storages:
            found.append((name, name, _STREAM, sibling, _FREE))
            continue
        children = [one for one in names if one.startswith(f"{name}/")]
        first = len(listed) + len(inner)
        found.append((name, "", _STORAGE, sibling, first))
        for number, one in enumerate(children, 1):
            following = first + number if number < len(children) else _FREE
            inner.append((one.partition("/")[2], one, _STREAM, following, _FREE))
    return found + inner


def _entry(
    one: tuple[str, str, int, int, int],
    streams: Mapping[str, bytes],
    starts: Mapping[str, int],
    times: int,
) -> bytes:
    name, full, kind, sibling, child = one
    coded = name.encode("utf-16-le")
    size = max(len(streams[full]), _SHORTEST) if kind == _STREAM else 0
    start = starts[full] if kind == _STREAM else (_END if kind == _ROOT else 0)
    stamps = (times, times) if kind == _STORAGE else (0, 0)
    head = coded.ljust(64, b"\0") + struct.pack(
        "<HBB3I", len(coded) + 2, kind, 1, _FREE, sibling, child
    )
    return head + bytes(20) + struct.pack("<2QIQ", *stamps, start, size)


def properties(values: Mapping[int, str | bytes | int]) -> bytes:
    """Return a property set; numbers above 2**32 are times, others two bytes."""
    coded = {number: _value(value) for number, value in values.items()}
    places, at = b"", 8 + 8 * len(coded)
    for number, data in coded.items():
        places += struct.pack("<2I", number, at)
        at += len(data)
    section = struct.pack("<2I", at, len(coded)) + places + b"".join(coded.values())
    return struct.pack("<HHI16xI16xI", 0xFFFE, 0, 2, 1, 48) + section


def _value(value: str | bytes | int) -> bytes:
    match value:
        case str():
            coded = (value + "\0").encode("utf-16-le")
            data = struct.pack("<2I", 31, len(coded) // 2) + coded
        case bytes():
            data = struct.pack("<2I", 30, len(value) + 1) + value + b"\0"
        case int() if value >= 2**32:
            data = struct.pack("<IQ", 64, value)
        case _:
            data = struct.pack("<Ih", 2, value)
    return data + bytes(-len(data) % 4)


def hwp_header(flags: int) -> bytes:
    """Return the stream that says how a document of HWP is kept."""
    return b"HWP Document File".ljust(32, b"\0") + bytes((4, 3, 0, 5)) + struct.pack("<I", flags)


def hwp(*, flags: int = 0) -> bytes:
    """Return a document of HWP 5 with a mark in every property, and a picture with Exif."""
    said: Mapping[int, str | bytes | int] = {
        2: f"제목 {MARK}", 4: f"작성자 {MARK}", 8: f"고친 사람 {MARK}", 20: "2024년 5월 12일",
        12: TIME, 13: TIME,
    }  # fmt: skip
    picture = media.Jpeg(
        before=media.exif_segment(media.exif({media.MAKE: "Maker " + MARK}))
    ).encode()
    return container(
        {
            "FileHeader": hwp_header(flags), HWP_SUMMARY: properties(said),
            "PrvImage": b"GIF89a", "PrvText": "본문".encode("utf-16-le"),
            "BinData/BIN0001.jpg": picture,
        },
        times=TIME,
    )  # fmt: skip


def word(*, is_locked: bool = False) -> bytes:
    """Return a document of Word 97 whose names are of the Korean code page."""
    said: Mapping[int, str | bytes | int] = {
        1: 949, 2: f"제목 {MARK}".encode("cp949"), 4: f"김상담 {MARK}".encode("cp949"),
        8: b"last " + MARK.encode(), 12: TIME, 18: b"Microsoft Word " + MARK.encode(),
    }  # fmt: skip
    company: Mapping[int, str | bytes | int] = {1: 949, 15: b"Company " + MARK.encode()}
    head = b"\xec\xa5" + bytes(9) + bytes((int(is_locked),))
    return container(
        {
            "WordDocument": head, SUMMARY: properties(said),
            DOCUMENT_SUMMARY: properties(company), "Macros/VBA": b"Sub",
        }
    )  # fmt: skip
