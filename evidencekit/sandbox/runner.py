"""The parent's side: a worker process that is started when needed, reused, and replaced.

A file is handed over as a read-only descriptor, so a worker that a hostile file has taken over can
neither alter evidence nor name another path. Failing is an ordinary outcome of reading hostile
files, hence a value (:class:`ParserFailed`), not an exception.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import BinaryIO, Literal, Self

from evidencekit.model.json import Json, JsonObject
from evidencekit.sandbox.channel import ChannelClosedError, MessageError, pack, receive, send
from evidencekit.sandbox.handover import HandoverError, descriptor_of
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.table import PARSERS, WRITERS

Why = Literal["timeout", "memory", "crashed", "error"]

_ROOT = str(Path(__file__).resolve().parents[2])
# The worker must be this very package, also where another release is installed: hence not "-m".
_BOOT = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
from evidencekit.sandbox.worker import main
sys.exit(main(sys.argv[1:]))
"""
_INHERITED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")  # to start python; no secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserFailed:
    """No answer from a parser, and why; the worker is replaced where that is safer."""

    why: Why
    detail: str = ""
    """What the parser said: hostile text, short; empty where it could not say anything."""


class Worker:
    """At most one process at a time; started by the first call, ended by leaving the context.

    Calls from several threads take turns.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._process: _Process | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one; a further call starts another."""
        with self._turn:
            self._discard()

    def call(self, parser: str, stream: BinaryIO, argument: Json = None) -> Json | ParserFailed:
        """Run a parser of the table on the whole of ``stream``, whatever its position.

        A position of a real file is left as it was. ``KeyError`` for a name outside the table.
        """
        PARSERS[parser]
        return self._hand_over(parser, stream, argument)

    def write(
        self, writer: str, stream: BinaryIO, out: BinaryIO, argument: Json = None
    ) -> Json | ParserFailed:
        """Run a writer of the table on the whole of ``stream``.

        ``out`` is a plain file, open for reading and writing; what it held is gone. What a writer
        left in it is as trustworthy as the file that was read. ``KeyError`` as in :meth:`call`.
        """
        WRITERS[writer]
        return self._hand_over(writer, stream, argument, out.fileno())

    def _hand_over(
        self, name: str, stream: BinaryIO, argument: Json, *more: int
    ) -> Json | ParserFailed:
        with self._turn:
            try:
                with descriptor_of(stream) as descriptor:
                    return self._call({"parser": name, "argument": argument}, [descriptor, *more])
            except HandoverError as exc:
                return ParserFailed(why="error", detail=str(exc))

    def _call(self, request: JsonObject, descriptors: Sequence[int]) -> Json | ParserFailed:
        was_fresh = self._process is None
        answer = self._call_once(request, descriptors)
        if (
            isinstance(answer, ParserFailed)
            and answer.why in {"memory", "crashed"}
            and not was_fresh
        ):
            # What earlier files left behind must not be blamed on this one.
            return self._call_once(request, descriptors)
        return answer

    def _call_once(self, request: JsonObject, descriptors: Sequence[int]) -> Json | ParserFailed:
        if self._process is None:
            self._process = _Process(self._limits)
        packed = pack(request)
        try:
            answer = self._process.ask(packed, descriptors)
        except BaseException:  # interrupted: its answer must not be taken for that of the next file
            self._discard()
            raise
        if isinstance(answer, ParserFailed) and answer.why != "error":
            self._discard()
        return answer

    def _discard(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


class _Process:
    """A running worker and our end of its channel."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._popen = subprocess.Popen(  # noqa: S603 (our own interpreter and arguments)
                [sys.executable, "-I", "-B", "-c", _BOOT, _ROOT, *_arguments(limits)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={name: os.environ[name] for name in _INHERITED if name in os.environ},
                start_new_session=True,  # its own group: killing it leaves no grandchild behind
            )

    def ask(self, packed: bytes, descriptors: Sequence[int]) -> Json | ParserFailed:
        try:
            send(self._channel, packed, descriptors=descriptors)
            return _judge(receive(self._channel, deadline=monotonic() + self._limits.wall_s))
        except TimeoutError:
            return ParserFailed(why="timeout", detail=f"no answer in {self._limits.wall_s:g} s")
        except ChannelClosedError:
            return self._died()
        except MessageError as exc:
            return ParserFailed(why="crashed", detail=str(exc)[:200])

    def kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a zombie group
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        self._channel.close()

    def _died(self) -> ParserFailed:
        self.kill()
        if self._popen.returncode == -signal.SIGXCPU:
            return ParserFailed(why="timeout", detail=f"more than {self._limits.cpu_s} s of work")
        return ParserFailed(why="crashed", detail=f"status {self._popen.returncode}")


def _arguments(limits: Limits) -> tuple[str, ...]:
    numbers = (limits.cpu_s, limits.memory_bytes, limits.files, limits.output_bytes)
    return tuple(map(str, numbers))


def _judge(answer: Json) -> Json | ParserFailed:
    match answer:
        case {"result": result}:
            return result
        case {"failed": "memory"}:
            return ParserFailed(why="memory")
        case {"failed": "error", "detail": str(detail)}:
            return ParserFailed(why="error", detail=detail)
        case _:
            return ParserFailed(why="crashed", detail="an answer that is none")
