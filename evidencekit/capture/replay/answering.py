"""Answers every request of a replayed page from the WACZ, in the place of the network.

By the debugging protocol's Fetch domain, so the page runs at its own URLs and nothing in it is
rewritten. What is not in the WACZ fails as it would without a network, and is counted.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from evidencekit.capture.chromium.cdp import Connection, Params
from evidencekit.capture.replay.matching import Match, Matching
from evidencekit.capture.wacz.reading import Answer, WaczReader
from evidencekit.capture.warc import warc_uri
from evidencekit.errors import EvidencekitError
from evidencekit.formats.cdxj import IndexEntry
from evidencekit.formats.cdxj_body import body_text

PATTERNS = {"patterns": [{"urlPattern": "*"}]}
MAX_MISSING, MAX_URL_CHARS = 50, 500
MAX_PIECE = 4 << 20
"""Of a body that is asked for in ranges; a shorter range than was asked for is allowed (RFC 9110
§15.3.7), and the player asks again."""
_ICON = "/favicon.ico"
_STATUS = range(200, 600)  # what a browser takes for the answer to a request
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_BREAKS = frozenset("\r\n\0")
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
# What described the body on the wire; it is decoded and whole now, and Chromium frames it itself.
_OF_THE_WIRE = frozenset(
    {"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"}
)


@dataclass(slots=True)
class Told:
    """What was asked and what became of it."""

    asked: int = 0
    answered: int = 0
    guessed: int = 0
    failed_before: int = 0
    missing: list[str] = field(default_factory=list)
    frames: int = 0
    frames_answered: int = 0


class Answering:
    """Listens to ``connection``; create it before anything that lets targets go on."""

    def __init__(
        self, connection: Connection, reader: WaczReader, *, failed_before: frozenset[str]
    ) -> None:
        self.told = Told()
        self._connection = connection
        self._reader = reader
        self._matching = Matching(reader.entries)
        self._failed_before = failed_before
        self._last: tuple[IndexEntry, Answer] | None = None
        self._main_frame: str | None = None
        connection.listen(self._on)

    def _on(self, method: str, params: Params, session: str | None) -> None:
        if method == "Target.attachedToTarget":
            # Before anybody tells the target to go on: the listeners are called in order.
            self._connection.post("Fetch.enable", PATTERNS, session=str(params.get("sessionId")))
        elif method == "Fetch.requestPaused":
            reply, values = self._reply(params)
            values["requestId"] = params.get("requestId")
            self._connection.post(reply, values, session=session)

    def _reply(self, params: Params) -> tuple[str, dict[str, Any]]:
        request = params.get("request", {})
        url, method = warc_uri(str(request.get("url"))), str(request.get("method"))
        headers = {str(k).lower(): str(v) for k, v in request.get("headers", {}).items()}
        if method == "OPTIONS":  # what a preflight allows, only recorded answers can use
            return _fulfil(HTTPStatus.NO_CONTENT, _allow_all(headers), b"")
        is_document = params.get("resourceType") == "Document"
        is_frame = is_document and self._is_frame(params)
        answer, match = self._find(method, url, _body(request, headers))
        if answer is None and is_document and not is_frame and self.told.answered:
            # A step away from the page: the capture did not take it either (``clicks.ClickGuard``).
            return "Fetch.failRequest", {"errorReason": "Aborted"}
        if answer is None and _is_icon_of_the_tab(url, params, headers):
            return "Fetch.failRequest", {"errorReason": "InternetDisconnected"}
        self.told.asked += 1
        self.told.frames += is_frame
        if match is None or answer is None:
            self._miss(url)
            return "Fetch.failRequest", {"errorReason": "InternetDisconnected"}
        self.told.answered += 1
        self.told.guessed += match.is_guess
        self.told.frames_answered += is_frame
        if params.get("resourceType") == "EventSource" and match.is_repeated:
            return _fulfil(HTTPStatus.NO_CONTENT, [], b"")  # ends the asking again
        return _shown(answer, method, headers.get("range"))

    def _is_frame(self, params: Params) -> bool:
        frame = str(params.get("frameId"))
        self._main_frame = self._main_frame or frame  # the page itself is asked for first
        return frame != self._main_frame

    def _find(self, method: str, url: str, body: str) -> tuple[Answer | None, Match | None]:
        match = self._matching.find("GET" if method == "HEAD" else method, url, body)
        if match is None:
            return None, None
        if match.entry.status not in _STATUS:
            return None, None
        if self._last is None or self._last[0] != match.entry:
            try:
                self._last = match.entry, self._reader.read(match.entry)
            except EvidencekitError:
                return None, None
        answer = self._last[1]
        return (None if answer.is_cut and not answer.body else answer), match

    def _miss(self, url: str) -> None:
        if url in self._failed_before:
            self.told.failed_before += 1
        elif len(self.told.missing) < MAX_MISSING:
            self.told.missing.append(url[:MAX_URL_CHARS])


def _is_icon_of_the_tab(url: str, params: Params, headers: dict[str, str]) -> bool:
    """Return whether the browser asks unbidden, which was not always in time to be recorded.

    A picture, frame or script of the page has a type of its own; an object wants anything.
    """
    is_for_itself = params.get("resourceType") == "Other"
    accepts = headers.get("accept", "")
    return urlsplit(url).path == _ICON and is_for_itself and accepts.startswith("image/")


def _body(request: Params, headers: dict[str, str]) -> str:
    if request.get("method") in {"GET", "HEAD"}:
        return ""
    entries = request.get("postDataEntries")
    try:
        pieces = [base64.b64decode(e.get("bytes", ""), validate=True) for e in entries or ()]
    except (binascii.Error, AttributeError, TypeError):
        pieces = []
    return body_text(b"".join(pieces), headers.get("content-type", ""))


def _shown(answer: Answer, method: str, wanted: str | None) -> tuple[str, dict[str, Any]]:
    status, of_the_wire = answer.status, _OF_THE_WIRE
    if status == HTTPStatus.PARTIAL_CONTENT:  # in ``archive/`` only where it is all of the file
        status, of_the_wire = HTTPStatus.OK, _OF_THE_WIRE | {"content-range"}
    headers = [(k, v) for k, v in answer.headers if k.lower() not in of_the_wire]
    size = len(answer.body)
    found = _RANGE.fullmatch(wanted or "")
    if method == "HEAD":
        return _fulfil(status, headers, b"")
    if found is None or status != HTTPStatus.OK or int(found[1]) >= size:
        return _fulfil(status, headers, answer.body)
    first = int(found[1])
    last = min(int(found[2] or size - 1), size - 1, first + MAX_PIECE - 1)
    headers = [(k, v) for k, v in headers if k.lower() != "content-range"]
    headers += [("Content-Range", f"bytes {first}-{last}/{size}"), ("Accept-Ranges", "bytes")]
    return _fulfil(HTTPStatus.PARTIAL_CONTENT, headers, answer.body[first : last + 1])


def _allow_all(asked: dict[str, str]) -> list[tuple[str, str]]:
    return [
        ("Access-Control-Allow-Origin", asked.get("origin", "*")),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", asked.get("access-control-request-method", "GET")),
        ("Access-Control-Allow-Headers", asked.get("access-control-request-headers", "*")),
    ]


def _fulfil(status: int, headers: list[tuple[str, str]], body: bytes) -> tuple[str, dict[str, Any]]:
    # The binary form: header values are octets, not text.
    # Chromium refuses all of them for one that is none, and the request would wait for ever.
    lines = [
        f"{name}: {value}".encode("latin-1", "replace")
        for name, value in headers
        if _NAME.fullmatch(name) and not _BREAKS & set(value)
    ]
    return "Fetch.fulfillRequest", {
        "responseCode": int(status),
        "binaryResponseHeaders": base64.b64encode(b"\0".join(lines)).decode("ascii"),
        "body": base64.b64encode(body).decode("ascii"),
    }
