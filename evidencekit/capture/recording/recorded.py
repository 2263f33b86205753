"""One exchange as a recorder hands it on, and a request that got no answer."""

import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from evidencekit.capture.warc import Block, Exchange

_RANGE = re.compile(
    rb"\r\ncontent-range:[ \t]*bytes 0-(\d{1,15})/(\d{1,15})[ \t]*\r\n", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that got no answer."""

    url: str
    error: str
    """Chromium's name, e.g. ``net::ERR_NAME_NOT_RESOLVED``."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One exchange, and what a judge of the capture needs of it."""

    exchange: Exchange
    method: str
    status: int
    """0 where no answer came."""
    is_whole_upload: bool
    """Whether the request body has the length that was announced."""
    is_overlong: bool = False
    """Whether more came than the head of the answer announces."""
    is_unmatched: bool = False
    """Whether the guard knows nothing of the connection, so that nobody knows the address."""

    @property
    def is_partial(self) -> bool:
        """Whether it must not stand beside whole answers, which a replay would take it for.

        A range that is all of the file is a whole answer: players ask so for what is short, and
        often nothing else of the file is in the record.
        """
        if self.status == HTTPStatus.PARTIAL_CONTENT:
            return self.method != "GET" or not _is_all(self.exchange.response)
        return self.method in {"OPTIONS", "HEAD"} or self.status in {0, 101, 304}

    def close(self) -> None:
        """Remove the spooled bodies."""
        for block in (self.exchange.request, self.exchange.response):
            if block.body is not None:
                block.body.close()


def _is_all(answer: Block) -> bool:
    """Tell whether a range is the whole file, and came whole (RFC 9110 §14.4)."""
    found = _RANGE.search(answer.head)
    if found is None:
        return False
    last, size = map(int, found.groups())
    return last + 1 == size == answer.body_size


def web_url(url: str) -> str:
    """Return an address as the WARC has it: a WebSocket begins as an HTTP exchange."""
    return "http" + url[2:] if url.startswith(("ws:", "wss:")) else url
