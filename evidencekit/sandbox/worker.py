"""The worker's side: one process, one request at a time, until its parent goes away.

Started by :mod:`evidencekit.sandbox.runner` with the channel as standard input. Standard output and
error lead nowhere, so nothing that a parser prints reaches a person or the channel.
"""

import os
import socket
import sys
from functools import cache
from importlib import import_module
from typing import BinaryIO, cast

from evidencekit.model.json import Json
from evidencekit.sandbox.channel import (
    ChannelClosedError,
    MessageError,
    pack,
    receive_with_descriptor,
    send,
)
from evidencekit.sandbox.limits import Limits, allow_cpu, tie_hands
from evidencekit.sandbox.table import PARSERS, Parser

_MAX_DETAIL = 300  # characters of a parser's complaint
_OUT_OF_MEMORY = pack({"failed": "memory", "detail": ""})  # made while there is memory


def main(arguments: list[str]) -> int:
    """Serve the channel on standard input; ``arguments``: processor seconds, memory, files."""
    cpu_s, memory_bytes, files = (int(argument) for argument in arguments)
    limits = Limits(cpu_s=cpu_s, memory_bytes=memory_bytes, files=files)
    with _channel_from_stdin() as channel:
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
    request, descriptor = receive_with_descriptor(channel)
    if descriptor is None or not isinstance(request, dict):
        raise ChannelClosedError  # not our parent
    allow_cpu(limits.cpu_s)
    try:
        with open(descriptor, "rb") as stream:  # noqa: PTH123 (a descriptor has no path)
            stream.seek(0)
            answer = pack({"result": _run(str(request["parser"]), stream, request["argument"])})
    except MemoryError:
        send(channel, _OUT_OF_MEMORY)
        return False
    except (Exception, MessageError) as exc:  # noqa: BLE001 (whatever a parser raises is its answer)
        answer = pack({"failed": "error", "detail": _complaint(exc)})
    send(channel, answer)
    return True


def _run(name: str, stream: BinaryIO, argument: Json) -> Json:
    return _parser(name)(stream, argument)


@cache
def _parser(name: str) -> Parser:
    module, function = PARSERS[name]
    return cast("Parser", getattr(import_module(module), function))  # the table is the type's word


def _complaint(exc: BaseException) -> str:
    said = f"{type(exc).__name__}: {exc}"[:_MAX_DETAIL]
    return said.encode("utf-8", errors="replace").decode("utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
