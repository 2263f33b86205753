"""Fetches whole what the page's players took only in part.

A player asks for ranges and stops when its buffer is full, so of a long video only the beginning
comes, as answers with status 206. When the page is done, each such file is asked for once more by
the same browser: same cookies, same route, no range, past the cache. The browser throws the body
away; what counts is that it passes through the network log, where its exchange is marked.

Never for what answered with an error, and within limits: files are fetched in the order in which
the page asked for them while bytes and time last.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidencekit.capture.chromium.cdp import CallRefused, CallTimedOut, Connection, Params

MAX_FILES = 20
MAX_WATCHED = 1000
TOTAL_S = 120.0
"""For all files together."""
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
_OPTIONS = {"disableCache": True, "includeCredentials": True}
_WHOLE, _PART = 200, 206


@dataclass(slots=True, kw_only=True)
class _File:
    """One file of a player."""

    url: str
    frame: str
    session: str | None
    size: int | None = None
    """In bytes, as stated; None where nothing is: a live stream, which is never whole."""
    parts: list[tuple[int, int]] = field(default_factory=list)
    """First and last byte of each part that came whole."""

    def is_cut(self) -> bool:
        reached = 0
        for first, last in sorted(self.parts):
            if first > reached:
                break
            reached = max(reached, last + 1)
        return self.size is not None and reached < self.size


class Media:
    """The media of one page: which came in parts, and fetching those again.

    Made before the page is opened. :meth:`is_refetch` may be asked from another thread.
    """

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock
        self._files: dict[str, _File] = {}
        self._under_way: dict[str, tuple[_File, tuple[int, int]]] = {}
        self._since: dict[str, datetime] = {}
        self._made_whole: set[str] = set()
        self._handlers: Mapping[str, Callable[[Params, str | None], None]] = {
            "Network.responseReceived": self._response,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
        }
        connection.listen(self._on)

    @property
    def refetched(self) -> int:
        """How many files are whole only because we asked again."""
        return len(self._made_whole)

    @property
    def incomplete(self) -> int:
        """How many files did not come whole."""
        return sum(one.is_cut() and url not in self._made_whole for url, one in self._files.items())

    def is_refetch(self, url: str, at: datetime, request_head: bytes) -> bool:
        """Return whether a request of the log is ours: players go on asking, but for ranges."""
        since = self._since.get(url)
        return since is not None and at >= since and b"\nrange:" not in request_head.lower()

    def refetch(self, left_bytes: Callable[[], int]) -> None:
        """Fetch what is incomplete; ``left_bytes`` is asked before each file and may raise."""
        until = time.monotonic() + TOTAL_S
        for file in [one for one in self._files.values() if one.is_cut()][:MAX_FILES]:
            limit_s = until - time.monotonic()
            if limit_s <= 0 or (file.size or 0) > left_bytes():
                return
            self._since[file.url] = self._clock()
            if self._fetch(file, limit_s):
                self._made_whole.add(file.url)

    def _fetch(self, file: _File, limit_s: float) -> bool:
        request = {"frameId": file.frame, "url": file.url, "options": _OPTIONS}
        try:
            answer = self._connection.call(
                "Network.loadNetworkResource", request, session=file.session, timeout_s=limit_s
            ).get("resource", {})
        except (CallTimedOut, CallRefused):  # the frame may be gone
            return False
        if answer.get("stream"):
            handle = {"handle": answer["stream"]}
            self._connection.post("IO.close", handle, session=file.session)
        return answer.get("success") is True and answer.get("httpStatusCode") == _WHOLE

    def _on(self, method: str, params: Params, session: str | None) -> None:
        handler = self._handlers.get(method)
        if handler is not None:
            handler(params, session)

    def _response(self, params: Params, session: str | None) -> None:
        response = params.get("response")
        if params.get("type") != "Media" or not isinstance(response, dict):
            return
        url, span = str(response.get("url")).partition("#")[0], _span(response)
        if span is None or not url.startswith(("http:", "https:")):
            return
        if url not in self._files and len(self._files) >= MAX_WATCHED:
            return
        frame = str(params.get("frameId"))
        file = self._files.setdefault(url, _File(url=url, frame=frame, session=session))
        first, last, file.size = span
        self._under_way[str(params.get("requestId"))] = (file, (first, last))

    def _finished(self, params: Params, _session: str | None) -> None:
        file, part = self._under_way.pop(str(params.get("requestId")), (None, None))
        if file is not None and part is not None:
            file.parts.append(part)

    def _failed(self, params: Params, _session: str | None) -> None:
        self._under_way.pop(str(params.get("requestId")), None)


def _span(response: Mapping[str, Any]) -> tuple[int, int, int | None] | None:
    """Return first byte, last byte and size of what an answer holds, None for an error."""
    headers = response.get("headers")
    said = {str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}
    if response.get("status") == _PART:
        found = _RANGE.fullmatch(said.get("content-range", ""))
        return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, None)
    if response.get("status") == _WHOLE:
        length = said.get("content-length", "")
        size = int(length) if length.isascii() and length.isdecimal() else None
        return 0, (size or 1) - 1, size
    return None
