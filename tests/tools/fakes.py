"""Stand-ins at the seams; each passes the same contract tests as what it stands for."""

import hashlib
import io
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from evidencekit.demo.authority import DemoAuthority
from evidencekit.errors import TsaUnavailable
from evidencekit.model.find import Content, Find, Refused
from evidencekit.model.seal import Stamp
from evidencekit.proof.rfc3161 import build_request, plain_response, read_token

START = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@dataclass
class FixedClock:
    """Stands still until it is told to move."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass
class SteadyBytes:
    """Looks like randomness, and is the same in every run."""

    seed: bytes = b"evidencekit tests"
    taken: int = 0

    def __call__(self, size: int) -> bytes:
        blocks = b""
        while len(blocks) < size:
            blocks += hashlib.sha256(self.seed + self.taken.to_bytes(8)).digest()
            self.taken += 1
        return blocks[:size]


class FakeAuthority:
    """A timestamping authority in this process."""

    name = "fake:authority"

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self.demo = DemoAuthority(clock=clock)

    def stamp(self, message: bytes) -> Stamp:
        request = build_request(message, nonce=secrets.randbits(64) | 1 << 63)
        response = plain_response(self.demo.answer(request))
        token = read_token(response, request, message, what="timestamp")
        return Stamp(
            tsa=self.name,
            request=request,
            response=response,
            gen_time=token.gen_time,
            is_authority_checked=True,
        )


class AbsentAuthority:
    """A timestamping authority that never answers."""

    name = "fake:absent"

    def stamp(self, message: bytes) -> Stamp:
        raise TsaUnavailable(f"timestamp authority {self.name}: no usable answer")


@dataclass(frozen=True)
class BytesContent:
    """Content that lies in memory."""

    data: bytes

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        yield io.BytesIO(self.data)


@dataclass
class FakeSource:
    """Yields what it was given."""

    items: Sequence[Find | Refused] = field(default_factory=list)

    def collect(self) -> Iterator[Find | Refused]:
        yield from self.items


def a_find(data: bytes | Content, name: str = "note.txt") -> Find:
    content = BytesContent(data) if isinstance(data, bytes) else data
    return Find(name=name, content=content, origin="intake", acquired_at=START)
