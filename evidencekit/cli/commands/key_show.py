"""``key show``: whose key it is."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.opening import here, opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.signing import passphrase_to_show
from evidencekit.errors import BadInput
from evidencekit.formats.times import write_time
from evidencekit.text.catalog import _
from evidencekit.workflow.keys import KeyView, remembered_key, show_key


@click.command(
    "show",
    cls=Command,
    help=_("Show the certificate of a key; without URI, of the key that sealed the case last."),
)
@click.argument("uri", metavar="[URI]", required=False)
@click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("File with the passphrase; else EVIDENCEKIT_PASSPHRASE, else it is asked for."),
)
@pass_session
def command(session: Session, *, uri: str | None, passphrase_file: Path | None) -> int:
    """Print what the certificate says; only ``p12:`` needs the passphrase for that."""
    if uri is None:
        uri = remembered_key(opened(session).id, here())
    if uri is None:
        raise BadInput(_("no key is remembered for this case"), hint=_("name one: file:KEY.pem"))
    _print(session, show_key(uri, passphrase_to_show(session, uri, passphrase_file)))
    return 0


def _print(session: Session, view: KeyView) -> None:
    if session.json:
        output.put_json(
            {
                "key": view.key,
                "certificate": view.certificate,
                "subject": view.subject,
                "issuer": view.issuer,
                "valid_from": write_time(view.valid_from),
                "valid_until": write_time(view.valid_until),
                "fingerprint": view.fingerprint,
                "locked": view.is_locked,
            }
        )
        return
    output.fields(
        [
            (_("key"), view.key),
            (_("certificate"), view.certificate),
            (_("name"), view.subject),
            (_("issued by"), view.issuer),
            (_("valid from"), output.moment(view.valid_from)),
            (_("valid until"), output.moment(view.valid_until)),
            (_("fingerprint (SHA-256)"), view.fingerprint),
            (_("passphrase"), _("yes") if view.is_locked else _("no")),
        ]
    )
