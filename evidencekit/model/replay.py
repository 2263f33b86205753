"""What the replay of a capture without network came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCheck:
    """How far the WACZ alone shows the page that was captured.

    A low value is a fact about the record or about the page, which may draw another picture each
    time; it is no verdict on the capture.
    """

    why_not: str | None = None
    """Stable words where there is no result or only part of one, e.g. ``timed-out load``."""
    viewport_alike_permille: int | None = None
    """Likeness of the first view (docs/format/wacz.md §6); None where either picture is missing."""
    page_alike_permille: int | None = None
    """The same for the whole page."""
    words_alike_permille: int | None = None
    """Likeness of the words of the document; None where either is missing or too large."""
    asked: int = 0
    """Requests that the replayed page made."""
    answered: int = 0
    """Of these, from the WACZ."""
    guessed: int = 0
    """Of the answered, by a URL or body that differs in what changes at every visit."""
    failed_before: int = 0
    """Not answered, and not when the page was captured either."""
    missing: tuple[str, ...] = ()
    """URLs that were asked for and are not in the WACZ; the first ones, cut."""
    frames: int = 0
    """Documents asked for in frames."""
    frames_answered: int = 0
    videos: int = 0
    """Video elements in the page itself."""
    videos_ready: int = 0
    """Of these, with at least one frame to show (``readyState`` 2 or more)."""
