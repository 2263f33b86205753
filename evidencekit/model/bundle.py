"""What a bundle says of itself, and what the documents in it are written from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from evidencekit.model.artifact import Artifact
from evidencekit.model.event import Actor, Body, Line
from evidencekit.model.hosting import HostName
from evidencekit.model.ids import CaseId, Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFile:
    """``bundle.json`` (docs/format/bundle.md §2)."""

    bundle: str
    """16 random bytes in hexadecimal."""
    case: CaseId
    created_at: datetime
    profile: str
    purpose: str | None
    recipient: str | None
    seal: int
    shown: int
    held_back: int
    ledger_size: int
    whole_case: bool
    language: str
    is_signed: bool
    """Whether the documents of the bundle are signed."""
    tool_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StampFact:
    """One timestamp of a seal."""

    tsa: str
    gen_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterFact:
    """One countersignature of a seal, as it says itself."""

    name: str
    """Of its file, beside the seal's signature."""
    signer_name: str
    signer_fingerprint: str
    stamps: tuple[StampFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFact:
    """One seal, as its own files say; checking is the recipient's."""

    number: int
    manifest_sha256: Digest
    signer_name: str
    signer_fingerprint: str
    """SHA-256 in upper-case pairs, to be compared by telephone."""
    stamps: tuple[StampFact, ...]
    ledger_size: int
    artifact_count: int
    counters: tuple[CounterFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArtifact:
    """An artifact in the bundle and where its bytes lie there."""

    artifact: Artifact
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyEntry:
    """One act for the chain-of-custody record."""

    line: Line
    body: Body | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything that the documents of a bundle tell; nothing that is held back is in it."""

    about: BundleFile
    title: str
    kind: str
    """``investigation`` or ``support``."""
    exporter: Actor
    seals: tuple[SealFact, ...]
    artifacts: Iterable[ShownArtifact]
    """May be iterated more than once."""
    custody: Iterable[CustodyEntry]
    """May be iterated more than once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureAccount:
    """Everything that the report of one capture tells; nothing that is held back is in it."""

    about: BundleFile | None
    """The bundle that the report goes with; None where it is written from the case alone."""
    case: CaseId
    title: str
    """Of the case."""
    language: str
    written_at: datetime
    tool_version: str
    line: Line
    line_sha256: Digest
    """What the next line names as ``prev``."""
    body: Body
    artifacts: tuple[ShownArtifact, ...]
    asked: HostName | None
    """The host that was asked for; None where the address has none that can be read."""
    answered: HostName | None
    """The host of the final address."""
    hosting: Body | None
    """Of the ``route`` event that says who hosts it; None where there is none to be shown."""
    seal: SealFact | None
    """The first seal that covers the line; None where none does."""
    early: tuple[StampFact, ...]
    """Tokens over the line itself."""
    early_broken: int
    """How many more lie beside it that do not belong to it or cannot be read."""
