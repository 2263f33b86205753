r"""Chromium's DevTools protocol over a pair of pipes: JSON messages that end in ``\0``.

One thread, no locks: messages are read while somebody waits, either for the answer to a call or
for a condition. Events go to the listeners in order of arrival, between the reads; a listener must
not wait itself, it may :meth:`~Connection.post`, or :meth:`~Connection.ask` and be told the answer.
Every wait has a limit, and a pipe that closes under a wait raises :class:`BrowserGone`.

The other end runs hostile pages: the size of a message is limited, and what is not a JSON object
ends the connection.
"""

import json
import os
import select
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from evidencekit.capture.interruption import Interruption
from evidencekit.errors import BrowserUnavailable
from evidencekit.text.catalog import _

MAX_MESSAGE_BYTES = 512 << 20  # a full-page PNG in base64 is the largest that we ask for
_READ_BYTES = 1 << 20

Params = Mapping[str, Any]
Listener = Callable[[str, Params, str | None], None]
"""Called with method, parameters and session."""
Then = Callable[[Params | None], None]
"""Called with the result of a call, None where it was refused; must not wait either."""


class CallFailed(BrowserUnavailable):
    """A call was not answered as asked; raised as one of the leaves below."""


class BrowserGone(CallFailed):
    """The pipe closed or carries nonsense: the browser ended or crashed."""


class CallTimedOut(CallFailed):
    """No answer within the limit; the browser may still live."""


class CallRefused(CallFailed):
    """The browser answered with an error, e.g. because a target is gone."""


class Connection:
    """Calls and events over two descriptors, both closed by :meth:`close`."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd, self._write_fd = read_fd, write_fd
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        self._poll = select.poll()
        self._poll.register(read_fd, select.POLLIN)
        self._last_id = 0
        self._incoming: list[bytes] = []
        self._incoming_size = 0
        self._outgoing = bytearray()
        self._answers: dict[int, Params | None] = {}
        self._listeners: list[Listener] = []
        self._asked: dict[int, Then] = {}
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._is_closed = False
        self._interruption: Interruption | None = None

    def listen(self, listener: Listener) -> None:
        """Add a listener for all events of all sessions."""
        self._listeners.append(listener)

    @contextmanager
    def heeding(self, interruption: Interruption) -> Iterator[None]:
        """Let every wait in this context raise ``Interrupted`` when we are asked to end."""
        self._interruption = interruption
        try:
            yield
        finally:
            self._interruption = None

    def post(self, method: str, params: Params | None = None, *, session: str | None = None) -> int:
        """Send a call and forget its answer; returns its number."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": dict(params or {})}
        if session is not None:
            message["sessionId"] = session
        self._outgoing += json.dumps(message).encode() + b"\0"
        self._flush()
        return self._last_id

    def ask(
        self, method: str, params: Params | None = None, *, session: str | None = None, then: Then
    ) -> None:
        """Send a call and go on; ``then`` is called with its result, if one ever comes."""
        self._asked[self.post(method, params, session=session)] = then

    def later(self, delay_s: float, do: Callable[[], None]) -> None:
        """Call ``do`` when that time has passed and somebody waits for the browser."""
        self._due.append((time.monotonic() + delay_s, do))

    def call(
        self,
        method: str,
        params: Params | None = None,
        *,
        session: str | None = None,
        timeout_s: float,
        is_vain: Callable[[], bool] = lambda: False,
    ) -> Params:
        """Send a call and wait for its result; ``is_vain`` ends the wait, e.g. after a crash."""
        number = self.post(method, params, session=session)
        self._answers[number] = None
        try:
            self.wait(lambda: self._answers[number] is not None or is_vain(), timeout_s=timeout_s)
            if self._answers[number] is None:
                raise CallTimedOut(_("the browser did not answer {call}").format(call=method))
            answer = self._answers[number] or {}
        finally:
            del self._answers[number]
        result = _result(answer)
        if result is None:
            raise CallRefused(_("the browser refused {call}").format(call=method))
        return result

    def wait(self, is_done: Callable[[], bool], *, timeout_s: float) -> bool:
        """Dispatch events until ``is_done`` or the limit; returns whether it is done."""
        until = time.monotonic() + timeout_s
        while not is_done():
            left = until - time.monotonic()
            if left <= 0:
                return False
            if self._interruption is not None:
                self._interruption.require_none()
            self._pump(left)
        return True

    def close(self) -> None:
        """Close both pipes; a second time does nothing."""
        if not self._is_closed:
            self._is_closed = True
            os.close(self._read_fd)
            os.close(self._write_fd)

    def _pump(self, timeout_s: float) -> None:
        """Wait once for the pipe, write what is left over, and dispatch what came."""
        if self._is_closed:
            raise BrowserGone(_("the browser ended unexpectedly"))
        self._do_what_is_due()
        # The short slice lets conditions that depend on the clock alone come true.
        slice_s = min(timeout_s, 0.05)
        if self._outgoing:
            self._flush()
            slice_s = 0.005
        if self._poll.poll(slice_s * 1000):
            self._receive()

    def _do_what_is_due(self) -> None:
        if self._due:
            now = time.monotonic()
            due = [do for at, do in self._due if at <= now]
            self._due = [one for one in self._due if one[0] > now]
            for do in due:
                do()

    def _flush(self) -> None:
        # Never blocks: a browser that waits for us to read while we wait for it to read would
        # hold both for ever.
        try:
            while self._outgoing:
                del self._outgoing[: os.write(self._write_fd, self._outgoing)]
        except BlockingIOError:
            return
        except OSError as exc:
            raise BrowserGone(_("the browser ended unexpectedly")) from exc

    def _receive(self) -> None:
        try:
            data = os.read(self._read_fd, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise BrowserGone(_("the browser ended unexpectedly"))
        *complete, rest = data.split(b"\0")
        for part in complete:
            self._dispatch(b"".join([*self._incoming, part]))
            self._incoming.clear()
            self._incoming_size = 0
        self._incoming.append(rest)
        self._incoming_size += len(rest)
        if self._incoming_size > MAX_MESSAGE_BYTES:
            raise BrowserGone(_("the browser sent a message beyond all limits"))

    def _dispatch(self, raw: bytes) -> None:
        try:
            message = json.loads(raw)
        except (ValueError, RecursionError) as exc:
            raise BrowserGone(_("the browser sent nonsense")) from exc
        if not isinstance(message, dict):
            raise BrowserGone(_("the browser sent nonsense"))
        number = message.get("id")
        if number is not None:
            if number in self._answers:
                self._answers[number] = message
            elif number in self._asked:
                self._asked.pop(number)(_result(message))
            return
        params = message.get("params")
        for listener in self._listeners:
            listener(
                str(message.get("method")),
                params if isinstance(params, dict) else {},
                message.get("sessionId"),
            )


def _result(message: Params) -> Params | None:
    if "error" in message:
        return None
    result = message.get("result")
    return result if isinstance(result, dict) else {}
