"""The seals that lie in a case folder."""

from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.case import MANIFEST, SEALS, SIGNATURE, seal_name, stamp_name
from evidencekit.formats.manifest import decode_manifest
from evidencekit.model.seal import Manifest


@dataclass(frozen=True, slots=True)
class SealFolder:
    """One seal on disk."""

    path: Path
    number: int

    def manifest(self) -> Manifest:
        """Read what it states; nothing is checked here but the form."""
        return decode_manifest((self.path / MANIFEST).read_bytes())

    def stamp_count(self) -> int:
        """Return how many tokens lie beside the signature; they are numbered without gaps."""
        count = 0
        while (self.path / stamp_name(SIGNATURE, count + 1, "tsr")).exists():
            count += 1
        return count


def seals_of(root: Path) -> tuple[SealFolder, ...]:
    """Return the seals in order; raises :class:`EvidenceDoubted` where one is missing."""
    names = sorted(entry.name for entry in (root / SEALS).iterdir() if entry.name.isdigit())
    expected = [seal_name(number) for number in range(1, len(names) + 1)]
    if names != expected:
        raise EvidenceDoubted(f"{SEALS}: a seal is missing")
    return tuple(
        SealFolder(root / SEALS / name, number) for number, name in enumerate(names, start=1)
    )
