"""The seals that lie in a case folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.case import (
    MANIFEST,
    SEALS,
    SIGNATURE,
    counter_name,
    revocation_name,
    seal_name,
    stamp_name,
)
from evidencekit.formats.hashing import sha256
from evidencekit.formats.manifest import decode_manifest
from evidencekit.model.bundle import CounterFact, SealFact, StampFact
from evidencekit.model.seal import Manifest, Stamp
from evidencekit.proof.certificates import fingerprint
from evidencekit.proof.cms import read_signature
from evidencekit.proof.rfc3161 import read_token


@dataclass(frozen=True, slots=True)
class SealFolder:
    """One seal on disk."""

    path: Path
    number: int

    def manifest(self) -> Manifest:
        """Read what it states; nothing is checked here but the form."""
        return decode_manifest((self.path / MANIFEST).read_bytes())

    def signer(self) -> x509.Certificate:
        """Return whose signature it carries; raises :class:`EvidenceDoubted` for a false one."""
        data = (self.path / MANIFEST).read_bytes()
        signature = (self.path / SIGNATURE).read_bytes()
        return read_signature(signature, data, what=self.path.name).signer

    def all_signers(self) -> tuple[x509.Certificate, ...]:
        """Return the signer and those who countersigned."""
        signature = (self.path / SIGNATURE).read_bytes()
        counters = (
            read_signature((self.path / name).read_bytes(), signature, what=name)
            for name in self.counters()
        )
        return (self.signer(), *(counter.signer for counter in counters))

    def stamp_count(self, signed: str = SIGNATURE) -> int:
        """Return how many tokens lie beside a signature; they are numbered without gaps."""
        count = 0
        while (self.path / stamp_name(signed, count + 1, "tsr")).exists():
            count += 1
        return count

    def revocation_files(self) -> tuple[str, ...]:
        """Return the names of the lists and answers stored with it; numbered without gaps."""
        found: list[str] = []
        for suffix in ("crl", "ocsp"):
            number = 1
            while (self.path / revocation_name(number, suffix)).exists():
                found.append(revocation_name(number, suffix))
                number += 1
        return tuple(found)

    def counters(self) -> tuple[str, ...]:
        """Return the names of the countersignatures; they are numbered without gaps."""
        found: list[str] = []
        while (self.path / counter_name(len(found) + 1)).exists():
            found.append(counter_name(len(found) + 1))
        return tuple(found)

    def stamps(self, signed: str = SIGNATURE) -> tuple[Stamp, ...]:
        """Return the timestamps beside a signature, named by their authorities' certificates.

        They are read and compared with the signature; whether an authority is to be trusted is
        not judged here. Raises :class:`EvidenceDoubted` for one that is false.
        """
        signature = (self.path / signed).read_bytes()
        count = self.stamp_count(signed)
        return tuple(self._stamp(signed, number, signature) for number in range(1, count + 1))

    def _stamp(self, signed: str, number: int, signature: bytes) -> Stamp:
        request = (self.path / stamp_name(signed, number, "tsq")).read_bytes()
        response = (self.path / stamp_name(signed, number, "tsr")).read_bytes()
        token = read_token(response, request, signature, what=self.path.name)
        return Stamp(
            tsa=token.signer.subject.rfc4514_string(),
            request=request,
            response=response,
            gen_time=token.gen_time,
            is_authority_checked=False,
        )


def seals_of(root: Path) -> tuple[SealFolder, ...]:
    """Return the seals in order; raises :class:`EvidenceDoubted` where one is missing."""
    names = sorted(entry.name for entry in (root / SEALS).iterdir() if entry.name.isdigit())
    expected = [seal_name(number) for number in range(1, len(names) + 1)]
    if names != expected:
        raise EvidenceDoubted(f"{SEALS}: a seal is missing")
    return tuple(
        SealFolder(root / SEALS / name, number) for number, name in enumerate(names, start=1)
    )


def seal_fact(seal: SealFolder) -> SealFact:
    """Return what the documents say of a seal; raises :class:`EvidenceDoubted` for a false one."""
    data = (seal.path / MANIFEST).read_bytes()
    manifest = seal.manifest()
    # From the signature itself: the certificates beside it are there for people to look at.
    signed = read_signature((seal.path / SIGNATURE).read_bytes(), data, what=seal.path.name)
    return SealFact(
        number=seal.number,
        manifest_sha256=sha256(data),
        signer_name=signed.signer.subject.rfc4514_string(),
        signer_fingerprint=fingerprint(signed.signer),
        stamps=_stamp_facts(seal.stamps()),
        counters=tuple(_counter_fact(seal, name) for name in seal.counters()),
        ledger_size=manifest.ledger_size,
        artifact_count=manifest.artifact_count,
    )


def _counter_fact(seal: SealFolder, name: str) -> CounterFact:
    signature, counter = (seal.path / SIGNATURE).read_bytes(), (seal.path / name).read_bytes()
    signed = read_signature(counter, signature, what=f"{seal.path.name}/{name}")
    return CounterFact(
        name=name,
        signer_name=signed.signer.subject.rfc4514_string(),
        signer_fingerprint=fingerprint(signed.signer),
        stamps=_stamp_facts(seal.stamps(name)),
    )


def _stamp_facts(stamps: Iterable[Stamp]) -> tuple[StampFact, ...]:
    return tuple(StampFact(tsa=stamp.tsa, gen_time=stamp.gen_time) for stamp in stamps)
