"""Seal a case: state what it holds, sign the statement, have the signature stamped.

Order: the folder of the seal is written whole and renamed into place, then the event is recorded.
A seal whose event a crash prevented is found by the next run, checked, and recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import BadInput, TsaUnavailable
from evidencekit.files.durable import barrier, disk_errors
from evidencekit.formats.case import ARTIFACTS, CHAIN_PEM, MANIFEST, SEALS, SIGNATURE, seal_name
from evidencekit.formats.hashing import sha256
from evidencekit.formats.manifest import encode_manifest
from evidencekit.model.event import Actor
from evidencekit.model.ids import Digest
from evidencekit.model.seal import Stamp
from evidencekit.proof.cms import sign_detached
from evidencekit.protocols import Observer, Signer, TimestampAuthority
from evidencekit.seal.suitable import require_suitable
from evidencekit.store.case import Case
from evidencekit.store.writer import open_writer
from evidencekit.text.catalog import _
from evidencekit.workflow.chain import read_chain
from evidencekit.workflow.countersign import record_counter
from evidencekit.workflow.key_life import record_rotation, require_in_use
from evidencekit.workflow.revocation import Kept, require_unrevoked, write_kept
from evidencekit.workflow.seal_events import (
    is_changed,
    nothing_changed,
    record_seal,
    record_unrecorded,
)
from evidencekit.workflow.seals import SealFolder, seals_of
from evidencekit.workflow.setting import Setting
from evidencekit.workflow.stamping import stamp_beside
from evidencekit.workflow.statement import sealed_heads, state_case, vouched_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What sealing came to."""

    seal: int
    manifest_sha256: Digest
    signature: Path
    stamps: tuple[Stamp, ...]
    missing: tuple[TsaUnavailable, ...]
    """Authorities that were asked and gave no token."""

    @property
    def time_proven(self) -> bool:
        """Whether an authority whose root was given has dated the seal."""
        return any(stamp.is_authority_checked for stamp in self.stamps)


def seal(
    case: Case,
    signer: Signer,
    *,
    authorities: Sequence[TimestampAuthority] = (),
    again: bool = False,
    accept_keys: frozenset[bytes] = frozenset(),
    kept: Sequence[Kept] = (),
    actor: Actor | None = None,
    setting: Setting,
    observer: Observer | None = None,
) -> Sealed:
    """Seal what the case holds now.

    ``accept_keys`` are device keys that the signer vouches for besides those already known;
    ``kept`` are revocation lists and answers about the signer, stored with the seal. Raises
    :class:`BadInput` where nothing changed since the last seal, unless ``again``;
    :class:`PolicyForbids` where an unknown device key signed ledger lines,
    :class:`CertificateUnsuitable` where the signer's certificate must not sign now.
    """
    require_suitable(signer.certificates, at=setting.clock())
    require_unrevoked(signer.certificates, kept)
    require_in_use(case, signer)
    machine = setting.machine()
    with open_writer(case.root, case.id, machine, command="seal") as writer:
        actor = actor or case.first_actor()
        existing = seals_of(case.root)
        mine = vouched_keys(existing, signer)
        adopted = record_unrecorded(case, writer, existing, actor)
        if existing and not again and not is_changed(case, existing[-1]):
            if adopted:  # what a killed run of this command had finished, all but its event
                return _result(existing[-1], existing[-1].stamps(), ())
            raise nothing_changed(existing[-1])
        record_rotation(case, writer, existing, signer, actor)
        known = accept_keys | {machine.device.public} | mine
        folder = SealFolder(case.root / SEALS / seal_name(len(existing) + 1), len(existing) + 1)
        draft = writer.spool.folder / "seal"
        draft.mkdir()
        with disk_errors(str(case.root)):
            chain, listing = read_chain(
                case, draft / ARTIFACTS, observer, heads=sealed_heads(existing)
            )
            manifest = state_case(case, chain, listing, existing, known)
            # The seal's own event comes after what it covers, and this device will sign it.
            manifest = replace(manifest, keys=manifest.keys | {machine.device.public})
            signature = _write_signed(draft, encode_manifest(manifest), signer, setting.clock())
            write_kept(draft, kept)
            stamps, missing = stamp_beside(draft / SIGNATURE, signature, authorities, first=1)
            _move_into_place(draft, folder.path)
        record_seal(writer, folder, stamps, actor)
    return _result(folder, stamps, missing)


def complete_timestamps(
    case: Case,
    authorities: Sequence[TimestampAuthority],
    *,
    actor: Actor | None = None,
    setting: Setting,
) -> Sealed:
    """Stamp the newest seal at authorities that have not stamped it; for a seal made offline.

    Its countersignatures without any timestamp are stamped too.

    Raises :class:`BadInput` where there is no seal, or no authority was given.
    """
    existing = seals_of(case.root)
    if not existing or not authorities:
        raise BadInput(_("there is no seal to complete, or no authority to ask (--tsa)"))
    machine, newest = setting.machine(), existing[-1]
    with open_writer(case.root, case.id, machine, command="seal") as writer:
        signature = (newest.path / SIGNATURE).read_bytes()
        with disk_errors(str(case.root)):
            stamps, missing = stamp_beside(
                newest.path / SIGNATURE, signature, authorities, first=newest.stamp_count() + 1
            )
            undated = [name for name in newest.counters() if not newest.stamp_count(name)]
            later = {
                name: stamp_beside(
                    newest.path / name, (newest.path / name).read_bytes(), authorities, first=1
                )
                for name in undated
            }
        if stamps:
            record_seal(writer, newest, stamps, actor or case.first_actor())
        for name, (found, _missing) in later.items():
            if found:
                record_counter(writer, newest, name, found, actor or case.first_actor())
    return _result(newest, stamps, missing)


def _result(
    folder: SealFolder, stamps: tuple[Stamp, ...], missing: tuple[TsaUnavailable, ...]
) -> Sealed:
    return Sealed(
        seal=folder.number,
        manifest_sha256=sha256((folder.path / MANIFEST).read_bytes()),
        signature=folder.path / SIGNATURE,
        stamps=stamps,
        missing=missing,
    )


def _write_signed(draft: Path, manifest: bytes, signer: Signer, at: datetime) -> bytes:
    signature = sign_detached(manifest, signer, at=at)
    (draft / MANIFEST).write_bytes(manifest)
    (draft / SIGNATURE).write_bytes(signature)
    (draft / CHAIN_PEM).write_bytes(_pem(signer.certificates))
    return signature


def _move_into_place(draft: Path, folder: Path) -> None:
    barrier(draft, [draft, *draft.rglob("*")])
    draft.rename(folder)
    barrier(folder, [folder.parent])


def _pem(certificates: Sequence[bytes]) -> bytes:
    return b"".join(
        x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in certificates
    )
