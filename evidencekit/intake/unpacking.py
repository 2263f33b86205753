"""Unpacks a 7z or RAR archive into one file; runs in the sandbox, by the name ``archive.unpack``.

By libarchive, a library of the system, through libarchive-c (the extra ``archives``): both under
permissive licences, and without another program. All members follow one another in the file, and
behind them stands what is said of each, as lines of JSON. Names are never paths of anything.
"""

import ctypes
import importlib
import json
import os
from collections.abc import Iterator
from locale import LC_CTYPE, setlocale
from typing import Any, BinaryIO

from evidencekit.intake.rar5 import locked_members
from evidencekit.model.json import Json, JsonObject

MAX_MEMBERS = 100_000
LIBRARIES = ("libarchive.so.13", "/usr/lib/libarchive.dylib", "/usr/lib/libarchive.2.dylib")
"""Where the systems have it; a worker may load these (:mod:`evidencekit.sandbox.limits`)."""
_LOCKED = ("ncrypt", "assphrase", "assword")
_MAX_NAME = 4_096


def unpack(stream: BinaryIO, out: BinaryIO, argument: Json) -> JsonObject | None:
    """Return where the list begins (``index_at``), and how it ended; None without libarchive.

    ``argument`` holds the ``format`` as libarchive calls it, and how many bytes may come out
    (``most``). ``ended`` is ``whole``, or why not: ``locked``, ``damaged``, ``bomb``, ``too-many``.
    """
    match argument:
        case {"format": str(form), "most": int(most)}:
            found = _library()
        case _:
            raise ValueError("no format, or no limit")
    if found is None:
        return None
    members: list[JsonObject] = []
    ended = _Unpacking(found, stream, out, most=most).run(form, members)
    index_at = out.tell()
    out.writelines(json.dumps(one).encode() + b"\n" for one in members)
    return {"index_at": index_at, "ended": ended}


def library(stream: BinaryIO, argument: Json) -> Json:
    """Return name and version of what unpacks; None without it."""
    del stream, argument
    found = _library()
    return None if found is None else f"libarchive {found.ffi.version_number()}"


def _library() -> Any:
    """Load libarchive by a name that is known to be its own; None where there is none."""
    for name in LIBRARIES:
        os.environ["LIBARCHIVE"] = name
        try:
            setlocale(LC_CTYPE, "C.UTF-8")  # names of 7z come through only so
            return importlib.import_module("libarchive")
        except (ImportError, OSError, TypeError):
            continue
    return None


class _Unpacking:
    """One archive being written out."""

    def __init__(self, library: Any, stream: BinaryIO, out: BinaryIO, *, most: int) -> None:
        self._library, self._stream, self._out = library, stream, out
        self._left = most
        self._locked: frozenset[int] = frozenset()

    def run(self, form: str, members: list[JsonObject]) -> str:
        """Write all that can be; adds to ``members``, and returns how it ended."""
        if form == "rar5":
            self._locked = locked_members(self._stream)
            self._stream.seek(0)
        try:
            with self._library.fd_reader(
                self._stream.fileno(), format_name=form, header_codec="ascii"
            ) as archive:
                for number, entry in enumerate(archive):
                    if number >= MAX_MEMBERS:
                        return "too-many"
                    members.append(self._member(entry, number))
        except _BombError:
            return "bomb"
        except self._library.ArchiveError as exc:
            return _why(exc)
        return "whole"

    def _member(self, entry: Any, number: int) -> JsonObject:
        told: JsonObject = {
            "name": _name(entry.pathname),
            "kind": _kind(entry),
            "modified": entry.mtime,
            "mode": entry.mode & 0o7777 if entry.mode else None,
            "at": self._out.tell(),
        }
        if told["kind"] != "file":
            return {**told, "size": 0, "problem": None}
        problem = "locked" if number in self._locked or self._is_locked(entry) else None
        try:
            for block in _blocks(entry):
                self._left -= len(block)
                if self._left < 0:
                    raise _BombError
                self._out.write(block)
        except self._library.ArchiveError as exc:
            problem = problem or _why(exc)
        return {**told, "size": self._out.tell() - int(str(told["at"])), "problem": problem}

    def _is_locked(self, entry: Any) -> bool:
        asked = self._library.ffi.libarchive.archive_entry_is_encrypted
        return bool(asked(ctypes.c_void_p(entry._entry_p)))  # noqa: SLF001 (it has no name for it)


class _BombError(Exception):
    """More came out than may."""


def _blocks(entry: Any) -> Iterator[bytes]:
    yield from entry.get_blocks()


def _name(raw: str | bytes | None) -> str:
    """Return the bytes of a name, as hexadecimal digits; UTF-8 where the format knows letters."""
    data = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw or b""
    return data[:_MAX_NAME].hex()


def _kind(entry: Any) -> str:
    if entry.issym or entry.islnk:
        return "link"
    return "file" if entry.isfile else "folder" if entry.isdir else "device"


def _why(exc: Exception) -> str:
    return "locked" if any(word in str(exc) for word in _LOCKED) else "damaged"
