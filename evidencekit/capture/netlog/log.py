"""Reads Chromium's NetLog, the browser's own record of what it did on the network.

The log is JSON of a fixed layout: the first line holds ``constants``, each further line one event
(chromium: ``net/log/file_net_log_observer.cc``), so it is read as a stream, line by line, and most
lines are skipped unparsed. Two facts make that safe enough for evidence:

* Event types are numbers whose meaning changes between versions; we take it from the log's own
  constants, and a name that we need and do not find stops the reading loudly.
* A torn log (the browser was killed) gives every event up to the tear, and says so. Where the
  browser's network service crashed and began anew, a second log follows in the same stream: its
  numbers are kept apart from those of the first.

What a page controls (URLs, headers, bodies) only ever stands inside JSON strings.
"""

import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from evidencekit.errors import BrowserUnavailable
from evidencekit.text.catalog import _

MAX_LINE_BYTES = 64 << 20  # a header block has 256 KiB at most, a data: URL some MB
_TYPE_AT_END = re.compile(rb'"type":(\d+)\},?\s*$')
# Keys stand in the order of the alphabet, so the source does too.
_SOURCE_AT_END = re.compile(rb'"source":\{"id":(\d+)[^{}]*\},"time":"\d+","type":\d+\},?\s*$')
_END_BYTES = 160
_CONSTANTS = b'{"constants":'
_OPENING = b'"events": ['
_BEGIN, _END = "PHASE_BEGIN", "PHASE_END"
_APART = 1 << 48  # numbers of sources begin at 1 in each log


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of the kinds that were asked for."""

    name: str
    source: int
    """Number of the request, socket, job … that it belongs to."""
    at: datetime
    params: Mapping[str, Any]
    is_begin: bool
    is_end: bool
    first_number: int = 0
    """What was added to ``source``, see :class:`NetLog`."""

    @property
    def dependency(self) -> int:
        """Number of the source that this one is being tied to; 0 where there is none."""
        other = self.params.get("source_dependency")
        number = other.get("id") if isinstance(other, dict) else None
        return self.first_number + number if isinstance(number, int) else 0

    def text(self, key: str) -> str:
        """Return a parameter that should be text, else the empty string."""
        value = self.params.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """Return a parameter that should be a whole number, else 0."""
        value = self.params.get(key)
        return value if isinstance(value, int) else 0

    def lines(self, key: str) -> tuple[str, ...]:
        """Return a parameter that should be a list of text, without what is not."""
        value = self.params.get(key)
        return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()

    def octets(self) -> bytes | None:
        """Return what went over a socket; None where the log does not say it."""
        try:
            data = binascii.a2b_base64(self.text("bytes"), strict_mode=True)
        except ValueError:
            return None
        return data if len(data) == self.number("byte_count") else None


class NetLog:
    """The log in ``stream``: its constants at once, its events by iterating, once.

    ``needed`` are the names of the events to yield; raises :class:`BrowserUnavailable` naming
    those that this version of the browser does not know. ``is_wanted`` tells by name and source
    which of them; what it does not want is not even decoded.
    """

    def __init__(
        self,
        stream: BinaryIO,
        needed: frozenset[str],
        is_wanted: Callable[[str, int], bool] = lambda _name, _source: True,
    ) -> None:
        self._stream = stream
        self._is_wanted = is_wanted
        self._constants = _read_constants(stream.readline(MAX_LINE_BYTES))
        types = _numbers(self._constants, "logEventTypes")
        missing = sorted(needed - types.keys())
        if missing:
            raise BrowserUnavailable(
                _("this browser's network log lacks {names}").format(names=", ".join(missing)),
                hint=_(
                    "use a browser version that evidencekit was tested with, or --recorder "
                    "protocol, which keeps less and says so"
                ),
            )
        self._names = {types[name]: name for name in needed}
        phases = _numbers(self._constants, "logEventPhase")
        self._begin, self._end = phases.get(_BEGIN, 1), phases.get(_END, 2)
        offset_ms = int(self._constants.get("timeTickOffset") or 0)
        self._epoch = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=offset_ms)
        self._first_number = 0
        self._has_ended = False
        self._is_damaged = False

    @property
    def is_torn(self) -> bool:
        """Whether events are missing; known when the iteration is over."""
        return not self._has_ended or self._is_damaged

    def __iter__(self) -> Iterator[Event]:
        while not self._has_ended and (line := self._stream.readline(MAX_LINE_BYTES)):
            text = line.strip()
            if text.endswith((b"],", b"]}")):  # what follows are no events
                self._has_ended = True
                text = text[:-2]
            event = self._decode(text)
            if event is not None:
                yield event

    def error_name(self, code: int) -> str:
        """Return e.g. ``net::ERR_CERT_DATE_INVALID`` for -201."""
        names = {number: name for name, number in _numbers(self._constants, "netError").items()}
        return f"net::{names[code]}" if code in names else f"net::{code}"

    def certificate_flags(self, bits: int) -> tuple[str, ...]:
        """Return the names of the bits of a ``cert_status``, e.g. ``AUTHORITY_INVALID``."""
        flags = _numbers(self._constants, "certStatusFlag")
        return tuple(sorted(name for name, bit in flags.items() if bits & bit))

    def _decode(self, text: bytes) -> Event | None:
        kind = _TYPE_AT_END.search(text[-40:])
        if kind is None:
            self._take_other(text)
            return None
        name = self._names.get(int(kind[1]))
        if name is None:
            return None
        source = _SOURCE_AT_END.search(text[-_END_BYTES:])
        if source and not self._is_wanted(name, self._first_number + int(source[1])):
            return None
        try:
            raw = json.loads(text.rstrip(b","))
            phase = raw.get("phase")
            params = raw.get("params")
            return Event(
                name=name,
                source=self._first_number + int(raw["source"]["id"]),
                at=self._epoch + timedelta(milliseconds=int(raw["time"])),
                params=params if isinstance(params, dict) else {},
                is_begin=phase == self._begin,
                is_end=phase == self._end,
                first_number=self._first_number,
            )
        except (ValueError, KeyError, TypeError, OverflowError):
            self._is_damaged = True
            return None

    def _take_other(self, text: bytes) -> None:
        """Take what is no event; the second log may begin in a line that the first left torn."""
        if _CONSTANTS in text:  # nothing that a page controls: quotes in strings are escaped
            self._first_number += _APART
        if text not in {b"", _OPENING}:
            self._is_damaged = True


def _read_constants(line: bytes) -> Mapping[str, Any]:
    text = line.strip().rstrip(b",")
    if text.startswith(_CONSTANTS):
        try:
            constants = json.loads(text[len(_CONSTANTS) :])
        except ValueError:
            constants = None
        if isinstance(constants, dict):
            return constants
    raise BrowserUnavailable(_("the browser left no readable network log"))


def _numbers(constants: Mapping[str, Any], key: str) -> Mapping[str, int]:
    table = constants.get(key)
    if not isinstance(table, dict):
        return {}
    return {name: number for name, number in table.items() if isinstance(number, int)}
