"""Every text and number of a JSON document with the name that says what it is.

That is its own name; or the name of a list or an object around it that is named like a secret; or,
in an object such as ``{"name": "password", "value": "x"}``, what stands beside it. Read token by
token, whatever is wrong in between, so that what ends in the middle is read up to there.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from evidencekit.capture.credentials.found import Octets

MAX_DEPTH = 256
"""Lists and objects in one another; what lies deeper counts as if it lay here."""
_TOKEN = re.compile(
    rb"\"((?:[^\"\\]|\\.)*+)(?:\"([ \t\r\n]*:)?)?|(-?[0-9][0-9.eE+-]*)|([{}\[\],])", re.DOTALL
)
_MAX_NAME = 1024
_LABELS = frozenset({b"name", b"key", b"field", b"fieldname", b"id", b"k", b"n"})
_LABELLED = frozenset({b"value", b"val", b"v", b"content", b"text", b"data"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A text, without its quotes, or a number, by its offsets."""

    name: bytes
    start: int
    end: int
    is_text: bool


@dataclass(slots=True)
class _Level:
    is_object: bool
    around: bytes
    """Name like a secret of this level or of one that holds it."""
    name: bytes = b""
    label: bytes = b""
    labelled: list[tuple[int, int, bool]] = field(default_factory=list)


class _Levels:
    def __init__(self, secret_in: Callable[[bytes], bytes]) -> None:
        self._secret_in = secret_in
        self._levels = [_Level(is_object=False, around=b"")]
        self._too_deep = 0

    @property
    def now(self) -> _Level:
        return self._levels[-1]

    def step(self, sign: bytes) -> Iterator[Leaf]:
        if sign == b",":
            self.now.name = b""
        elif sign in b"{[":
            self._open(is_object=sign == b"{")
        elif self._too_deep:
            self._too_deep -= 1
        elif len(self._levels) > 1:
            yield from _labelled(self._levels.pop())
            self.now.name = b""

    def end(self) -> Iterator[Leaf]:
        for level in self._levels:
            yield from _labelled(level)

    def _open(self, *, is_object: bool) -> None:
        if len(self._levels) == MAX_DEPTH:
            self._too_deep += 1
            return
        around = self._secret_in(self.now.name) or self.now.around
        self._levels.append(_Level(is_object=is_object, around=around))


def leaves(
    data: Octets, start: int, end: int, *, secret_in: Callable[[bytes], bytes]
) -> Iterator[Leaf]:
    """Yield the leaves between two offsets; one with a label beside it comes twice.

    ``secret_in`` returns the name by which all in a list or an object of a name is secret, empty
    where it is not.
    """
    levels = _Levels(secret_in)
    for token in _TOKEN.finditer(data, start, end):
        if token[4] is not None:
            yield from levels.step(token[4])
        elif token[2] is not None:
            levels.now.name = json_name(token[1]) if levels.now.is_object else b""
        else:
            is_text = token[1] is not None
            span = token.span(1 if is_text else 3)
            if span[0] < span[1]:
                yield _leaf(data, levels.now, *span, is_text=is_text)
    yield from levels.end()


def json_name(name: bytes) -> bytes:
    """Return a name without its escapes."""
    if b"\\" not in name or len(name) > _MAX_NAME:
        return name[:_MAX_NAME]
    try:
        return str(json.loads(b'"' + name + b'"')).encode("utf-8", "replace")
    except ValueError:
        return name


def _leaf(data: Octets, now: _Level, start: int, end: int, *, is_text: bool) -> Leaf:
    name = now.name.lower()
    if now.is_object and is_text and name in _LABELS and end - start <= _MAX_NAME:
        now.label = json_name(bytes(data[start:end]))
    elif now.is_object and name in _LABELLED:
        now.labelled.append((start, end, is_text))
    return Leaf(name=now.around or now.name, start=start, end=end, is_text=is_text)


def _labelled(level: _Level) -> Iterator[Leaf]:
    for start, end, is_text in level.labelled if level.label else ():
        yield Leaf(name=level.label, start=start, end=end, is_text=is_text)
