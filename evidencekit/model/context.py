"""What a page says of itself: claims of whoever made the page, never facts about it."""

from dataclasses import dataclass
from typing import Literal

About = Literal[
    "title",
    "description",
    "site",
    "author",
    "author-page",
    "handle",
    "published",
    "modified",
    "uploaded",
    "time",
    "other",
]
"""What a statement is about; ``time`` where the page does not say of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that the page states; hostile text, cut to a bounded length."""

    about: About
    value: str
    """As stated: a time is not turned into another form, since its zone may be missing."""
    where: str
    """The place in the page, e.g. ``meta[og:title]`` or ``json-ld VideoObject.author.name``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAddress:
    """A picture, video or player that the page names."""

    url: str
    """Absolute. Long values in its query, which may be keys to the file, are left out."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What one page states of itself, bounded; everything in it is a claim of the page."""

    canonical: str | None
    """The address that the page gives as its own."""
    language: str | None
    statements: tuple[Statement, ...]
    media: tuple[MediaAddress, ...]
    omitted: tuple[str, ...] = ()
    """What is not here, in stable words with a count, e.g. ``media 812``."""
