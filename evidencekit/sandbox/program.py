"""A program of somebody else's on a hostile file: limited by the kernel, ended with its children.

The file is its standard input, so it never learns a name; it starts in ``/``, without the user's
environment, and what it says is read up to a limit.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

from evidencekit.sandbox.handover import HandoverError, descriptor_of
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import ParserFailed

MAX_SAID = 8 * 2**20  # bytes
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
# Limits are set by a Python of its own, since threads of ours forbid code between fork and exec.
_BOOT = """\
import os, resource, sys
cpu, memory, files, output = map(int, sys.argv[1:5])
for which, value in ((resource.RLIMIT_CPU, cpu), (resource.RLIMIT_AS, memory),
                     (resource.RLIMIT_NOFILE, files), (resource.RLIMIT_FSIZE, output),
                     (resource.RLIMIT_CORE, 0)):
    try:
        resource.setrlimit(which, (value, value))
    except (ValueError, OSError):
        pass
os.execvp(sys.argv[5], sys.argv[5:])
"""


def run_program(command: Sequence[str], stream: BinaryIO, limits: Limits) -> bytes | ParserFailed:
    """Return what the program writes to its standard output; the whole of ``stream`` is its input.

    Why it gave nothing is a value, as for parsers of our own; an exit code other than 0 is none.
    """
    try:
        with descriptor_of(stream) as descriptor:
            os.lseek(descriptor, 0, os.SEEK_SET)
            return _run(command, descriptor, limits)
    except HandoverError as exc:
        return ParserFailed(why="error", detail=str(exc))


def _run(command: Sequence[str], descriptor: int, limits: Limits) -> bytes | ParserFailed:
    numbers = (limits.cpu_s, limits.memory_bytes, limits.files, limits.output_bytes)
    process = subprocess.Popen(  # noqa: S603 (our own interpreter; the command is the caller's)
        [sys.executable, "-I", "-S", "-c", _BOOT, *map(str, numbers), *command],
        stdin=descriptor,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={name: os.environ[name] for name in _INHERITED if name in os.environ},
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=limits.wall_s)
    except subprocess.TimeoutExpired:
        return ParserFailed(why="timeout", detail=f"no answer in {limits.wall_s:g} s")
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if len(said) > MAX_SAID:
        return ParserFailed(why="error", detail="more was said than is read")
    return said
