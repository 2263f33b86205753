"""One act: a chain line and the body that says what it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from evidencekit.model.ids import CaseId, Digest
from evidencekit.model.json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, by the name that the case knows them by; never more than is needed."""

    alias: str
    org: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What wrote the record. ``platform`` is a system's name, never a host's."""

    name: str
    version: str
    python: str
    platform: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the chain (docs/format/ledger.md §1)."""

    seq: int
    prev: Digest | None
    """Line hash of the line before; None for the first."""
    at: datetime
    case: CaseId
    key: bytes
    """Ed25519 public key, 32 bytes."""
    action: str
    leaves: tuple[Digest, ...]
    body_commit: Digest
    sig: bytes
    new_key: bytes | None = None
    purged: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactLine:
    """An artifact as a body holds it."""

    data: bytes
    """Its canonical encoding: what its leaf commits to."""
    members: Mapping[str, Json]
    """The same, decoded but not yet judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What happened."""

    seq: int
    salt: str
    actor: Actor
    artifacts: tuple[ArtifactLine | None, ...]
    """None where withheld or purged."""
    detail: Mapping[str, Json]
    tool: Tool
