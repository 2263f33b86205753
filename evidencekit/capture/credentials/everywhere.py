"""Found values, looked for where nothing says that they are credentials.

A session id that stood in a cookie stands in a script of the page as well. Only values that look
random are looked for: a cookie that says ``ko`` would blot out every ``ko`` of the page.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence, Sized
from functools import lru_cache
from urllib.parse import quote

from evidencekit.capture.credentials.found import Found, Octets, found
from evidencekit.capture.credentials.names import looks_random

MAX_VALUES = 2000
MAX_VALUE = 16 * 1024
MAX_WORK = 2**33
"""Bytes times values that one file is searched for: some seconds."""
MAX_SPELLED = 12 * MAX_VALUE
"""Bytes; two layers of percent-encoding make nine of three, ``&#x3D;`` six of one."""
_WINDOW = 2**24
_WORD = re.compile(rb"[A-Za-z0-9]{6,}")
_SIEVED_FROM, _SIEVED_SIZE = 160, 2**12
"""From so many values and bytes on, collecting the words of a text takes less time."""
_SIEVED_FOR = 30
"""How many values are sieved in the time in which one is looked for."""
_OF_HTML = re.compile(r"[/=+&<>'\"`]")
_OF_JSON = re.compile(r"[=+&<>']")
_ESCAPE = re.compile(rb"%[0-9A-F]{2}")


class Budget:
    """How much searching one file may cost; a page can hold any number of cookies."""

    def __init__(self) -> None:
        self._left = MAX_WORK

    def allows(self, size: int, values: Sized) -> bool:
        """Tell whether so many bytes may still be searched for so many values, and charge them."""
        count = max(1, len(values))
        self._left -= size * min(count, _SIEVED_FROM + count // _SIEVED_FOR)
        return self._left >= 0


def spellings(values: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return distinct values as they may be written, longest first."""
    written = {form for value in values for form in _forms(value)}
    return tuple(sorted(written, key=lambda value: (-len(value), value)))


def is_distinct(value: bytes) -> bool:
    """Tell whether a value cannot be anything but what it was found as."""
    return len(value) <= MAX_VALUE and looks_random(value)


def repeated(data: Octets, start: int, end: int, values: Sequence[bytes]) -> Iterator[Found]:
    """Yield every place of every value, overlapping ones too."""
    for first in range(start, end, _WINDOW):
        last = min(end, first + _WINDOW + MAX_SPELLED)
        for value in _possible(data, first, last, values):
            at = data.find(value, first, last)
            while 0 <= at < first + _WINDOW:  # what begins later, the next window finds
                yield from found("repeated", b"", at, at + len(value))
                at = data.find(value, at + 1, last)


def _possible(data: Octets, start: int, end: int, values: Sequence[bytes]) -> Sequence[bytes]:
    """Leave out what cannot be there, since its longest word is in no word that is."""
    if len(values) < _SIEVED_FROM or end - start < _SIEVED_SIZE:
        return values
    words = b"\n".join(set(_WORD.findall(data, start, end)))
    return [value for value in values if (core := _core(value)) is None or core in words]


@lru_cache(maxsize=2**16)
def _core(value: bytes) -> bytes | None:
    return max(_WORD.findall(value), key=len, default=None)


def _forms(value: bytes) -> Iterator[bytes]:
    """Yield a plain value as forms, addresses, JSON and HTML may spell it."""
    yield value
    encoded = quote(value, safe="").encode("ascii")
    lenient = quote(value, safe="!'()*~").encode("ascii")  # encodeURIComponent
    for form in {encoded, lenient}:
        yield form
        yield _ESCAPE.sub(lambda one: one[0].lower(), form)
        yield form.replace(b"%20", b"+")
        yield quote(form, safe="").encode("ascii")  # an address inside another
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return  # JSON and HTML have no such bytes
    yield from _json_forms(text)
    yield html.escape(text).encode("utf-8")
    for shape in ("&#x{:X};", "&#x{:x};", "&#{};"):  # as template engines escape
        yield _escaped(_OF_HTML, shape, text)


def _json_forms(text: str) -> Iterator[bytes]:
    for is_ascii in (True, False):
        form = json.dumps(text, ensure_ascii=is_ascii)[1:-1]
        yield form.encode("utf-8")
        yield form.replace("/", r"\/").encode("utf-8")  # PHP
        for shape in (r"\u{:04x}", r"\u{:04X}"):  # Gson and .NET escape these as well
            yield _escaped(_OF_JSON, shape, form)


def _escaped(letters: re.Pattern[str], shape: str, text: str) -> bytes:
    return letters.sub(lambda one: shape.format(ord(one[0])), text).encode("utf-8")
