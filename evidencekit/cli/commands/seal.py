"""``seal``: sign what the case holds, have the signature stamped."""

from contextlib import suppress
from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.progress import watching
from evidencekit.cli.sealed import exit_code_of, print_countersigned, print_sealed
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.signing import open_to_seal, unlock
from evidencekit.cli.typed import given, typed
from evidencekit.errors import BadInput
from evidencekit.seal.key_file import read_chain_files
from evidencekit.seal.signer import ChainedSigner
from evidencekit.text.catalog import _
from evidencekit.workflow.countersign import Countersigned
from evidencekit.workflow.countersign import countersign as add_countersignature
from evidencekit.workflow.dating import authorities
from evidencekit.workflow.keys import remember_key
from evidencekit.workflow.revocation import read_kept
from evidencekit.workflow.seal import Sealed, complete_timestamps, seal
from evidencekit.workflow.seal_events import require_changed

_DEVICE_KEY_BYTES = 32


@click.command(
    "seal",
    cls=ActingCommand,
    help=_(
        "Sign a statement of all that the case holds, and have the signature dated by a "
        "timestamp authority. Only a hash of the signature leaves this computer."
    ),
)
@click.option(
    "--key",
    metavar="URI",
    help=_("file:KEY.pem, p12:FILE, npki:FOLDER or pkcs11:…; else the key of the last seal."),
)
@click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("File with the passphrase; else EVIDENCEKIT_PASSPHRASE, else it is asked for."),
)
@click.option("--tsa", multiple=True, metavar="URL", help=_("Timestamp authority; repeatable."))
@click.option(
    "--tsa-ca",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PEM",
    help=_("Root of these authorities; without it their time is kept but not proven."),
)
@click.option(
    "--chain",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Certificates of the authorities above the key's own, to go with the seal; repeatable."),
)
@click.option(
    "--crl",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Revocation list about these certificates, to go with the seal; repeatable."),
)
@click.option(
    "--ocsp",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("OCSP response about these certificates, to go with the seal; repeatable."),
)
@click.option(
    "--timestamp-pending",
    is_flag=True,
    help=_("Make no new seal; only have the last one dated."),
)
@click.option(
    "--countersign",
    is_flag=True,
    help=_("Make no new seal; confirm the last one with the key of a second person (--key)."),
)
@click.option("--again", is_flag=True, help=_("Seal although nothing has changed."))
@click.option(
    "--accept-device",
    multiple=True,
    metavar="HEX",
    help=_("Vouch for another computer's ledger key; repeatable."),
)
@pass_session
def command(
    session: Session,
    *,
    key: str | None,
    passphrase_file: Path | None,
    tsa: tuple[str, ...],
    tsa_ca: tuple[Path, ...],
    chain: tuple[Path, ...],
    crl: tuple[Path, ...],
    ocsp: tuple[Path, ...],
    timestamp_pending: bool,
    countersign: bool,
    again: bool,
    accept_device: tuple[str, ...],
) -> int:
    """Seal, then say what is proven and what is not."""
    case, setting = opened(session), here()
    asked = authorities(tsa, tsa_ca, setting)
    actor = actor_of(session, case)
    dating = (*given("--tsa", tsa), *given("--tsa-ca", tsa_ca))
    kept, above = read_kept(crl, ocsp), read_chain_files(chain)
    session.given = (*(("--key", key) if key is not None else ()), *dating)
    if countersign and (timestamp_pending or again or accept_device):
        raise click.UsageError(_("--countersign goes with --key and --tsa alone"))
    if timestamp_pending and (chain or kept):
        raise click.UsageError(_("--chain, --crl and --ocsp go with a new seal"))
    if countersign:
        if key is None:
            raise click.UsageError(_("Missing option {option}.").format(option="'--key'"))
        second = ChainedSigner(unlock(session, key, passphrase_file), above)
        counter = add_countersignature(
            case, second, authorities=asked, kept=kept, actor=actor, setting=setting
        )
        print_countersigned(session, case, counter)
        return _concluded(session, counter, dating)
    if timestamp_pending:
        sealed = complete_timestamps(case, asked, actor=actor, setting=setting)
    else:
        accepted = frozenset(_device_key(text) for text in accept_device)
        if not again:
            require_changed(case)
        uri, signer = open_to_seal(session, case, key, passphrase_file, setting)
        with watching(session) as observer:
            sealed = seal(
                case,
                ChainedSigner(signer, above),
                authorities=asked,
                again=again,
                accept_keys=accepted,
                kept=kept,
                actor=actor,
                setting=setting,
                observer=observer,
            )
        with suppress(OSError):  # a convenience; the seal is made, and must be reported
            remember_key(case.id, uri, setting)
    print_sealed(session, case, sealed)
    return _concluded(session, sealed, dating)


def _concluded(
    session: Session, done: Sealed | Countersigned, dating: tuple[str | Path, ...]
) -> int:
    if done.missing:
        later = typed(session, "seal", "--timestamp-pending", *dating)
        output.note(_("later: {command}"), quiet=session.quiet, command=later)
    return exit_code_of(done)


def _device_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _DEVICE_KEY_BYTES:
        raise BadInput(_("{text}: a device key is 64 hexadecimal digits").format(text=text))
    return key
