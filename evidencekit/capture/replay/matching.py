"""Which recorded answer belongs to a request of the replayed page.

In this order, all of it pure:

1. the same method, URL and body; where it was asked for several times, the answers come in the
   order in which they were recorded, and the last one again and again;
2. a GET of the same URL but for parameters that change at every visit: the names in
   :data:`CHANGING`, and values that are a time or a random number;
3. another method: the same URL with any body, in the order of recording.

The second and third are guesses and counted as such. There is no other.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from evidencekit.formats.cdxj import IndexEntry

CHANGING = frozenset(
    {"_", "_t", "cachebust", "cachebuster", "cb", "nocache", "rand", "random", "rnd", "t", "ts"}
)
_TIME_OR_RANDOM = re.compile(r"\d{10,17}|0\.\d{6,20}")  # seconds to microseconds, Math.random()
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What answers a request."""

    entry: IndexEntry
    is_guess: bool
    is_repeated: bool
    """All recorded answers have been given before."""


class Matching:
    """Hands out the entries of an index, request by request."""

    def __init__(self, entries: Iterable[IndexEntry]) -> None:
        self._keys: tuple[tuple[Callable[[str, str, str], _Key], bool], ...] = (
            (lambda method, url, body: (method, url, body), False),
            (lambda method, url, _body: (method, _without_changing(url), "*"), True),
        )
        self._found: list[defaultdict[_Key, list[IndexEntry]]] = [
            defaultdict(list) for _key in self._keys
        ]
        self._given: Counter[tuple[int, _Key]] = Counter()
        for entry in entries:
            for (key, _is_guess), found in zip(self._keys, self._found, strict=True):
                found[key(entry.method, entry.url, entry.request_body)].append(entry)

    def find(self, method: str, url: str, body: str) -> Match | None:
        """Return the answer for one request; ``body`` as in the index, empty for GET."""
        for number, (key, is_guess) in enumerate(self._keys):
            wanted = key(method, url, body)
            entries = self._found[number].get(wanted)
            if entries:
                given = self._given[number, wanted]
                self._given[number, wanted] += 1
                return Match(
                    entry=entries[min(given, len(entries) - 1)],
                    is_guess=is_guess,
                    is_repeated=given >= len(entries),
                )
        return None


def _without_changing(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [one for one in parts.query.split("&") if not _changes(one)]
    return urlunsplit(parts._replace(query="&".join(kept)))


def _changes(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.lower() in CHANGING or _TIME_OR_RANDOM.fullmatch(value) is not None
