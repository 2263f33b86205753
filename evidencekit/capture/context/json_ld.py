"""What a page states in JSON-LD: schema.org authors, times and media of its objects.

Names only, no semantics: contexts are not resolved and nothing is fetched, so an object is known by
the ``@type`` that it gives. Pure; every count is bounded.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from evidencekit.capture.bounded_json import parse_bounded
from evidencekit.capture.claim_text import one_line
from evidencekit.model.context import About

MAX_SCRIPT_CHARS = 1 << 18
MAX_OBJECTS = 500
MAX_LISTED = 10
"""Of the values of one member."""
_TYPE_CHARS = 40
_VALUE_CHARS = 1000
_TEXTS: Mapping[str, About] = {
    "headline": "title",
    "name": "title",
    "description": "description",
    "datePublished": "published",
    "dateCreated": "published",
    "dateModified": "modified",
    "uploadDate": "uploaded",
}
_PERSONS = ("author", "creator", "uploader", "publisher")
_PERSON: Mapping[str, About] = {
    "name": "author",
    "alternateName": "handle",
    "identifier": "handle",
    "url": "author-page",
}
_MEDIA = ("contentUrl", "embedUrl", "thumbnailUrl", "thumbnail", "image", "video")
_OF_NO_PAGE = frozenset({"Organization", "WebSite", "BreadcrumbList", "ListItem", "SearchAction"})
"""Objects whose name and description are not those of what the page shows."""

Told = tuple[About, str, str]
"""What it is about, the value, the place."""


def read_json_ld(text: str) -> tuple[list[Told], list[tuple[str, str]]]:
    """Return the statements and the media addresses (each with its place) of one script.

    Raises ``ValueError`` where the script is no JSON or too large.
    """
    if len(text) > MAX_SCRIPT_CHARS:
        raise ValueError("too large")
    told: list[Told] = []
    media: list[tuple[str, str]] = []
    for found in _objects(parse_bounded(text)):
        kind = _kind(found)
        told += _statements(found, kind)
        media += _media(found, kind)
    return told, media


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    """Yield objects breadth first; those of persons are read where they are named."""
    pending: deque[object] = deque([value])
    seen = 0
    while pending and seen < MAX_OBJECTS:
        one = pending.popleft()
        seen += 1
        if isinstance(one, dict):
            if "@type" in one:
                yield one
            inner = [value for name, value in one.items() if name not in _PERSONS]
            pending += [value for value in inner if isinstance(value, dict | list)]
        elif isinstance(one, list):
            pending += [item for item in one[:MAX_OBJECTS] if isinstance(item, dict | list)]


def _statements(found: Mapping[str, object], kind: str) -> Iterator[Told]:
    for name, meant in _TEXTS.items():
        if meant in ("title", "description") and kind in _OF_NO_PAGE:
            continue
        for value in _texts(found.get(name)):
            yield meant, value, f"json-ld {kind}.{name}"
    for role in _PERSONS:
        for person in _listed(found.get(role)):
            if isinstance(person, dict):
                yield from _person(person, role, kind)
            elif (called := one_line(person, _VALUE_CHARS)) is not None:
                about: About = "site" if role == "publisher" else "author"
                yield about, called, f"json-ld {kind}.{role}"


def _person(person: Mapping[str, object], role: str, kind: str) -> Iterator[Told]:
    for name, about in _PERSON.items():
        for value in _texts(person.get(name)):
            meant: About = "site" if role == "publisher" else about
            yield meant, value, f"json-ld {kind}.{role}.{name}"


def _media(found: Mapping[str, object], kind: str) -> Iterator[tuple[str, str]]:
    for name in _MEDIA:
        for value in _texts(found.get(name)):
            yield value, f"json-ld {kind}.{name}"
    if kind == "ImageObject":
        for value in _texts(found.get("url")):
            yield value, "json-ld ImageObject.url"


def _kind(found: Mapping[str, object]) -> str:
    kinds = list(_texts(found.get("@type")))
    return (kinds[0] if kinds else "?").rpartition("/")[2][:_TYPE_CHARS]


def _texts(value: object) -> Iterator[str]:
    for item in _listed(value):
        text = one_line(item, _VALUE_CHARS)
        if text is not None:
            yield text


def _listed(value: object) -> Sequence[object]:
    return value[:MAX_LISTED] if isinstance(value, list) else [value]
