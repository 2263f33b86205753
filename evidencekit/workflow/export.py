"""Export a bundle: say so in the ledger, write it beside the target, rename it, say it is done.

The case is held from the first event to the last. A bundle that was not finished is removed, and
one that a killed process left is removed by the next export to the same place.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from evidencekit import __version__
from evidencekit.errors import BadInput, PolicyForbids
from evidencekit.export.bag import Signed
from evidencekit.export.profiles import HeldBack, Plan, load_profile
from evidencekit.export.readme_encrypted import readme_encrypted
from evidencekit.export.sinks import FolderSink, ZipSink, held, unfinished
from evidencekit.files.age import encrypt_stream, parse_recipients
from evidencekit.files.durable import disk_errors, sync_path, write_durably
from evidencekit.files.streaming import digest_stream
from evidencekit.model.bundle import BundleFile
from evidencekit.model.event import Actor
from evidencekit.model.ids import Digest
from evidencekit.model.json import Json
from evidencekit.model.seal import Stamp
from evidencekit.proof.cms import sign_detached
from evidencekit.protocols import Observer, Signer, Silent, TimestampAuthority
from evidencekit.store.case import Case, Kind
from evidencekit.store.writer import CaseWriter, open_writer
from evidencekit.text.catalog import _
from evidencekit.workflow.bundle import Contents, write_bundle
from evidencekit.workflow.cases import MAX_TEXT
from evidencekit.workflow.seals import SealFolder, seals_of
from evidencekit.workflow.setting import Setting

Form = Literal["bag", "zip"]
_TOP = "evidence"  # neutral: a file name is seen by people who need not know
_ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A bundle that lies where it was asked for."""

    path: Path
    profile: str
    bundle: str
    artifacts: int
    held_back: tuple[HeldBack, ...]
    is_signed: bool
    warnings: tuple[str, ...]


def plan_export(case: Case, *, profile: str) -> Plan:
    """Return what a profile would show and hold back; nothing is written or recorded."""
    return load_profile(profile).plan(row.id for row in case.rows())


def export(
    case: Case,
    *,
    profile: str,
    out: Path,
    form: Form,
    encrypt_to: Sequence[str] = (),
    signer: Signer | None,
    purpose: str | None = None,
    recipient: str | None = None,
    clear: bool = False,
    authorities: Sequence[TimestampAuthority] = (),
    language: str,
    actor: Actor | None = None,
    setting: Setting,
    observer: Observer | None = None,
) -> Exported:
    """Write a bundle to ``out``, which must not exist.

    Without ``signer`` its documents are not signed, and a recipient will be told so. Raises
    :class:`BadInput` where the case is not sealed as it stands, :class:`PolicyForbids` where a
    support case would go out in clear without ``clear``.
    """
    _require_target(out, encrypt_to)
    parse_recipients(encrypt_to)
    if any(len(text or "") > MAX_TEXT for text in (purpose, recipient)):
        raise BadInput(_("a text is longer than {n} characters").format(n=MAX_TEXT))
    if case.kind is Kind.SUPPORT and not encrypt_to and not clear:
        raise PolicyForbids(
            _("a support case leaves only encrypted"),
            hint=_("--encrypt-to age1… names the recipient; --clear if you must"),
        )
    plan = plan_export(case, profile=profile)
    machine = setting.machine()
    with open_writer(case.root, case.id, machine, command="export") as writer:
        actor = actor or case.first_actor()
        sealed = _require_sealed(case, writer)
        about = BundleFile(
            bundle=machine.random_bytes(_ID_BYTES).hex(),
            case=case.id,
            created_at=setting.clock(),
            profile=profile,
            purpose=purpose,
            recipient=recipient,
            seal=sealed.number,
            shown=len(plan.shown),
            held_back=len(plan.held_back),
            ledger_size=_next_seq(writer),
            whole_case=not plan.held_back,
            language=language,
            is_signed=signer is not None,
            tool_version=__version__,
        )
        writer.commit("export.begin", actor=actor, detail=_begin(about, encrypt_to))
        contents = Contents(
            case=case,
            about=about,
            exporter=actor,
            sealed=sealed,
            ledger_end=writer.position.ledger_end,
            bodies_end=writer.position.bodies_end,
            sign=_signing(signer, authorities, setting.clock),
            observer=observer or Silent(),
        )
        with disk_errors(str(out.parent)):
            tag_list, file_sha256 = _write(contents, out, form, encrypt_to)
        done: dict[str, Json] = {
            "bundle": about.bundle,
            "tagmanifest_sha256": tag_list,
            "file_sha256": file_sha256,
        }
        writer.commit("export.done", actor=actor, detail=done)
    return Exported(
        path=out,
        profile=profile,
        bundle=about.bundle,
        artifacts=len(plan.shown),
        held_back=plan.held_back,
        is_signed=signer is not None,
        warnings=_warnings(case, plan, encrypt_to, signer),
    )


def _require_target(out: Path, encrypt_to: Sequence[str]) -> None:
    if os.path.lexists(out):
        raise BadInput(_("{path} is there already").format(path=out))
    beside = _beside(out)
    if encrypt_to and os.path.lexists(beside) and not _is_readme(beside):
        raise BadInput(_("{path} is there already").format(path=beside))
    if not out.parent.is_dir():
        raise BadInput(_("{path}: there is no such folder").format(path=out.parent))


def _is_readme(path: Path) -> bool:
    ours = readme_encrypted().encode("utf-8")
    return path.is_file() and path.stat().st_size == len(ours) and path.read_bytes() == ours


def _require_sealed(case: Case, writer: CaseWriter) -> SealFolder:
    existing = seals_of(case.root)
    covered = existing[-1].manifest().artifact_count if existing else 0
    if not existing or writer.index.artifact_count() != covered:
        raise BadInput(
            _("the case holds artifacts that no seal covers"),
            hint=_("evidencekit seal --key file:KEY.pem, then export again"),
        )
    return existing[-1]


def _next_seq(writer: CaseWriter) -> int:
    return (writer.position.last.seq if writer.position.last is not None else 0) + 1


def _begin(about: BundleFile, encrypt_to: Sequence[str]) -> dict[str, Json]:
    return {
        "bundle": about.bundle,
        "profile": about.profile,
        "seal": about.seal,
        "shown": about.shown,
        "held_back": about.held_back,
        "purpose": about.purpose,
        "recipient": about.recipient,
        "encrypted_to": list(encrypt_to),
    }


def _signing(
    signer: Signer | None,
    authorities: Sequence[TimestampAuthority],
    clock: Callable[[], datetime],
) -> Callable[[bytes], Signed | None]:
    def sign(tag_list: bytes) -> Signed | None:
        if signer is None:
            return None
        signature = sign_detached(tag_list, signer, at=clock())
        stamps: tuple[Stamp, ...] = tuple(authority.stamp(signature) for authority in authorities)
        return Signed(signature=signature, stamps=stamps)

    return sign


def _write(
    contents: Contents, out: Path, form: Form, encrypt_to: Sequence[str]
) -> tuple[Digest, Digest | None]:
    with unfinished(out, contents.about.bundle[:8]) as partial:
        if encrypt_to or form == "zip":
            tag_list = _write_file(contents, partial, encrypt_to)
            with partial.open("rb") as stream:
                file_sha256 = digest_stream(stream).sha256
        else:
            sink = FolderSink(partial)
            with held(partial):
                tag_list, file_sha256 = write_bundle(contents, sink), None
        _require_target(out, encrypt_to)  # once more: a rename would replace what came meanwhile
        if encrypt_to:
            write_durably(_beside(out), readme_encrypted().encode("utf-8"))
        partial.rename(out)
    with suppress(OSError):  # a folder on a network drive may refuse; the file itself is synced
        sync_path(out.parent)
    return tag_list, file_sha256


def _beside(out: Path) -> Path:
    return out.with_name(f"{out.name}.README.txt")


def _write_file(contents: Contents, partial: Path, encrypt_to: Sequence[str]) -> Digest:
    found: list[Digest] = []

    def write(stream: IO[bytes]) -> None:
        sink = ZipSink(stream, _TOP)
        try:
            found.append(write_bundle(contents, sink))
        except BaseException:
            sink.abandon()
            raise

    with partial.open("xb") as target, held(partial):
        partial.chmod(0o600)
        if encrypt_to:
            encrypt_stream(write, target, encrypt_to)
        else:
            write(target)
    sync_path(partial)
    return found[0]


def _warnings(
    case: Case, plan: Plan, encrypt_to: Sequence[str], signer: Signer | None
) -> tuple[str, ...]:
    said = []
    holds_media = any(
        row.media_type.startswith(("image/", "video/", "audio/")) for row in case.rows()
    )
    if plan.shown and holds_media and not encrypt_to:
        said.append(_("the bundle holds media and is not encrypted (--encrypt-to age1…)"))
    if signer is None:
        said.append(_("the documents of the bundle are not signed (--key); verify will say so"))
    return tuple(said)
