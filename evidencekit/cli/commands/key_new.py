"""``key new``: make a signing key."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.opening import here
from evidencekit.cli.passphrase import require_passphrase
from evidencekit.cli.session import Session, pass_session, require_text
from evidencekit.seal.kinds import KeyKind
from evidencekit.text.catalog import _
from evidencekit.workflow.keys import NewKey, new_key, require_key_place


@click.command(
    "new",
    cls=Command,
    help=_(
        "Make a signing key in KEY.pem, locked by a passphrase, and its certificate in KEY.crt. "
        "Recipients get the certificate; the key stays with you. Nothing is ever replaced."
    ),
)
@click.option(
    "--out",
    required=True,
    metavar="KEY.pem",
    type=click.Path(path_type=Path),
    help=_("Where to keep the key; not inside a case."),
)
@click.option("--name", help=_("Name on the certificate: an office or a desk, not a person."))
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in KeyKind]),
    default=KeyKind.P256.value,
    show_default=True,
    help=_("Kind of key."),
)
@click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("File with the passphrase; else EVIDENCEKIT_PASSPHRASE, else it is asked for."),
)
@click.option(
    "--csr", is_flag=True, help=_("Write a request for an agency's CA (KEY.csr) instead.")
)
@pass_session
def command(
    session: Session,
    *,
    out: Path,
    name: str | None,
    kind: str,
    passphrase_file: Path | None,
    csr: bool,
) -> int:
    """Make the key and print the fingerprint to be compared by telephone."""
    require_key_place(out, csr=csr)
    ask = _("Name on its certificate (office, desk)")
    named = require_text(session, name, option="--name", ask=ask)
    passphrase = require_passphrase(session, passphrase_file, ask=_("New passphrase"), confirm=True)
    made = new_key(
        out, name=named, kind=KeyKind(kind), passphrase=passphrase, csr=csr, setting=here()
    )
    _print(session, made)
    return 0


def _print(session: Session, made: NewKey) -> None:
    if session.json:
        output.put_json(
            {
                "key": str(made.key),
                "certificate": str(made.certificate),
                "fingerprint": made.fingerprint,
            }
        )
        return
    output.fields(
        [
            (_("key"), made.key),
            (_("certificate"), made.certificate),
            (_("fingerprint (SHA-256)"), made.fingerprint),
        ]
    )
    output.note(
        _("give the certificate to recipients, and read them the fingerprint by telephone"),
        quiet=session.quiet,
    )
