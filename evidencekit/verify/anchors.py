"""Whom the verifying person trusts, and as of when."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from evidencekit.proof.revocation import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """Everything that may be believed; nothing in a bundle adds to it."""

    signers: tuple[x509.Certificate, ...]
    """From ``--trust``: signers' own certificates, or authorities above them."""
    authorities: tuple[x509.Certificate, ...]
    """From ``--tsa-trust``: roots of timestamping authorities."""
    now: datetime
    require_time: bool = False
    require_revocation: bool = False
    revocation: Evidence = field(default_factory=Evidence)
    """From ``--crl`` and ``--ocsp``, and from the seals themselves: believed by its signatures."""
