"""A thing in the case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from evidencekit.model.find import Access, Origin
from evidencekit.model.ids import ArtifactId, Digest
from evidencekit.model.json import Json


class Sensitivity(StrEnum):
    """How careful everybody has to be; known before the bytes are read."""

    NORMAL = "normal"
    INTIMATE = "intimate"
    CSAM_SUSPECTED = "csam_suspected"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """Bytes in the store, named by what they are."""

    sha256: Digest
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One artifact line of the ledger (docs/format/ledger.md §3)."""

    id: ArtifactId
    salt: str
    """32 random bytes in hexadecimal: without it a leaf could be guessed from a known file."""
    sha256: Digest
    size: int
    media_type: str
    name: str
    acquired_at: datetime
    origin: Origin
    derived_from: ArtifactId | None = None
    sensitivity: Sensitivity = Sensitivity.NORMAL
    access: Access = Access.NORMAL
    name_bytes: bytes | None = None
    role: str | None = None
    source: Mapping[str, Json] = field(default_factory=dict)
    type: Mapping[str, Json] = field(default_factory=dict)
    metadata: StoredObject | None = None
    derivation: Mapping[str, Json] = field(default_factory=dict)
