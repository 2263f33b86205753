"""What a worker process may use, and how it ties its own hands before it sees a file.

The limits are the kernel's, so they hold for native code too. The audit hook is not: it stops a
Python parser that was talked into starting programs or opening connections, nothing deeper.
"""

import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Per call, except memory and files, which are per process."""

    wall_s: float = 20.0
    """Enforced by the parent, which kills the whole process group."""
    cpu_s: int = 15
    """RLIMIT_CPU; the kernel ends the process with SIGXCPU."""
    memory_bytes: int = 512 * 2**20
    """RLIMIT_AS: address space, the interpreter's own (about 30 MB) included."""
    files: int = 32
    """RLIMIT_NOFILE."""
    output_bytes: int = 0
    """RLIMIT_FSIZE: how far the one file may grow that a writer of the table is given."""


_FORBIDDEN = frozenset(
    {
        "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn",
        "subprocess.Popen", "socket.bind", "socket.connect", "socket.sendto", "ctypes.dlopen",
    }
)  # fmt: skip


_PACKAGES = ("pypdfium2_raw", "pylibmagic")
"""Parsers that load a library of their own when they are imported, by ctypes."""
_OF_THE_SYSTEM = (
    "libmagic.so.1",
    "libarchive.so.13",
    "/usr/lib/libarchive.dylib",
    "/usr/lib/libarchive.2.dylib",
)


def tie_hands(limits: Limits) -> None:
    """Apply to this process, for good: memory, files, no core dump, what may be written."""
    loadable = frozenset(_libraries())
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    _limit(resource.RLIMIT_NOFILE, limits.files)
    _limit(resource.RLIMIT_CORE, 0)  # a core would hold the victim's picture
    _limit(resource.RLIMIT_FSIZE, limits.output_bytes)
    sys.addaudithook(lambda event, arguments: _refuse(event, arguments, loadable))


def allow_cpu(seconds: int) -> None:
    """Let this process use so much more processor time than it has used by now."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, hard))


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    capped = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS; the wall clock still holds
        resource.setrlimit(which, (capped, capped))


def _libraries() -> Iterator[str]:
    """Yield what the few parsers load which may."""
    yield from _OF_THE_SYSTEM
    for package in _PACKAGES:
        spec = find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            yield from (str(path) for path in Path(folder).glob("*.so*"))
            yield from (str(path) for path in Path(folder).glob("*.dylib"))


def _refuse(event: str, arguments: tuple[object, ...], loadable: frozenset[str]) -> None:
    if event == "ctypes.dlopen" and arguments and arguments[0] in loadable:
        return
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} has no place in a parser")
