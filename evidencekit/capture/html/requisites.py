"""What a page needs to look as it does: its requisites, named in HTML and CSS.

Pure: text in, absolute URLs out. No script is run, so what scripts would fetch is not here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evidencekit.capture.address import absolute, why_refused
from evidencekit.capture.html.markup import Tag, resolve_references, tags
from evidencekit.capture.html.stylesheet import css_references

Kind = Literal["frame", "stylesheet", "file"]
"""What may name requisites of its own: frames and stylesheets."""

MAX_SRCDOC_DEPTH = 3  # <iframe srcdoc> within srcdoc
_SOURCES = {
    "img": ("src", "lowsrc"),
    "script": ("src",),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "source": ("src",),
    "track": ("src",),
    "image": ("href", "xlink:href"),  # SVG
    "body": ("background",),
    "table": ("background",),
    "td": ("background",),
    "th": ("background",),
}
_FRAMES = frozenset({"iframe", "frame", "object", "embed"})
_CANDIDATE = re.compile(r"[\s,]*+([^\s,]\S*)")
_REFRESH = re.compile(  # possessive: three runs of spaces side by side would backtrack cubically
    r"\s*+[\d.]*+\s*+[;,]?+\s*+(?:url\s*+=\s*+)?+[\"']?+([^\"']+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requisite:
    """One thing to fetch."""

    url: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What a document names."""

    requisites: tuple[Requisite, ...]
    """Each URL once, in document order."""
    refused: tuple[str, ...] = ()
    """``why url`` of each web address that is not asked for, the URL cut and without a login."""
    title: str | None = None
    """As written, references resolved: hostile text."""
    has_scripts: bool = False
    refresh: str | None = None
    """Where <meta http-equiv=refresh> would go; following it would leave the page."""


def read_html(text: str, url: str, *, encoding: str = "utf-8") -> Links:
    """Read a document that came from ``url``; ``encoding`` is what its bytes were decoded with."""
    reader = _Reader(url, encoding)
    reader.read(text, depth=0)
    return Links(
        requisites=tuple(Requisite(url=u, kind=k) for u, k in reader.found.items()),
        refused=tuple(reader.refused),
        title=reader.title,
        has_scripts=reader.has_scripts,
        refresh=reader.refresh,
    )


def read_css(text: str, url: str, *, encoding: str = "utf-8") -> Links:
    """Read a stylesheet that came from ``url``."""
    reader = _Reader(url, encoding)
    reader.add_css(text)
    return Links(
        requisites=tuple(Requisite(url=u, kind=k) for u, k in reader.found.items()),
        refused=tuple(reader.refused),
    )


class _Reader:
    """Collects while the tags go by; <template> is inert until a script clones it."""

    def __init__(self, url: str, encoding: str) -> None:
        self._base = url
        self._has_base = False
        self._encoding = encoding
        self._templates = 0
        self.found: dict[str, Kind] = {}
        self.refused: dict[str, None] = {}
        self.title: str | None = None
        self.has_scripts = False
        self.refresh: str | None = None

    def read(self, text: str, *, depth: int) -> None:
        for tag in tags(text):
            if tag.name == "template":
                self._templates = max(0, self._templates + (-1 if tag.is_end else 1))
            if not tag.is_end and not self._templates:
                self._take(tag, depth)

    def add_css(self, text: str) -> None:
        for reference, is_import in css_references(text):
            self._add(reference, "stylesheet" if is_import else "file")

    def _take(self, tag: Tag, depth: int) -> None:
        match tag.name:
            case "base":
                self._rebase(tag)
            case "title" if self.title is None and depth == 0:
                self.title = " ".join(resolve_references(tag.text).split())
            case "style":
                self.add_css(tag.text)
            case "meta":
                self._take_meta(tag)
            case "script":
                self.has_scripts = True
            case "iframe" if depth < MAX_SRCDOC_DEPTH:
                self.read(tag.attributes.get("srcdoc", ""), depth=depth + 1)
        self.add_css(tag.attributes.get("style", ""))
        for reference, kind in _references(tag):
            self._add(reference, kind)

    def _rebase(self, tag: Tag) -> None:
        if "href" in tag.attributes and not self._has_base:
            self._has_base = True
            self._base = absolute(self._base, tag.attributes["href"]) or self._base

    def _take_meta(self, tag: Tag) -> None:
        if tag.attributes.get("http-equiv", "").lower() != "refresh" or self.refresh is not None:
            return
        found = _REFRESH.match(tag.attributes.get("content", ""))
        if found is not None:
            self.refresh = absolute(self._base, found[1], encoding=self._encoding)

    def _add(self, reference: str, kind: Kind) -> None:
        if not reference.strip() or reference.lstrip().startswith("#"):
            return  # within the document itself
        url = absolute(self._base, reference, encoding=self._encoding)
        if url is not None:
            self.found.setdefault(url, kind)
        elif (why := why_refused(self._base, reference)) is not None:
            self.refused[why] = None


def _references(tag: Tag) -> Iterator[tuple[str, Kind]]:
    attributes = tag.attributes
    kind: Kind = "frame" if tag.name in _FRAMES else "file"
    for name in _SOURCES.get(tag.name, ()):
        if name in attributes and not (tag.name == "iframe" and "srcdoc" in attributes):
            yield attributes[name], kind
    if tag.name in {"img", "source"}:
        yield from ((url, "file") for url in srcset_urls(attributes.get("srcset", "")))
    if tag.name == "input" and attributes.get("type", "").lower() == "image":
        yield attributes.get("src", ""), "file"
    if tag.name == "link":
        relations = attributes.get("rel", "").lower().split()
        if "stylesheet" in relations:
            yield attributes.get("href", ""), "stylesheet"
        elif "icon" in relations:
            yield attributes.get("href", ""), "file"


def srcset_urls(text: str) -> Iterator[str]:
    """Yield every candidate: which one a browser takes depends on the screen of its user.

    HTML Standard §4.8.4.2.2; commas inside parentheses of a descriptor are not foreseen.
    """
    position = 0
    while found := _CANDIDATE.match(text, position):
        url, position = found[1], found.end()
        if not url.endswith(","):
            comma = text.find(",", position)
            position = len(text) if comma < 0 else comma
        yield url.rstrip(",")
