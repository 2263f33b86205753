"""The event that records a seal, also one that a crash left without it."""

from collections.abc import Sequence

from evidencekit.errors import BadInput
from evidencekit.formats.case import MANIFEST, SIGNATURE
from evidencekit.formats.hashing import sha256
from evidencekit.formats.times import write_time
from evidencekit.model.event import Actor
from evidencekit.model.json import Json
from evidencekit.model.seal import Stamp
from evidencekit.store.case import Case
from evidencekit.store.writer import CaseWriter
from evidencekit.text.catalog import _
from evidencekit.workflow.chain import read_chain
from evidencekit.workflow.seals import SealFolder, seals_of
from evidencekit.workflow.statement import sealed_heads

_NOTHING_NEW = frozenset({"seal", "countersign", "export.begin", "export.done"})


def record_seal(
    writer: CaseWriter,
    folder: SealFolder,
    stamps: Sequence[Stamp],
    actor: Actor,
    *,
    adopted: bool = False,
) -> None:
    """Append the event; ``adopted`` tells that a crash had prevented it."""
    dated: list[Json] = [
        {"tsa": stamp.tsa, "gen_time": write_time(stamp.gen_time)} for stamp in stamps
    ]
    detail: dict[str, Json] = {
        "seal": folder.number,
        "manifest_sha256": sha256((folder.path / MANIFEST).read_bytes()),
        "signature_sha256": sha256((folder.path / SIGNATURE).read_bytes()),
        "timestamps": dated,
    }
    if adopted:
        detail["adopted"] = True
    writer.commit("seal", actor=actor, detail=detail)


def record_unrecorded(
    case: Case, writer: CaseWriter, existing: Sequence[SealFolder], actor: Actor
) -> bool:
    """Record seals that a crash left without an event; tells whether there was one."""
    unrecorded = _unrecorded(case, existing)
    for folder in unrecorded:
        read_chain(case, None, None, heads=sealed_heads([folder]))
        record_seal(writer, folder, folder.stamps(), actor, adopted=True)
    return bool(unrecorded)


def require_changed(case: Case) -> None:
    """Raise what ``seal`` raises where there is nothing new to seal, and no event to make up."""
    existing = seals_of(case.root)
    if existing and not is_changed(case, existing[-1]) and not _unrecorded(case, existing):
        raise nothing_changed(existing[-1])


def nothing_changed(last: SealFolder) -> BadInput:
    """Return the error that a seal over the same again is."""
    return BadInput(
        _("nothing has changed since seal {n}").format(n=last.number),
        hint=_("--again seals all the same, --timestamp-pending only fetches timestamps"),
    )


def _unrecorded(case: Case, existing: Sequence[SealFolder]) -> list[SealFolder]:
    recorded = {
        event.body.detail.get("seal")
        for event in case.events()
        if event.line.action == "seal" and event.body is not None
    }
    return [folder for folder in existing if folder.number not in recorded]


def is_changed(case: Case, last: SealFolder) -> bool:
    """Tell whether anything but seals and exports happened since a seal."""
    sealed = last.manifest().ledger_size
    return any(
        event.line.seq > sealed and event.line.action not in _NOTHING_NEW for event in case.events()
    )
