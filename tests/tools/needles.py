"""Looks for marked bytes everywhere: in files, packed ones, and those without a name."""

import base64
import gzip
import io
import os
import stat
import threading
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

MARK = b"\x9d\x01\xe3KIND\xd8\x02\xf7\x13\x8b"
"""Thirteen bytes: every alignment of base64 occurs where it is repeated."""
_TURNED = [(MARK * 3)[at : at + len(MARK)] for at in range(3)]
MAX_READ = 64 << 20


def _needles() -> dict[str, bytes]:
    found = {"raw": MARK, "hex": MARK.hex().encode(), "HEX": MARK.hex().upper().encode()}
    for at, one in enumerate(_TURNED):
        code = base64.b64encode(one)[:16]
        found[f"base64-{at}"] = code
        found[f"base64url-{at}"] = base64.urlsafe_b64encode(one)[:16]
        found[f"base64-utf16-{at}"] = code.decode().encode("utf-16-le")
    text = MARK.decode("latin-1")
    found |= {
        "percent": quote(MARK).encode(),
        "utf8-of-latin1": text.encode(),
        "utf16-of-latin1": text.encode("utf-16-le"),
        "decimal": ",".join(map(str, MARK)).encode(),
        "decimal-spaced": ", ".join(map(str, MARK)).encode(),
        "hex-unpadded": " ".join(f"{one:x}" for one in MARK).encode(),
        "hex-spaced": MARK.hex(" ").encode(),
        "escaped-x": "".join(f"\\x{one:02x}" for one in MARK).encode(),
        "escaped-u": "".join(f"\\u{one:04x}" for one in MARK).encode(),
        "references": "".join(f"&#{one};" for one in MARK).encode(),
        "all-percent": "".join(f"%{one:02x}" for one in MARK).encode(),
        "base85": base64.b85encode((MARK * 4)[:40])[:30],
        "base32": base64.b32encode((MARK * 5)[:60])[:60],
    }
    return found


NEEDLES = _needles()


def needles_in(data: bytes) -> set[str]:
    """Return in which forms the mark is in ``data``, unpacked as far as that is possible."""
    return {name for name, one in NEEDLES.items() for part in _unpacked(data) if one in part}


def _unpacked(data: bytes, depth: int = 0) -> Iterator[bytes]:
    yield data
    if depth < 3 and data[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield from _unpacked(_all_members(data), depth + 1)
    if depth < 3 and data[:2] == b"PK":
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as container:
            for name in container.namelist():
                yield from _unpacked(container.read(name), depth + 1)


def _all_members(data: bytes) -> bytes:
    """Unpack what there is, also where the last member is torn."""
    out = bytearray()
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream, suppress(OSError, EOFError, zlib.error):
        while piece := stream.read(1 << 20):
            out += piece
    return bytes(out)


def needles_below(folders: Iterable[Path]) -> dict[str, set[str]]:
    """Return what is found in which file below ``folders``."""
    found = {}
    for folder in folders:
        for path in _files(folder):
            with suppress(OSError):
                names = needles_in(path.read_bytes())
                if names:
                    found[str(path)] = names
    return found


def _files(folder: Path) -> Iterator[Path]:
    for place, _folders, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            with suppress(OSError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


class Watcher:
    """Looks again and again while something runs, also into files that were deleted."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = tuple(folders)
        self.found: dict[str, set[str]] = {}
        self.seen: set[str] = set()
        self.rounds = 0
        self._is_over = threading.Event()
        self._known: dict[str, tuple[int, int]] = {}

    def look(self) -> None:
        """Look once."""
        self.rounds += 1
        for folder in self.folders:
            for path in _files(folder):
                self._look_into(str(path), path)
        for process in processes_below(os.getpid()):
            with suppress(OSError):
                for path in Path(f"/proc/{process}/fd").iterdir():
                    self._look_if_deleted(path)

    def _look_if_deleted(self, path: Path) -> None:
        with suppress(OSError):
            target = str(path.readlink())
            if target.startswith("/") and target.endswith("(deleted)"):
                self._look_into(target, path)

    def _look_into(self, name: str, path: Path) -> None:
        with suppress(OSError, ValueError):
            info = path.stat()
            if not stat.S_ISREG(info.st_mode) or not info.st_size or _is_in_memory(info.st_dev):
                return
            self.seen.add(name)
            version = (info.st_mtime_ns, info.st_size)
            if self._known.get(name) == version:
                return
            self._known[name] = version
            with path.open("rb") as stream:
                names = needles_in(stream.read(MAX_READ))
            if names:
                self.found.setdefault(name, set()).update(names)

    def _run(self) -> None:
        while not self._is_over.wait(0.02):
            self.look()


def processes_below(root: int) -> set[int]:
    """Return a process and all that it started, which may have been started by each other."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = path.read_text(errors="replace").rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(words[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


@contextmanager
def watching(folders: Iterable[Path]) -> Iterator[Watcher]:
    """Look while the context lasts, and once more at its end."""
    watcher = Watcher(folders)
    thread = threading.Thread(target=watcher._run, daemon=True)
    thread.start()
    try:
        yield watcher
    finally:
        watcher._is_over.set()
        thread.join()
        watcher.look()


def _is_in_memory(device: int) -> bool:
    """Return whether a file lies in memory: /dev/shm and anonymous files are no disk."""
    return device in _MEMORY


def _memory_devices() -> frozenset[int]:
    devices = set()
    with suppress(OSError):
        devices.add(Path("/dev/shm").stat().st_dev)  # noqa: S108 (looked at, not used)
    with suppress(OSError, AttributeError):
        fd = os.memfd_create("probe")
        devices.add(os.fstat(fd).st_dev)
        os.close(fd)
    return frozenset(devices)


_MEMORY = _memory_devices()
