"""``key revoke``: a key that is lost, stolen or replaced signs nothing more in a case."""

from datetime import datetime
from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.signing import passphrase_to_show
from evidencekit.cli.typed import typed
from evidencekit.errors import BadInput
from evidencekit.formats.times import write_time
from evidencekit.seal.key_file import load_certificates, read_key_file
from evidencekit.seal.opening import read_certificates
from evidencekit.text.catalog import _
from evidencekit.workflow.key_life import (
    RevokedKey,
    Why,
    read_fingerprint,
    revoke_key,
    sha256_of,
)


@click.command(
    "revoke",
    cls=ActingCommand,
    help=_(
        "Record in the case that a key is not to be believed any more. KEY is its URI, its "
        "certificate, or the fingerprint of that. Then seal with another key. Where a CA issued "
        "the certificate, have the CA revoke it too: only that counts for everybody."
    ),
)
@click.argument("key", metavar="KEY")
@click.option(
    "--reason",
    type=click.Choice([why.value for why in Why]),
    required=True,
    help=_("What has become of the key."),
)
@click.option(
    "--since",
    metavar="TIME",
    help=_("When it was last surely yours, e.g. 2026-11-20T18:00; this computer's zone; else now."),
)
@pass_session
def command(session: Session, *, key: str, reason: str, since: str | None) -> int:
    """Record it, and say what is to be done next."""
    case, setting = opened(session), here()
    done = revoke_key(
        case,
        _fingerprint(session, key),
        why=Why(reason),
        since=_time(since) if since is not None else None,
        actor=actor_of(session, case),
        setting=setting,
    )
    _print(session, done)
    return 0


def _fingerprint(session: Session, key: str) -> str:
    """Find out which certificate is meant: the key itself may be gone."""
    given = read_fingerprint(key)
    if given is not None:
        return given
    path = Path(key)
    if path.suffix.lower() in (".crt", ".cer", ".der") and path.is_file():
        data = read_key_file(path, hint="")
        return sha256_of(load_certificates(data, what=path.name)[0])
    return sha256_of(read_certificates(key, passphrase_to_show(session, key, None))[0])


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()  # a naive one is of this computer's zone
    except (ValueError, OverflowError) as exc:
        raise BadInput(
            _("{text}: not a time, such as 2026-11-20T18:00 or 2026-11-20T18:00+09:00").format(
                text=text
            )
        ) from exc


def _print(session: Session, done: RevokedKey) -> None:
    if session.json:
        output.put_json(
            {
                "seq": done.seq,
                "certificate_sha256": done.certificate_sha256,
                "reason": done.why.value,
                "since": write_time(done.since),
            }
        )
        return
    output.say(
        _("event {seq}: the key of {certificate} is revoked from {time}"),
        seq=done.seq,
        certificate=done.certificate_sha256,
        time=output.moment(done.since),
    )
    command = typed(session, "seal", "--key", "file:OTHER.pem")
    output.note(_("seal with another key now: {command}"), quiet=session.quiet, command=command)
