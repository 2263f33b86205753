"""``key import``: a key or a certificate from elsewhere."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.passphrase import given_passphrase, require_passphrase
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.signing import passphrase_of, unlock
from evidencekit.seal.uri import Scheme, parse_key_uri
from evidencekit.text.catalog import _
from evidencekit.workflow.key_import import import_certificate, import_key
from evidencekit.workflow.keys import require_key_place


@click.command(
    "import",
    cls=Command,
    help=_(
        "Copy a key from a PKCS #12 file or a joint certificate's folder to KEY.pem (--out), or "
        "put the certificate that a CA sent beside the key that it is for (--certificate). Such "
        "keys can also sign where they are: seal --key p12:FILE. Nothing is ever replaced."
    ),
)
@click.argument("uri", metavar="URI")
@click.option(
    "--out",
    metavar="KEY.pem",
    type=click.Path(path_type=Path),
    help=_("Where to keep the key; not inside a case."),
)
@click.option(
    "--certificate",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("The CA's answer to key new --csr, with those above it if the CA sent them."),
)
@click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("File with the passphrase; else EVIDENCEKIT_PASSPHRASE, else it is asked for."),
)
@click.option(
    "--new-passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("File with the passphrase for the copy; else the key's own, else it is asked for."),
)
@pass_session
def command(
    session: Session,
    *,
    uri: str,
    out: Path | None,
    certificate: Path | None,
    passphrase_file: Path | None,
    new_passphrase_file: Path | None,
) -> int:
    """Copy, and print the fingerprint to be compared by telephone."""
    if (out is None) == (certificate is None):
        raise click.UsageError(_("give either --out or --certificate"))
    if certificate is not None:
        return _answer(session, uri, certificate, passphrase_file)
    assert out is not None  # noqa: S101 (by the check above)
    require_key_place(out, csr=False)
    signer = unlock(session, uri, passphrase_file)
    given = given_passphrase(new_passphrase_file or passphrase_file)
    new = given or require_passphrase(session, None, ask=_("New passphrase"), confirm=True)
    made = import_key(signer, out, passphrase=new)
    _print(session, made.key, made.certificate, made.fingerprint)
    return 0


def _answer(session: Session, uri: str, answer: Path, passphrase_file: Path | None) -> int:
    key = parse_key_uri(uri)
    if key.scheme is not Scheme.FILE:
        raise click.UsageError(_("--certificate goes with a key in a file: file:KEY.pem"))
    passphrase = passphrase_of(session, uri, passphrase_file)
    made = import_certificate(key.path, answer, passphrase=passphrase)
    _print(session, key.path, made.certificate, made.fingerprint)
    return 0


def _print(session: Session, key: Path, certificate: Path, fingerprint: str) -> None:
    if session.json:
        output.put_json(
            {"key": str(key), "certificate": str(certificate), "fingerprint": fingerprint}
        )
        return
    output.fields(
        [
            (_("key"), key),
            (_("certificate"), certificate),
            (_("fingerprint (SHA-256)"), fingerprint),
        ]
    )
