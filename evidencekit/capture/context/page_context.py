"""What a page states of itself: title, author, times, media, each with the place where it says so.

Pure: the text of the final document in, a :class:`PageContext` out. Only tags are read, no text
between them, so a name that stands in a paragraph is not found. Everything here is a claim of the
page: a site can state any author and any time. What is cut is counted, never dropped in silence.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TypeVar

from evidencekit.capture.address import absolute
from evidencekit.capture.claim_text import one_line, without_keys
from evidencekit.capture.context.json_ld import read_json_ld
from evidencekit.capture.html.markup import Tag, resolve_references, tags
from evidencekit.capture.html.requisites import srcset_urls
from evidencekit.model.capture import CaptureVerdict
from evidencekit.model.context import About, MediaAddress, PageContext, Statement
from evidencekit.model.json import Json

_Kept = TypeVar("_Kept")
MAX_READ_CHARS = 4 << 20
MAX_STATEMENTS, MAX_STATEMENT_CHARS = 60, 4000
MAX_MEDIA, MAX_MEDIA_CHARS = 60, 8000
MAX_VALUE_CHARS = 300
MAX_URL_CHARS = 1000
MAX_SCRIPTS = 50
MAX_TIMES = 10
MAX_KNOWN = 2000
"""How many different statements, and media addresses, are told apart while reading; of what stands
behind pictures, twice as many."""
_META: Mapping[str, About] = {
    "og:title": "title",
    "twitter:title": "title",
    "description": "description",
    "og:description": "description",
    "twitter:description": "description",
    "og:site_name": "site",
    "application-name": "site",
    "author": "author",
    "article:author": "author",
    "og:article:author": "author",
    "dc.creator": "author",
    "dcterms.creator": "author",
    "twitter:creator": "handle",
    "profile:username": "handle",
    "date": "published",
    "article:published_time": "published",
    "og:article:published_time": "published",
    "dc.date": "published",
    "dcterms.created": "published",
    "article:modified_time": "modified",
    "og:article:modified_time": "modified",
    "og:updated_time": "modified",
    "last-modified": "modified",
    "video:release_date": "uploaded",
    "og:video:release_date": "uploaded",
    "datepublished": "published",
    "datecreated": "published",
    "datemodified": "modified",
    "uploaddate": "uploaded",
}
"""By ``property``, ``name`` or ``itemprop`` in lower case."""
_CARDS = ("og:", "twitter:", "article:", "video:", "profile:")
_META_MEDIA = frozenset(
    f"{name}{end}"
    for name in ("og:image", "og:video", "og:audio", "twitter:image", "twitter:player")
    for end in ("", ":url", ":secure_url", ":src", ":stream")
) | {"contenturl", "embedurl", "thumbnailurl"}
_SOURCES: Mapping[str, tuple[str, ...]] = {
    "video": ("src", "poster"),
    "audio": ("src",),
    "source": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "img": ("src",),
}
_RANKS: Mapping[About, int] = {
    **dict.fromkeys(("author", "author-page", "handle"), 0),
    **dict.fromkeys(("published", "modified", "uploaded"), 0),
    "other": 2,
}
"""Where there is too much, what a request needs stays longest."""
_LAST = ("img", "source[srcset]", "meta[og:image", "meta[twitter:image")
"""Where there is too much, pictures go before videos and players do."""


def read_context(dom: str, url: str, *, encoding: str = "utf-8") -> PageContext:
    """Read the document that stood at ``url``; never raises, whatever the text."""
    reader = _Reader(url, encoding)
    for tag in tags(dom[:MAX_READ_CHARS]):
        reader.take(tag)
    if len(dom) > MAX_READ_CHARS:
        reader.omitted["characters"] = len(dom) - MAX_READ_CHARS
    return reader.context()


def context_of(verdict: CaptureVerdict, dom: str, url: str) -> PageContext | None:
    """Read the context of a capture; what a gatekeeper states is nothing that the page states."""
    is_page = verdict in {CaptureVerdict.COMPLETE, CaptureVerdict.PARTIAL}
    return read_context(dom, url) if is_page and dom else None


def context_document(context: PageContext) -> dict[str, Json]:
    """Return a context as JSON (docs/format/ledger.md §4)."""
    return {
        "canonical": context.canonical,
        "language": context.language,
        "statements": [
            {"about": one.about, "value": one.value, "where": one.where}
            for one in context.statements
        ],
        "media": [{"url": one.url, "where": one.where} for one in context.media],
        "omitted": list(context.omitted),
    }


class _Reader:
    """Collects while the tags go by; <template> is inert until a script clones it."""

    def __init__(self, url: str, encoding: str) -> None:
        self._base = url
        self._has_base = False
        self._encoding = encoding
        self._templates = 0
        self._scripts = 0
        self._times = 0
        self._canonical: str | None = None
        self._language: str | None = None
        self._statements: dict[Statement, None] = {}
        self._media: dict[str, str] = {}
        self.omitted: Counter[str] = Counter()
        self._readers = {
            "html": self._html,
            "base": self._rebase,
            "title": self._title,
            "link": self._link,
            "meta": self._meta,
            "script": self._script,
            "time": self._time,
        }

    def take(self, tag: Tag) -> None:
        """Read one tag."""
        if tag.name == "template":
            self._templates = max(0, self._templates + (-1 if tag.is_end else 1))
        if tag.is_end or self._templates:
            return
        read = self._readers.get(tag.name)
        if read is not None:
            read(tag)
        for reference, where in _media(tag):
            self._show(reference, where)

    def context(self) -> PageContext:
        """Return what there was, within the limits."""
        ordered = sorted(self._statements, key=lambda one: _RANKS.get(one.about, 1))
        sizes = {one: len(one.value) + len(one.where) for one in ordered}
        kept = _within(sizes, count=MAX_STATEMENTS, chars=MAX_STATEMENT_CHARS)
        ranked = sorted(self._media.items(), key=lambda item: item[1].startswith(_LAST))
        media = {MediaAddress(url=u, where=w): len(u) + len(w) for u, w in ranked}
        shown = _within(media, count=MAX_MEDIA, chars=MAX_MEDIA_CHARS)
        self.omitted["statements"] += len(sizes) - len(kept)
        self.omitted["media"] += len(media) - len(shown)
        return PageContext(
            canonical=self._canonical,
            language=self._language,
            statements=kept,
            media=shown,
            omitted=tuple(f"{what} {n}" for what, n in sorted(self.omitted.items()) if n),
        )

    def _html(self, tag: Tag) -> None:
        self._language = self._language or one_line(tag.attributes.get("lang"), 40)

    def _title(self, tag: Tag) -> None:
        self._state("title", resolve_references(tag.text), "title")

    def _rebase(self, tag: Tag) -> None:
        if "href" in tag.attributes and not self._has_base:
            self._has_base = True
            self._base = self._absolute(tag.attributes["href"]) or self._base

    def _link(self, tag: Tag) -> None:
        relations = tag.attributes.get("rel", "").lower().split()
        url = self._absolute(tag.attributes.get("href", ""))
        if url is None or len(url) > MAX_URL_CHARS:
            return
        if "canonical" in relations:
            self._canonical = self._canonical or without_keys(url)
        if "author" in relations:
            self._state("author-page", without_keys(url), "link[author]")

    def _meta(self, tag: Tag) -> None:
        content = tag.attributes.get("content", "")
        for attribute in ("property", "name", "itemprop"):
            name = tag.attributes.get(attribute, "").strip().lower()[:60]
            if name in _META_MEDIA:
                self._show(content, f"meta[{name}]")
            elif name in _META or name.startswith(_CARDS):
                self._state(_META.get(name, "other"), content, f"meta[{name}]")

    def _script(self, tag: Tag) -> None:
        if "ld+json" not in tag.attributes.get("type", "").lower():
            return
        self._scripts += 1
        told = media = None
        if self._scripts <= MAX_SCRIPTS:
            with suppress(ValueError):
                told, media = read_json_ld(tag.text)
        if told is None or media is None:
            self.omitted["json-ld"] += 1
            return
        for about, value, where in told:
            self._state(about, value, where)
        for reference, where in media:
            self._show(reference, where)

    def _time(self, tag: Tag) -> None:
        if "datetime" not in tag.attributes:
            return
        self._times += 1
        if self._times > MAX_TIMES:
            self.omitted["times"] += 1
            return
        about = _META.get(tag.attributes.get("itemprop", "").lower(), "time")
        self._state(about, tag.attributes["datetime"], "time[datetime]")

    def _state(self, about: About, text: str, where: str) -> None:
        value = one_line(text, MAX_VALUE_CHARS)
        if value is None:
            return
        if len(self._statements) < MAX_KNOWN:
            self._statements.setdefault(Statement(about=about, value=value, where=where))
        else:
            self.omitted["statements"] += 1

    def _show(self, reference: str, where: str) -> None:
        if not reference.strip():
            return
        if len(self._media) >= (MAX_KNOWN if where.startswith(_LAST) else 2 * MAX_KNOWN):
            self.omitted["media"] += 1
            return
        url = self._absolute(reference)
        if url is None or url == self._base:
            return
        url = without_keys(url)
        if len(url) > MAX_URL_CHARS:
            self.omitted["media"] += 1
        else:
            self._media.setdefault(url, where)

    def _absolute(self, reference: str) -> str | None:
        return absolute(self._base, reference, encoding=self._encoding)


def _media(tag: Tag) -> Iterator[tuple[str, str]]:
    """Yield what an element shows, with its place; a frame's own document is part of the page."""
    if tag.name == "iframe" and "srcdoc" in tag.attributes:
        return
    for attribute in _SOURCES.get(tag.name, ()):
        yield tag.attributes.get(attribute, ""), f"{tag.name}[{attribute}]"
    if tag.name in {"img", "source"}:
        for url in srcset_urls(tag.attributes.get("srcset", "")):
            yield url, f"{tag.name}[srcset]"


def _within(sizes: Mapping[_Kept, int], *, count: int, chars: int) -> tuple[_Kept, ...]:
    """Return the first ``count`` that fit into ``chars`` together; one too long is passed over."""
    kept: list[_Kept] = []
    for one, size in sizes.items():
        if len(kept) < count and size <= chars:
            kept.append(one)
            chars -= size
    return tuple(kept)
