"""What a page says of itself: address, title, the words that a reader sees, password fields.

Everything in it is hostile text, cut to size in the page and again here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAX_TITLE, MAX_TEXT, MAX_URL = 2000, 4000, 8192
FINAL_URL = "urn:evidencekit:final-url"
SCRIPT = Path(__file__).with_name("facts.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """Read once, after the behaviours."""

    url: str
    """Cut at :data:`MAX_URL`."""
    whole_url: str | None = None
    """Where that was cut, the address as it is; Chromium takes 2 MiB of one."""
    title: str = ""
    text: str = ""
    """The beginning of what a reader sees of the main frame."""
    text_chars: int = 0
    """How long that is in full."""
    cover: str = ""
    """The words of what lies fixed over the middle of the page, if anything does."""
    passwords: int = 0
    """Password fields that can be seen."""


def facts_of(value: object) -> PageFacts | None:
    """Read what the script returned; None where it is not of that shape."""
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        return None
    return PageFacts(
        url=value["url"][:MAX_URL],
        whole_url=value["url"] if len(value["url"]) > MAX_URL else None,
        title=_text(value, "title")[:MAX_TITLE],
        text=_text(value, "text")[:MAX_TEXT],
        text_chars=_count(value, "text_chars"),
        cover=_text(value, "cover")[:MAX_TEXT],
        passwords=_count(value, "passwords"),
    )


def _text(value: Mapping[str, object], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _count(value: Mapping[str, object], name: str) -> int:
    found = value.get(name)
    return int(found) if isinstance(found, int | float) else 0
