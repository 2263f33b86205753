"""What a source yields, before a case has it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Literal, Protocol

from evidencekit.model.json import Json

Origin = Literal["intake", "capture", "strip", "fingerprint"]
"""By which act an artifact came into the case."""


class Access(StrEnum):
    """Who may read it inside the organisation that keeps it."""

    NORMAL = "normal"
    RESTRICTED = "restricted"


class Content(Protocol):
    """Bytes that can be read once or again, and that say so if they moved under the reader."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open for one sequential read from the start.

        Leaving the context normally confirms that what was read is what was there throughout;
        raises :class:`~evidencekit.errors.SourceChanged` otherwise.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """One run of bytes and what is known about where it came from."""

    name: str
    """As found, not normalised; what was not UTF-8 stands as U+FFFD and in ``name_bytes``."""
    content: Content
    origin: Origin
    acquired_at: datetime
    name_bytes: bytes | None = None
    """The raw name where ``name`` does not encode back to it, else None."""
    role: str | None = None
    """What it is within its act, e.g. ``warc`` or ``screenshot`` of a capture."""
    source: Mapping[str, Json] = field(default_factory=dict)
    """Where it was: path, times and permissions of a file, or the URL of a page."""
    media_type: str | None = None
    """Known type of what we made ourselves; None lets the content decide."""
    derived_from: str | None = None
    """Id of the artifact, already in the case, that this is a copy of."""
    copy_of: str | None = None
    """Name of an earlier find of the same act that this is a copy of: it has no id yet."""
    derivation: Mapping[str, Json] = field(default_factory=dict)
    """How a copy was made."""
    access: Access = Access.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something a source met and did not take, with the reason; it is recorded, not dropped."""

    name: str
    why: str
    """Stable short word, e.g. ``symlink``, ``device``, ``unreadable``, ``changed-while-read``."""
    name_bytes: bytes | None = None
    detail: str = ""
