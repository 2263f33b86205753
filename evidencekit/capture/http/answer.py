"""What one request came to, in stable words: a hang, a reset and rubbish are answers too."""

import http.client
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from urllib3.exceptions import HTTPError, InvalidChunkLength
from urllib3.exceptions import IncompleteRead as CutShort

from evidencekit.capture.address import absolute
from evidencekit.capture.http.tape import Tape
from evidencekit.capture.warc import Truncated

NETWORK_ERRORS = (HTTPError, http.client.HTTPException, OSError, ValueError)
"""Whatever the libraries raise where a server does not do as it should."""
_PIECE = 64 * 1024
_SMALL_PIECE = 512  # of what is read for links: a piece that is cut off never reaches us
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one request came to."""

    url: str
    status: int | None
    """None where no readable status line arrived."""
    headers: Mapping[str, str]
    """Names in lower case, equal ones joined by a comma."""
    reason: str | None
    """Why this is not a whole answer, None where it is."""
    location: str | None = None
    """Where it redirects, as an absolute URL."""
    content: bytes = b""
    """Start of the body without transfer coding, where it was asked for."""
    is_content_whole: bool = True
    ip: str | None = None
    sent_at: datetime | None = None
    head_at: datetime | None = None
    """When the head of the answer had come; None where none did."""

    @property
    def is_ok(self) -> bool:
        """Whether a whole 2xx answer came."""
        return self.reason is None and self.status is not None and self.status // 100 == 2  # noqa: PLR2004 (RFC 9110 §15)


class Answer:
    """What is known of an answer while it arrives."""

    def __init__(self, *, keep_bytes: int) -> None:
        self._keep_bytes = keep_bytes
        self.piece_bytes = _SMALL_PIECE if keep_bytes else _PIECE
        self.head_at: datetime | None = None
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.content = bytearray()
        self.body_bytes = 0
        self.reason: str | None = None
        self.truncated: Truncated | None = None

    def begin(self, status: int, headers: Mapping[str, str], *, at: datetime) -> None:
        """Note the head."""
        self.head_at, self.status = at, status
        self.headers = {name.lower(): value for name, value in headers.items()}

    def take(self, piece: bytes) -> None:
        """Note some of the body."""
        self.body_bytes += len(piece)
        self.content += piece[: self._keep_bytes - len(self.content)]

    def end(self, reason: str, truncated: Truncated | None) -> None:
        """Note why it is not whole."""
        self.reason, self.truncated = reason, truncated

    def reply(self, url: str, *, ip: str | None, sent_at: datetime | None) -> Reply:
        """Return it as it is now."""
        given = self.headers.get("location") if self.status in _REDIRECTS else None
        return Reply(
            url=url,
            status=self.status,
            headers=self.headers,
            reason=self.reason,
            location=absolute(url, _as_utf8(given)) if given and given.strip() else None,
            content=bytes(self.content),
            is_content_whole=len(self.content) == self.body_bytes,
            ip=ip,
            sent_at=sent_at,
            head_at=self.head_at,
        )


def why_not(exc: BaseException, tape: Tape) -> tuple[str, Truncated | None]:
    """Return reason and truncation for what the libraries raised, by what lies beneath it."""
    causes = list(_causes(exc))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"tls-failed {cause.verify_message}", None
    for kinds, reason, truncated in _FAILURES:
        if any(isinstance(cause, kinds) for cause in causes):
            phase = ("read" if tape.sent else "connect") if reason == "timed-out" else ""
            return f"{reason} {phase}".rstrip(), truncated
    return "malformed-http", "unspecified"


_FAILURES: tuple[tuple[Any, str, Truncated | None], ...] = (
    (ssl.SSLError, "tls-failed protocol", "disconnect"),
    (TimeoutError, "timed-out", "time"),
    (http.client.RemoteDisconnected, "no-answer", None),
    (ConnectionError, "connection-reset", "disconnect"),
    (InvalidChunkLength, "malformed-http", "unspecified"),  # an IncompleteRead by inheritance
    (http.client.LineTooLong, "header-too-large 65536", "length"),
    ((http.client.IncompleteRead, CutShort), "incomplete-body", "disconnect"),
)
"""In this order: the first kind found anywhere beneath an exception is what it was."""


def _as_utf8(value: str) -> str:
    # http.client reads headers as Latin-1; servers that put raw bytes there mean UTF-8.
    return value.encode("latin-1", "replace").decode("utf-8", "replace")


def _causes(exc: BaseException) -> Iterator[BaseException]:
    pending: list[object] = [exc]
    seen: set[int] = set()
    while pending:
        cause = pending.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            pending += [cause.__cause__, cause.__context__, getattr(cause, "reason", None)]
            pending += cause.args
