"""The worker's side: one process, one request at a time, until its parent goes away.

Started by :mod:`evidencekit.sandbox.runner` with the channel as standard input. Standard output and
error lead nowhere, so nothing that a parser prints reaches a person or the channel.
"""

import os
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from typing import BinaryIO, cast

from evidencekit.model.json import Json
from evidencekit.sandbox.channel import (
    ChannelClosedError,
    MessageError,
    pack,
    receive_with_descriptors,
    send,
)
from evidencekit.sandbox.limits import Limits, allow_cpu, tie_hands
from evidencekit.sandbox.table import PARSERS, WRITERS, Parser, Writer

_MAX_DETAIL = 300  # characters of a parser's complaint
_OUT_OF_MEMORY = pack({"failed": "memory", "detail": ""})  # made while there is memory


def main(arguments: list[str]) -> int:
    """Serve the channel on standard input; ``arguments`` are its limits but the wall clock."""
    cpu_s, memory_bytes, files, output_bytes = (int(argument) for argument in arguments)
    limits = Limits(cpu_s=cpu_s, memory_bytes=memory_bytes, files=files, output_bytes=output_bytes)
    with _channel_from_stdin() as channel:
        import_module("ctypes")  # loads a library when it is loaded, and numpy needs it
        tie_hands(limits)
        try:
            while _serve(channel, limits):
                pass
        except ChannelClosedError:
            return 0
    return 1


def _channel_from_stdin() -> socket.socket:
    channel = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    return channel


def _serve(channel: socket.socket, limits: Limits) -> bool:
    """Answer one request; False where this process should not be trusted with another."""
    request, descriptors = receive_with_descriptors(channel)
    if not descriptors or not isinstance(request, dict):
        raise ChannelClosedError  # not our parent
    allow_cpu(limits.cpu_s)
    try:
        with ExitStack() as opened:
            # A descriptor has no path.
            source = opened.enter_context(open(descriptors[0], "rb"))  # noqa: PTH123
            outs = [opened.enter_context(open(one, "r+b")) for one in descriptors[1:]]  # noqa: PTH123
            answer = pack(
                {"result": _run(str(request["parser"]), source, outs, request["argument"])}
            )
    except MemoryError:
        send(channel, _OUT_OF_MEMORY)
        return False
    except (Exception, MessageError) as exc:  # noqa: BLE001 (whatever a parser raises is its answer)
        answer = pack({"failed": "error", "detail": _complaint(exc)})
    send(channel, answer)
    return True


def _run(name: str, source: BinaryIO, outs: Sequence[BinaryIO], argument: Json) -> Json:
    source.seek(0)
    if not outs:
        return cast("Parser", _function(PARSERS[name]))(source, argument)
    out = outs[0]
    out.seek(0)
    out.truncate()  # of an attempt that failed
    return cast("Writer", _function(WRITERS[name]))(source, out, argument)


@cache
def _function(place: tuple[str, str]) -> object:
    module, name = place
    return getattr(import_module(module), name)  # of which type, the table says


def _complaint(exc: BaseException) -> str:
    said = f"{type(exc).__name__}: {exc}"[:_MAX_DETAIL]
    return said.encode("utf-8", errors="replace").decode("utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
