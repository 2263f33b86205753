"""``export``: a bundle for a recipient."""

from pathlib import Path
from typing import Literal

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.progress import watching
from evidencekit.cli.reasons import said
from evidencekit.cli.session import Session, pass_session, read_text
from evidencekit.cli.signing import open_if_unattended, unlock
from evidencekit.cli.typed import given, without_case
from evidencekit.export.profiles import Insisting, Plan
from evidencekit.model.json import Json
from evidencekit.protocols import Signer
from evidencekit.seal.uri import Scheme, parse_key_uri
from evidencekit.store.case import Case
from evidencekit.text.catalog import _, language, ngettext
from evidencekit.workflow.dating import authorities
from evidencekit.workflow.export import Exported, export, plan_export, require_exportable
from evidencekit.workflow.keys import remembered_key
from evidencekit.workflow.seals import seals_of
from evidencekit.workflow.setting import Setting

_PART_MISSING = 3
Form = Literal["bag", "zip"]


@click.command(
    "export",
    cls=ActingCommand,
    help=_(
        "Write a bundle that the recipient can verify offline, with this program or with "
        "sha256sum and openssl. The case has to be sealed."
    ),
)
@click.option("--profile", required=True, help=_("Who it is for, e.g. police."))
@click.option(
    "--out",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help=_("Where it goes; nothing may be there yet."),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["bag", "zip"]),
    help=_("A folder or one file; else as the name in --out says."),
)
@click.option(
    "--encrypt-to",
    multiple=True,
    metavar="AGE1...",
    help=_("Public key (age1…) of a recipient to encrypt to; repeatable."),
)
@click.option(
    "--key",
    metavar="URI",
    help=_("Key that signs the documents of the bundle: file:, p12:, npki: or pkcs11:."),
)
@click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("File with the passphrase; else EVIDENCEKIT_PASSPHRASE, else it is asked for."),
)
@click.option("--purpose", help=_("What it is for; recorded in the bundle and in the ledger."))
@click.option("--recipient", help=_("Who gets it; recorded in the bundle and in the ledger."))
@click.option("--clear", is_flag=True, help=_("Let a support case leave unencrypted."))
@click.option(
    "--include-restricted",
    is_flag=True,
    help=_("Hand over artifacts of restricted access too, e.g. recorded traffic with cookies."),
)
@click.option(
    "--include-fingerprints",
    is_flag=True,
    help=_("Hand over fingerprints of pictures and films too, where the profile may have them."),
)
@click.option("--dry-run", is_flag=True, help=_("Only say what would go and what would stay."))
@click.option("--tsa", multiple=True, metavar="URL", help=_("Timestamp authority; repeatable."))
@click.option(
    "--tsa-ca",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PEM",
    help=_("Root of these authorities; without it their time is kept but not proven."),
)
@pass_session
def command(
    session: Session,
    *,
    profile: str,
    out: Path | None,
    form: Form | None,
    encrypt_to: tuple[str, ...],
    key: str | None,
    passphrase_file: Path | None,
    purpose: str | None,
    recipient: str | None,
    clear: bool,
    include_restricted: bool,
    include_fingerprints: bool,
    dry_run: bool,
    tsa: tuple[str, ...],
    tsa_ca: tuple[Path, ...],
) -> int:
    """Write the bundle and say what is in it, or only say it."""
    case, setting = opened(session), here()
    insisting = Insisting(restricted=include_restricted, fingerprints=include_fingerprints)
    if dry_run:
        return _plan(session, plan_export(case, profile=profile, insisting=insisting))
    if out is None:
        raise click.UsageError(_("Missing option {option}.").format(option="'--out'"))
    require_exportable(case, profile=profile, out=out, encrypt_to=encrypt_to, clear=clear)
    signer = _signer(session, case, key, passphrase_file, setting)
    with watching(session) as observer:
        exported = export(
            case,
            profile=profile,
            out=out,
            form=form or ("zip" if out.suffix.lower() == ".zip" else "bag"),
            encrypt_to=encrypt_to,
            signer=signer,
            purpose=read_text(purpose) if purpose is not None else None,
            recipient=read_text(recipient) if recipient is not None else None,
            clear=clear,
            insisting=insisting,
            authorities=authorities(tsa, tsa_ca, setting),
            language=language(),
            actor=actor_of(session, case),
            setting=setting,
            observer=observer,
        )
    _print(session, exported)
    if not session.json:
        uri = key or remembered_key(case.id, setting)
        roots = tsa_ca or setting.tsa_ca
        if not roots and any(seal.stamp_count() for seal in seals_of(case.root)):
            roots = (Path("TSA_ROOT.pem"),)
        check = _check_of(exported.path, uri, roots, is_encrypted=bool(encrypt_to))
        output.note(
            _("the recipient checks it with: {command}"), quiet=session.quiet, command=check
        )
    return _PART_MISSING if exported.missing else 0


def _check_of(path: Path, uri: str | None, roots: tuple[Path, ...], *, is_encrypted: bool) -> str:
    """Return the recipient's command; what only the recipient knows is in capitals."""
    key = parse_key_uri(uri) if uri is not None else None
    is_beside = key is not None and key.scheme is Scheme.FILE
    certificate = key.path.with_suffix(".crt").name if key and is_beside else "CERT.pem"
    return without_case(
        "verify",
        path,
        *(["--identity", "AGE_KEY"] if is_encrypted else []),
        *("--trust", certificate),
        *given("--tsa-trust", roots),
    )


def _signer(
    session: Session,
    case: Case,
    key: str | None,
    passphrase_file: Path | None,
    setting: Setting,
) -> Signer | None:
    if key is None:
        return open_if_unattended(case, passphrase_file, setting)
    return unlock(session, key, passphrase_file)


def _plan(session: Session, plan: Plan) -> int:
    held_back: list[Json] = [{"id": item.id, "why": item.why} for item in plan.held_back]
    if session.json:
        output.put_json(
            {
                "path": None,
                "profile": plan.profile,
                "artifacts": len(plan.shown),
                "shown": list(plan.shown),
                "held_back": held_back,
                "dry_run": True,
            }
        )
        return 0
    shown = ngettext("{n} artifact would go", "{n} artifacts would go", len(plan.shown))
    output.say(shown, n=len(plan.shown))
    for identity in plan.shown:
        output.say("  {id}", id=identity)
    for item in plan.held_back:
        output.say(_("  held back: {id} ({why})"), id=item.id, why=said("why-held", item.why))
    return 0


def _print(session: Session, exported: Exported) -> None:
    if session.json:
        output.put_json(
            {
                "path": str(exported.path),
                "profile": exported.profile,
                "artifacts": exported.artifacts,
                "held_back": [{"id": item.id, "why": item.why} for item in exported.held_back],
                "bundle": exported.bundle,
                "signed": exported.is_signed,
                "warnings": list(exported.warnings),
                "missing": [
                    {"code": failure.code, "message": failure.message}
                    for failure in exported.missing
                ],
            }
        )
    else:
        output.say(_("bundle: {path}"), path=exported.path)
        count = ngettext("{n} artifact in it", "{n} artifacts in it", exported.artifacts)
        output.say(count, n=exported.artifacts)
        for item in exported.held_back:
            output.say(_("  held back: {id} ({why})"), id=item.id, why=said("why-held", item.why))
    for warning in exported.warnings:
        output.warn("{warning}", warning=warning)
