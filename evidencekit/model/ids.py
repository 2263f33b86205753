"""Names that must not be mixed up."""

from typing import NewType

Digest = NewType("Digest", str)
"""SHA-256 in lower-case hexadecimal."""

CaseId = NewType("CaseId", str)
"""16 random bytes in lower-case hexadecimal."""

ArtifactId = NewType("ArtifactId", str)
"""``a<seq>-<n>``: the n-th artifact of ledger line seq; short enough to say on the telephone."""
