"""Export a bundle: say so in the ledger, write it, say it is done.

The case is held from the first event to the last.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509

from evidencekit import __version__
from evidencekit.errors import BadInput, PolicyForbids, TsaUnavailable
from evidencekit.export.bag import Signed
from evidencekit.export.profiles import (
    FINGERPRINT,
    RESTRICTED,
    HeldBack,
    Insisting,
    Plan,
    load_profile,
)
from evidencekit.files.age import parse_recipients
from evidencekit.files.durable import disk_errors
from evidencekit.formats.case import SIGNATURE
from evidencekit.model.bundle import BundleFile
from evidencekit.model.event import Actor
from evidencekit.model.json import Json
from evidencekit.model.seal import Stamp
from evidencekit.proof.cms import certificates_in, sign_detached
from evidencekit.protocols import Observer, Signer, Silent, TimestampAuthority
from evidencekit.seal.signer import ChainedSigner
from evidencekit.seal.suitable import require_suitable
from evidencekit.store.case import Case, Kind
from evidencekit.store.writer import CaseWriter, open_writer
from evidencekit.text.catalog import _, ngettext
from evidencekit.workflow.bundle import Contents
from evidencekit.workflow.cases import MAX_TEXT
from evidencekit.workflow.delivery import deliver, require_free
from evidencekit.workflow.key_life import require_in_use
from evidencekit.workflow.seals import SealFolder, seals_of
from evidencekit.workflow.setting import Setting
from evidencekit.workflow.stamping import ask_each

Form = Literal["bag", "zip"]
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
    missing: tuple[TsaUnavailable, ...]
    """Authorities that were asked to date the documents and gave no token."""


def plan_export(case: Case, *, profile: str, insisting: Insisting | None = None) -> Plan:
    """Return what a profile would show and hold back; nothing is written or recorded.

    Raises :class:`PolicyForbids` where it never gives what is insisted on.
    """
    return load_profile(profile).plan(
        ((row.id, row.access, row.origin) for row in case.rows()), insisting=insisting
    )


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
    insisting: Insisting | None = None,
    authorities: Sequence[TimestampAuthority] = (),
    language: str,
    actor: Actor | None = None,
    setting: Setting,
    observer: Observer | None = None,
) -> Exported:
    """Write a bundle to ``out``, which must not exist.

    Without ``signer`` its documents are not signed, and a recipient will be told so. An authority
    that does not answer leaves them undated and is reported; it stops nothing. Raises
    :class:`BadInput` where the case is not sealed as it stands, :class:`PolicyForbids` where a
    support case would go out in clear without ``clear``, :class:`CertificateUnsuitable` where the
    signer's certificate must not sign now.
    """
    if signer is not None:
        signer = _with_known_chain(signer, case)
        require_suitable(signer.certificates, at=setting.clock())
        require_in_use(case, signer)
    require_exportable(case, profile=profile, out=out, encrypt_to=encrypt_to, clear=clear)
    if any(len(text or "") > MAX_TEXT for text in (purpose, recipient)):
        raise BadInput(_("a text is longer than {n} characters").format(n=MAX_TEXT))
    machine = setting.machine()
    with open_writer(case.root, case.id, machine, command="export") as writer:
        # Only now: nothing restricted may come in between the plan and what is written by it.
        plan = plan_export(case, profile=profile, insisting=insisting)
        actor = actor or case.first_actor()
        sealed = _require_sealed(case, writer.index.artifact_count())
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
        missing: list[TsaUnavailable] = []
        contents = Contents(
            case=case,
            about=about,
            held_back=frozenset(item.id for item in plan.held_back),
            exporter=actor,
            sealed=sealed,
            ledger_end=writer.position.ledger_end,
            bodies_end=writer.position.bodies_end,
            sign=_signing(signer, authorities, setting.clock, missing),
            observer=observer or Silent(),
        )
        with disk_errors(str(out.parent)):
            tag_list, file_sha256 = deliver(
                contents, out, as_file=form == "zip", encrypt_to=encrypt_to
            )
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
        warnings=_warnings(case, plan, encrypt_to, signer, missing),
        missing=tuple(missing),
    )


def _with_known_chain(signer: Signer, case: Case) -> Signer:
    """Add the authorities that a seal by the same certificate came with."""
    existing = seals_of(case.root)
    if not existing:
        return signer
    known = certificates_in((existing[-1].path / SIGNATURE).read_bytes())
    if signer.certificates[0] not in known:
        return signer
    return ChainedSigner(signer, map(x509.load_der_x509_certificate, sorted(known)))


def require_exportable(
    case: Case, *, profile: str, out: Path, encrypt_to: Sequence[str], clear: bool
) -> None:
    """Raise what :func:`export` would, for all that can be known before a key is at hand."""
    load_profile(profile)
    require_free(out, encrypt_to)
    parse_recipients(encrypt_to)
    if case.kind is Kind.SUPPORT and not encrypt_to and not clear:
        raise PolicyForbids(
            _("a support case leaves only encrypted"),
            hint=_("--encrypt-to age1… names the recipient; --clear if you must"),
        )
    _require_sealed(case, case.artifact_count())


def _require_sealed(case: Case, artifact_count: int) -> SealFolder:
    existing = seals_of(case.root)
    covered = existing[-1].manifest().artifact_count if existing else 0
    if not existing or artifact_count != covered:
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
    missing: list[TsaUnavailable],
) -> Callable[[bytes], Signed | None]:
    """Return what signs the list of tag files; ``missing`` takes in who did not date it."""

    def sign(tag_list: bytes) -> Signed | None:
        if signer is None:
            return None
        signature = sign_detached(tag_list, signer, at=clock())
        stamps: list[Stamp] = []
        for answer in ask_each(authorities, signature):
            if isinstance(answer, TsaUnavailable):
                missing.append(answer)
            else:
                stamps.append(answer)
        return Signed(signature=signature, stamps=tuple(stamps))

    return sign


def _warnings(
    case: Case,
    plan: Plan,
    encrypt_to: Sequence[str],
    signer: Signer | None,
    missing: Sequence[TsaUnavailable],
) -> tuple[str, ...]:
    said = []
    holds_media = any(
        row.media_type.startswith(("image/", "video/", "audio/")) for row in case.rows()
    )
    if plan.shown and holds_media and not encrypt_to:
        said.append(_("the bundle holds media and is not encrypted (--encrypt-to age1…)"))
    said += _held_back(plan)
    if signer is None:
        said.append(_("the documents of the bundle are not signed (--key); verify will say so"))
    said += [
        _("the documents of the bundle are signed, but not dated: {why}").format(why=item.message)
        for item in missing
    ]
    return tuple(said)


def _held_back(plan: Plan) -> list[str]:
    """Say how many stay, for each reason."""
    counts = Counter(item.why for item in plan.held_back)
    sentences = {
        RESTRICTED: ngettext(
            "{n} restricted artifact is held back (--include-restricted hands it over)",
            "{n} restricted artifacts are held back (--include-restricted hands them over)",
            counts[RESTRICTED],
        ),
        FINGERPRINT: ngettext(
            "{n} fingerprint is held back (--include-fingerprints hands it over)",
            "{n} fingerprints are held back (--include-fingerprints hands them over)",
            counts[FINGERPRINT],
        ),
    }
    return [sentences[why].format(n=count) for why, count in counts.items()]
