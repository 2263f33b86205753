"""Who brought something, in which capacity, and what was agreed (docs/format/intake.md)."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from evidencekit.model.artifact import Sensitivity


class Capacity(StrEnum):
    """In which capacity somebody brings it."""

    VICTIM = "victim"
    REPRESENTATIVE = "representative"
    THIRD_PARTY = "third-party"


class Handing(StrEnum):
    """How it was handed over."""

    IN_PERSON = "in-person"
    MESSENGER = "messenger"
    MAIL = "mail"
    POST = "post"
    ONLINE = "online"
    OTHER = "other"


class Agreed(StrEnum):
    """What somebody agreed to; taking it in is one thing, handing it on another."""

    KEEP = "keep"
    DELETION_REQUEST = "deletion-request"
    INVESTIGATION = "investigation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A document that was looked at; what it shows is not kept."""

    document: str
    """What it is: 가족관계증명서, 위임장 …"""
    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One handing over."""

    capacity: Capacity
    alias: str
    """Instead of a name."""
    sensitivity: Sensitivity
    relation: str = ""
    """Of a representative or a third party to the victim."""
    checked: tuple[Checked, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    device: str = ""
    """What it came from, as told: a telephone, a computer."""
    account: str = ""
    """The account that it came from, as told."""
    handing: Handing = Handing.OTHER
    circumstances: str = ""
    """What was told of it; needed where nothing may be read."""
    statements: tuple[str, ...] = field(default=())
    """Paths of files with a statement, text or recording."""
