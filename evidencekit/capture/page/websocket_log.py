"""What goes over the page's WebSockets, as lines of JSON in one file.

The browser's network log has the handshake of a WebSocket and none of its messages, so these come
from the debugging protocol: whole messages as the page's scripts sent and received them, unmasked
and, where the sides agreed on it, uncompressed (RFC 6455 §5.3, RFC 7692). Each line names its
socket by a number of ours; times are the browser's own, those of opening and closing ours.

The file is bounded. What no longer fits is counted, and the verdict says so. Without media a
message's length is written, and nothing of what it said.
"""

import base64
import binascii
import errno
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import RawIOBase
from pathlib import Path

from evidencekit.capture.chromium.cdp import Params
from evidencekit.capture.page.seen import MAX_URL_CHARS, Seen
from evidencekit.capture.page.traffic import mapping_of, number_of, text_of
from evidencekit.capture.warc import WarcWriter
from evidencekit.capture.without_media.codes import Cleaning
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json

_log = logging.getLogger(__name__)
NAME = "websocket.jsonl"
URN = "urn:evidencekit:websocket"
MEDIA_TYPE = "application/jsonl"
MAX_BYTES = 64 << 20
MAX_SOCKETS = 1000
_TEXT = 1  # RFC 6455 §5.2: opcode of a text frame; anything else comes in base64


class WebSocketLog:
    """Writes to ``path``, set before the page opens; the file is made with the first line."""

    def __init__(
        self,
        seen: Seen,
        *,
        clock: Callable[[], datetime],
        max_bytes: int = MAX_BYTES,
        is_without_payload: bool = False,
    ) -> None:
        self.path: Path | None = None
        self.messages = 0
        self._seen = seen
        self._clock = clock
        self._left = max_bytes
        self._is_without_payload = is_without_payload
        self._cleaning = Cleaning()
        self._file: RawIOBase | None = None
        self._is_over = False
        self._sockets: dict[tuple[str, str], int] = {}
        self._epochs: dict[int, float] = {}
        self.handlers = {
            "Network.webSocketCreated": self._created,
            "Network.webSocketWillSendHandshakeRequest": self._asked,
            "Network.webSocketFrameSent": self._sent,
            "Network.webSocketFrameReceived": self._received,
            "Network.webSocketFrameError": self._broke,
            "Network.webSocketClosed": self._closed,
        }

    def finish(self) -> None:
        """Close the file; what is said from now on is not recorded, nor what comes late lost."""
        self._is_over = True
        if self._file is not None:
            self._file.close()

    def write_to(self, warc: WarcWriter) -> None:
        """Add what there is to ``warc``, as one resource record; from any thread."""
        if self._file is None or self.path is None:
            return
        with self.path.open("rb") as stream:
            size = self.path.stat().st_size
            warc.write_resource(URN, MEDIA_TYPE, stream, size, at=self._clock())

    def _created(self, params: Params, session: str | None) -> None:
        self._seen.websockets += 1
        if len(self._sockets) < MAX_SOCKETS:
            number = len(self._sockets) + 1
            self._sockets[self._key(params, session)] = number
            url = text_of(params, "url").partition("#")[0]
            self._seen.urls.add(url)
            told = self._cleaned(url) if self._is_without_payload else url
            self._line(number, "opened", {"url": told[:MAX_URL_CHARS]})

    def _cleaned(self, url: str) -> str:
        return self._cleaning.twice(lambda one: one.text(url))

    def _asked(self, params: Params, session: str | None) -> None:
        number = self._sockets.get(self._key(params, session))
        wall, ticks = params.get("wallTime"), params.get("timestamp")
        if number is not None and isinstance(wall, int | float) and isinstance(ticks, int | float):
            self._epochs[number] = wall - ticks

    def _sent(self, params: Params, session: str | None) -> None:
        self._message(params, session, "sent")

    def _received(self, params: Params, session: str | None) -> None:
        self._message(params, session, "received")

    def _message(self, params: Params, session: str | None, direction: str) -> None:
        number = self._sockets.get(self._key(params, session))
        frame = mapping_of(params, "response")
        payload = _payload(frame)
        if number is None or payload is None:
            self._seen.messages_lost += 1
            return
        self.messages += 1
        said: dict[str, Json] = {"opcode": number_of(frame, "opcode")}
        if self._is_without_payload:
            said["length"] = len(payload)
        else:
            said["payload"] = base64.b64encode(payload).decode("ascii")
        self._line(number, direction, said, ticks=params.get("timestamp"))

    def _broke(self, params: Params, session: str | None) -> None:
        error = text_of(params, "errorMessage")[:200]
        self._end(params, session, {"error": "" if self._is_without_payload else error})

    def _closed(self, params: Params, session: str | None) -> None:
        self._end(params, session, {})

    def _end(self, params: Params, session: str | None, more: Mapping[str, Json]) -> None:
        number = self._sockets.get(self._key(params, session))
        if number is not None:
            self._line(number, "broken" if more else "closed", more)

    def _line(
        self, socket: int, event: str, more: Mapping[str, Json], *, ticks: object = None
    ) -> None:
        if self._is_over:
            return
        at = write_time(self._moment(socket, ticks))
        line = json.dumps({"socket": socket, "at": at, "event": event, **more}).encode() + b"\n"
        if len(line) > self._left or self.path is None:
            self._seen.messages_lost += 1
            return
        try:
            self._append(self.path, line)
        except OSError:  # a full disk; what stands in the file is whole lines
            _log.debug("a message could not be kept", exc_info=True)
            self._seen.messages_lost += 1

    def _append(self, path: Path, line: bytes) -> None:
        if self._file is None:
            self._file = path.open("xb", buffering=0)
        before = self._file.tell()
        if self._file.write(line) == len(line):
            self._left -= len(line)
            return
        self._file.truncate(before)
        self._file.seek(before)
        raise OSError(errno.ENOSPC, "only a part of a line was written")

    def _moment(self, socket: int, ticks: object) -> datetime:
        epoch = self._epochs.get(socket)
        if epoch is None or not isinstance(ticks, int | float):
            return self._clock()
        try:
            return datetime.fromtimestamp(epoch + ticks, UTC)
        except (OverflowError, ValueError, OSError):  # the page's process made the number
            return self._clock()

    def _key(self, params: Params, session: str | None) -> tuple[str, str]:
        return session or "", text_of(params, "requestId")


def _payload(frame: Params) -> bytes | None:
    data = text_of(frame, "payloadData")
    if number_of(frame, "opcode") == _TEXT:
        return data.encode("utf-8", errors="surrogatepass")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        return None
