"""Found values, looked for where nothing says that they are credentials.

A session id that stood in a cookie stands in a script of the page as well. Only values that look
random are looked for: a cookie that says ``ko`` would blot out every ``ko`` of the page.
"""

import re
from collections.abc import Iterable, Iterator, Sized
from urllib.parse import quote, unquote_to_bytes

from evidencekit.capture.credentials.found import Found, Octets, found
from evidencekit.capture.credentials.names import looks_random

MAX_VALUES = 2000
MAX_VALUE = 16 * 1024
MAX_WORK = 2**33
"""Bytes times values that one file is searched for: some seconds."""
_ESCAPE = re.compile(rb"%[0-9A-F]{2}")


class Budget:
    """How much searching one file may cost; a page can hold any number of cookies."""

    def __init__(self) -> None:
        self._left = MAX_WORK

    def allows(self, size: int, values: Sized) -> bool:
        """Tell whether so many bytes may still be searched for so many values, and charge them."""
        self._left -= size * max(1, len(values))
        return self._left >= 0


def spellings(values: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return distinct values as they may be written, longest first."""
    written = {form for value in values for form in _forms(value)}
    return tuple(sorted(written, key=lambda value: (-len(value), value)))


def is_distinct(value: bytes) -> bool:
    """Tell whether a value cannot be anything but what it was found as."""
    return len(value) <= MAX_VALUE and looks_random(value)


def repeated(data: Octets, start: int, end: int, values: Iterable[bytes]) -> Iterator[Found]:
    """Yield every place of every value, overlapping ones too."""
    for value in values:
        at = data.find(value, start, end)
        while at >= 0:
            yield from found("repeated", b"", at, at + len(value))
            at = data.find(value, at + 1, end)


def _forms(value: bytes) -> Iterator[bytes]:
    yield value
    plain = unquote_to_bytes(value)
    if looks_random(plain):
        encoded = quote(plain, safe="").encode("ascii")
        lower = _ESCAPE.sub(lambda one: one[0].lower(), encoded)
        yield from (plain, encoded, lower, plain.replace(b"/", rb"\/"))  # the last as PHP's JSON
