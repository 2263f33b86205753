"""``seal``: sign what the case holds, have the signature stamped."""

from contextlib import suppress
from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.progress import watching
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.signing import open_to_seal
from evidencekit.cli.typed import given, typed
from evidencekit.errors import BadInput, TsaUnavailable
from evidencekit.formats.times import write_time
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.workflow.dating import authorities
from evidencekit.workflow.keys import remember_key
from evidencekit.workflow.seal import Sealed, complete_timestamps, seal
from evidencekit.workflow.seal_events import require_changed

_PART_MISSING = 3
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
    "--timestamp-pending",
    is_flag=True,
    help=_("Make no new seal; only have the last one dated."),
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
    timestamp_pending: bool,
    again: bool,
    accept_device: tuple[str, ...],
) -> int:
    """Seal, then say what is proven and what is not."""
    case, setting = opened(session), here()
    asked = authorities(tsa, tsa_ca, setting)
    actor = actor_of(session, case)
    dating = (*given("--tsa", tsa), *given("--tsa-ca", tsa_ca))
    session.given = (*(("--key", key) if key is not None else ()), *dating)
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
                signer,
                authorities=asked,
                again=again,
                accept_keys=accepted,
                actor=actor,
                setting=setting,
                observer=observer,
            )
        with suppress(OSError):  # a convenience; the seal is made, and must be reported
            remember_key(case.id, uri, setting)
    _print(session, case, sealed)
    if sealed.missing:
        later = typed(session, "seal", "--timestamp-pending", *dating)
        output.note(_("later: {command}"), quiet=session.quiet, command=later)
    return _exit_code(sealed)


def _device_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _DEVICE_KEY_BYTES:
        raise BadInput(_("{text}: a device key is 64 hexadecimal digits").format(text=text))
    return key


def _exit_code(sealed: Sealed) -> int:
    if not sealed.missing:
        return 0
    return _PART_MISSING if sealed.stamps else TsaUnavailable.exit_code


def _print(session: Session, case: Case, sealed: Sealed) -> None:
    if session.json:
        output.put_json(
            {
                "seal": sealed.seal,
                "manifest_sha256": sealed.manifest_sha256,
                "signature": str(sealed.signature),
                "timestamps": [
                    {"tsa": stamp.tsa, "gen_time": write_time(stamp.gen_time)}
                    for stamp in sealed.stamps
                ],
                "time_proven": sealed.time_proven,
                "missing": [
                    {"code": failure.code, "message": failure.message} for failure in sealed.missing
                ],
            }
        )
    else:
        _say(case, sealed)
    for failure in sealed.missing:
        output.warn(_("sealed, but not dated: {why}"), why=failure.message)


def _say(case: Case, sealed: Sealed) -> None:
    output.say(_("seal {n} of {path}"), n=sealed.seal, path=case.root)
    output.fields(
        [
            (_("manifest SHA-256"), sealed.manifest_sha256),
            (_("signature"), sealed.signature),
            *(
                (_("dated by {tsa}").format(tsa=stamp.tsa), output.moment(stamp.gen_time))
                for stamp in sealed.stamps
            ),
        ]
    )
    if not sealed.time_proven:
        output.say(_("time: not proven; this computer's clock is all there is"))
