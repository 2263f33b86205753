"""What a seal is made of, besides the bytes in its folder."""

from dataclasses import dataclass
from datetime import datetime

from evidencekit.model.ids import CaseId, Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """An RFC 3161 exchange: what was asked, what came back, what it says."""

    tsa: str
    """URL of the authority, as configured."""
    request: bytes
    """DER TimeStampReq; kept, so that nonce and policy can be checked again."""
    response: bytes
    """DER TimeStampResp around the token exactly as received (docs/format/seal.md §5)."""
    gen_time: datetime
    is_authority_checked: bool
    """Whether the token chains to a root that the caller configured; only then is time proven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The small statement that a seal signs (docs/format/manifest.md)."""

    case: CaseId
    seal: int
    artifact_count: int
    root: Digest
    artifacts_sha256: Digest | None
    """SHA-256 of ``artifacts.jsonl``; None in an encrypted case."""
    ledger_size: int
    head: Digest
    keys: frozenset[bytes]
    """Device keys that the signer vouches for, 32 bytes each."""
    previous_seal: Digest | None
    tool_version: str
