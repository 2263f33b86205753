"""Parsers that misbehave on purpose, so that tests and ``doctor`` see the limits hold *here*.

A limit that the operating system accepts and ignores (RLIMIT_AS on macOS) shows only when tried.
"""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import BinaryIO

from evidencekit.model.json import Json

_BLOCK = 16 * 2**20


def echo(stream: BinaryIO, argument: Json) -> Json:
    """Return the argument and the first bytes, as hexadecimal."""
    return {"argument": argument, "head": stream.read(16).hex()}


def copy(stream: BinaryIO, out: BinaryIO, argument: Json) -> Json:
    """Write the file into ``out`` as often as the argument says."""
    times = argument if isinstance(argument, int) else 1
    data = stream.read()
    out.writelines(data for _ in range(times))
    out.flush()
    return out.tell()


def spin(stream: BinaryIO, argument: Json) -> Json:
    """Never return, and burn nothing: only the wall clock can end it."""
    del stream, argument
    while True:
        time.sleep(60)


def burn(stream: BinaryIO, argument: Json) -> Json:
    """Never return, and burn processor time."""
    del stream, argument
    while True:
        pass


def hoard(stream: BinaryIO, argument: Json) -> Json:
    """Take memory until there is none."""
    del stream, argument
    hoarded: list[bytes] = []
    while True:
        hoarded.append(b"x" * _BLOCK)


def die(stream: BinaryIO, argument: Json) -> Json:
    """End as a crash in native code would."""
    del stream, argument
    os.kill(os.getpid(), signal.SIGSEGV)
    return None


def fail(stream: BinaryIO, argument: Json) -> Json:
    """Raise what parsers raise."""
    del stream
    raise ValueError(str(argument))


def flood(stream: BinaryIO, argument: Json) -> Json:
    """Answer with more than the channel takes."""
    del stream, argument
    return "x" * (64 * 2**20)


def write(stream: BinaryIO, argument: Json) -> Json:
    """Write a file, which no parser may; ``argument`` is its path."""
    del stream
    Path(str(argument)).write_bytes(b"written by a parser")
    return "written"


def spawn(stream: BinaryIO, argument: Json) -> Json:
    """Start another program, which no parser may."""
    del stream, argument
    subprocess.run(["/bin/true"], check=True)
    return "spawned"
