"""7z and RAR as a source: unpacked in a worker into one file, and read from there.

The worker has no other file to write to, so no name of a member can lead anywhere; what it says of
the members is checked before it is used.
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, cast

from evidencekit.intake.members import (
    Archive,
    decoded_name,
    member,
    refused_member,
    shown_time,
)
from evidencekit.model.find import Find, Refused
from evidencekit.model.json import Json
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import Worker

SEVEN_ZIP, RAR = "application/x-7z-compressed", "application/vnd.rar"
PACKED = frozenset({SEVEN_ZIP, RAR})
_RAR5 = b"Rar!\x1a\x07\x01\x00"
_MAX_INDEX = 64 * 2**20  # bytes of what is said of the members
_ENDS: Mapping[str, str] = MappingProxyType(
    {"locked": "locked", "damaged": "archive-damaged", "bomb": "archive-bomb",
     "too-many": "archive-too-many"}
)  # fmt: skip
_KINDS: Mapping[str, str] = MappingProxyType({"link": "symlink", "device": "device"})


class PackedSource:
    """Yields the members of one archive; ``scratch`` is a folder for what is unpacked."""

    def __init__(self, stream: BinaryIO, archive: Archive, scratch: Path) -> None:
        self._stream, self._archive, self._scratch = stream, archive, scratch

    def collect(self) -> Iterator[Find | Refused]:
        """Yield members, what is refused of them, and at the end why there are no more."""
        path = self._scratch / f"{self._archive.id}.unpacked"
        try:
            with path.open("x+b") as out:
                yield from self._unpacked(out)
        finally:
            path.unlink(missing_ok=True)

    def _unpacked(self, out: BinaryIO) -> Iterator[Find | Refused]:
        with Worker(_limits(self._archive)) as worker:
            asked: Json = {"format": self._format(), "most": self._archive.most}
            answer = worker.write("archive.unpack", self._stream, out, asked)
        match answer:
            case None:
                yield refused_member(self._archive, b"", "archive-not-opened")
            case {"index_at": int(place), "ended": str(ended)}:
                yield from self._members(out, place)
                if ended != "whole":
                    why = _ENDS.get(ended, "archive-damaged")
                    yield refused_member(self._archive, b"", why)
            case _:
                yield refused_member(self._archive, b"", "archive-damaged")

    def _format(self) -> str:
        if self._archive.media_type == SEVEN_ZIP:
            return "7zip"
        self._stream.seek(0)
        is_new = self._stream.read(len(_RAR5)) == _RAR5
        self._stream.seek(0)
        return "rar5" if is_new else "rar"

    def _members(self, out: BinaryIO, index_at: int) -> Iterator[Find | Refused]:
        out.seek(index_at)
        for number, line in enumerate(out.read(_MAX_INDEX).splitlines()):
            try:
                yield from self._member(out, number, index_at, json.loads(line))
            except (ValueError, RecursionError):
                yield refused_member(self._archive, b"", "archive-damaged")
                return

    def _member(
        self, out: BinaryIO, number: int, index_at: int, told: Json
    ) -> Iterator[Find | Refused]:
        """Take what a worker says on no trust: it may have been taken over by the archive."""
        match told:
            case {
                "name": str(name), "kind": str(kind), "modified": modified, "mode": mode,
                "at": int(at), "size": int(size), "problem": problem,
            } if 0 <= at <= at + size <= index_at:  # fmt: skip
                raw, encoding = decoded_name(bytes.fromhex(name))
            case _:
                yield refused_member(self._archive, b"", "archive-damaged")
                return
        if problem is not None or kind in _KINDS:
            why = _KINDS.get(kind) or _ENDS.get(str(problem), "archive-damaged")
            yield refused_member(self._archive, raw, why)
        elif kind == "file":
            said: dict[str, Json] = {"encoding": encoding}
            if isinstance(modified, int | float):
                said["modified"] = shown_time(modified)
            if isinstance(mode, int) and mode:
                said["mode"] = f"{mode & 0o7777:04o}"
            yield member(self._archive, raw, number, said, _Slice(out, at, size))


def can_unpack() -> str | None:
    """Return the version of libarchive, asked in a worker; None where there is none to be used."""
    with Worker() as worker:
        answer = worker.call("archive.library", io.BytesIO())
    return answer if isinstance(answer, str) else None


class _Slice:
    """Some bytes of the unpacked file."""

    def __init__(self, out: BinaryIO, at: int, size: int) -> None:
        self._out, self._at, self._size = out, at, size

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open at its start."""
        self._out.seek(self._at)
        yield cast("BinaryIO", _Bounded(self._out, self._size))


class _Bounded(io.RawIOBase):
    """The next ``size`` bytes of a stream."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._left = stream, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        data = self._stream.read(min(len(buffer), self._left))
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def _limits(archive: Archive) -> Limits:
    """Give time by size: LZMA unpacks some ten megabytes a second, from a tenth of that."""
    seconds = 60 + archive.size // 2**20
    return Limits(
        wall_s=float(seconds),
        cpu_s=seconds,
        memory_bytes=2 * 2**30,
        output_bytes=archive.most + _MAX_INDEX,
    )
