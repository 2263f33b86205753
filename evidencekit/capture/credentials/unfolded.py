"""Text that stands in other text under escapes, and the way back to where it stands.

A password may lie in JSON, in a string of JSON, in a field of a form. Each layer is read without
its escapes; what is found goes back by offsets, so that the mark covers what is really there. A
mark in place of an escape leaves every layer well-formed: ``X`` is never escaped.
"""

import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from evidencekit.capture.credentials.found import Found, Octets

_JSON = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_FORM = re.compile(rb"%[0-9A-Fa-f]{2}|\+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfolded:
    """One layer of text without its escapes."""

    data: bytes
    inner: "array[int]"
    """Offsets in ``data`` where literal runs and escapes begin, in turn; the end last."""
    outer: "array[int]"
    """Where the same begin in what surrounds it."""

    def back(self, finds: Iterable[Found]) -> Iterator[Found]:
        """Yield finds in ``data`` with the offsets of what surrounds it."""
        for one in finds:
            yield replace(one, start=self._start(one.start), end=self._end(one.end))

    def _start(self, at: int) -> int:
        run = bisect_right(self.inner, at) - 1
        return self.outer[run] + (0 if run % 2 else at - self.inner[run])

    def _end(self, at: int) -> int:
        run = bisect_right(self.inner, at - 1) - 1
        return self.outer[run + 1] if run % 2 else self.outer[run] + at - self.inner[run]


def json_string(data: Octets, start: int, end: int) -> Unfolded:
    """Unfold what stands between the quotes of a JSON string."""
    return _unfolded(data, start, end, _JSON, _json_escape)


def form_value(data: Octets, start: int, end: int) -> Unfolded:
    """Unfold a value of a form (URL Standard §5.1)."""
    return _unfolded(data, start, end, _FORM, _form_escape)


def _unfolded(
    data: Octets,
    start: int,
    end: int,
    escape: re.Pattern[bytes],
    plain: Callable[[bytes], bytes],
) -> Unfolded:
    out, inner, outer = bytearray(), array("q"), array("q")
    at = start
    for one in escape.finditer(data, start, end):
        inner.append(len(out))
        outer.append(at)
        out += data[at : one.start()]
        inner.append(len(out))
        outer.append(one.start())
        out += plain(one[0])
        at = one.end()
    inner.append(len(out))
    outer.append(at)
    out += data[at:end]
    inner.append(len(out))
    outer.append(end)
    return Unfolded(data=bytes(out), inner=inner, outer=outer)


def _json_escape(escape: bytes) -> bytes:
    if escape[1:2] != b"u":
        return _LETTERS.get(escape[1:], escape[1:])
    try:
        return str(json.loads(b'"%s"' % escape)).encode("utf-8", "surrogatepass")
    except ValueError:
        return escape[1:]  # no escape of JSON; scripts read it so


def _form_escape(escape: bytes) -> bytes:
    return b" " if escape == b"+" else bytes.fromhex(escape[1:].decode("ascii"))
