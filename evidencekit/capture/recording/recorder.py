"""What a recorder of a browser's traffic is given, and what it has to offer.

There are two: of the browser's network log (:mod:`evidencekit.capture.netlog`), and of its
debugging protocol (:mod:`evidencekit.capture.protocol_record`), which loses more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from evidencekit.capture.guard.passages import PassageLog
from evidencekit.capture.recording.two_files import IsRefetch, Recording, WithoutMedia
from evidencekit.capture.warc import WarcWriter
from evidencekit.errors import PolicyForbids
from evidencekit.text.catalog import _

RecorderName = Literal["netlog", "protocol"]


class RecordingEnded(Exception):
    """Nothing more of this visit will be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What the record of one page is made with."""

    folder: Path
    """For both files and for bodies that are still coming; nothing is written elsewhere."""
    page_id: str
    writer: Callable[[Path], WarcWriter]
    clock: Callable[[], datetime]
    closing_at: Callable[[], datetime | None]
    """When we began to close the browser, None as long as we have not."""
    was_seen: Callable[[str], bool]
    """Whether the page was seen asking for a URL, so far."""
    passages: PassageLog
    """What the guard did in this capture."""
    is_refetch: IsRefetch
    add_last: Callable[[WarcWriter], None]
    """Called when the browser has ended, to add what no recorder holds."""
    without_media: WithoutMedia | None
    """None where media were wanted."""


def require_allowed(name: RecorderName, *, is_without_media: bool) -> None:
    """Raise :class:`PolicyForbids` for a recorder that reads bodies where none may be read."""
    if is_without_media and name != "netlog":
        raise PolicyForbids(
            _("--recorder {name} reads bodies, and without media none may be read").format(
                name=name
            ),
            hint=_("use a browser version that evidencekit was tested with, or --engine http"),
        )


class PageRecorder(Protocol):
    """Records one page in a fresh browser."""

    name: RecorderName
    settings: Mapping[str, str]
    """What the warcinfo record says of it."""
    loses: tuple[str, ...]
    """Stable words for what the page was sent and this recorder cannot keep as it was."""
    netlog: str
    """What became of the browser's network log, in one stable word."""
    can_refetch: bool
    """Whether it records what the browser is told to fetch again."""

    def begin(self, making: Making) -> None:
        """Record from now on; the page has not asked for anything yet."""

    def received_bytes(self) -> int:
        """Return how much has come, as ``BrowserLimits.log_bytes`` counts it.

        Raises :class:`RecordingEnded` where nothing more is recorded.
        """

    def has_caught_up(self) -> bool:
        """Return whether everything that the browser has told so far is recorded."""

    def finish(self) -> Recording:
        """Return what was recorded, after the browser was told to end."""
