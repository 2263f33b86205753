"""The key that a command signs with: named, remembered, or made on the spot."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.passphrase import given_passphrase, require_passphrase
from evidencekit.cli.session import Session
from evidencekit.cli.typed import typed, without_case
from evidencekit.errors import CertificateUnsuitable, KeyUnusable
from evidencekit.protocols import Signer
from evidencekit.seal.kinds import KeyKind
from evidencekit.seal.opening import is_locked, open_signer
from evidencekit.seal.suitable import require_suitable
from evidencekit.seal.uri import KeyUri, Scheme, parse_key_uri
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean
from evidencekit.workflow.key_life import require_in_use
from evidencekit.workflow.keys import (
    new_key,
    remembered_key,
    require_key_place,
    show_key,
)
from evidencekit.workflow.setting import Setting


def unlock(session: Session, uri: str, passphrase_file: Path | None) -> Signer:
    """Open a key, asking for its passphrase only if it has one."""
    passphrase = given_passphrase(passphrase_file)
    if passphrase is None and is_locked(uri):
        if parse_key_uri(uri).scheme is not Scheme.P12:  # which locks its certificate too
            show_key(uri)  # one without its certificate is refused before anybody types
        passphrase = passphrase_of(session, uri, passphrase_file)
    return open_signer(uri, passphrase)


def passphrase_of(session: Session, uri: str, passphrase_file: Path | None) -> str | None:
    """Return the passphrase of a key, asking only if it has one; its certificate may be missing."""
    given = given_passphrase(passphrase_file)
    if given is not None or not is_locked(uri):
        return given
    key = parse_key_uri(uri)
    ask = _("PIN of {key}") if key.scheme is Scheme.PKCS11 else _("Passphrase of {key}")
    return require_passphrase(session, None, ask=ask.format(key=clean(key.name)))


def passphrase_to_show(session: Session, uri: str, passphrase_file: Path | None) -> str | None:
    """Return the passphrase where a certificate is locked with its key, else None."""
    is_inside = parse_key_uri(uri).scheme is Scheme.P12
    return passphrase_of(session, uri, passphrase_file) if is_inside else None


def open_to_seal(
    session: Session, case: Case, given: str | None, passphrase_file: Path | None, setting: Setting
) -> tuple[str, Signer]:
    """Open the key to seal with: the one named, the last one, or one made now; with its URI."""
    uri = given or remembered_key(case.id, setting)
    if uri is not None:
        return uri, unlock(session, uri, passphrase_file)
    if session.can_ask() and click.confirm(
        _("No signing key is known for this case. Make one now?"), default=True, err=True
    ):
        return _make(session, passphrase_file, setting)
    raise KeyUnusable(
        _("no signing key is known for this case"),
        hint=_("make one: {make}; then: {use}").format(
            make=without_case("key", "new", "--out", "KEY.pem"),
            use=typed(session, "seal", "--key", "file:KEY.pem"),
        ),
    )


def open_if_unattended(case: Case, passphrase_file: Path | None, setting: Setting) -> Signer | None:
    """Return the last seal's key if it opens without a question, else None (DESIGN §6).

    None as well where it may not sign any more: nobody asked for this very key. But a token that
    refuses is told of (:class:`KeyUnusable`): it counts wrong PINs, and locks itself in silence.
    """
    uri = remembered_key(case.id, setting)
    if uri is None:
        return None
    passphrase = given_passphrase(passphrase_file)
    try:
        signer = open_signer(uri, passphrase)
        require_suitable(signer.certificates, at=setting.clock())
        require_in_use(case, signer)
    except CertificateUnsuitable:
        return None
    except KeyUnusable:
        if passphrase is not None and parse_key_uri(uri).scheme is Scheme.PKCS11:
            raise
        return None
    return signer


def _make(session: Session, passphrase_file: Path | None, setting: Setting) -> tuple[str, Signer]:
    # The folder we are in, never the case: a case goes to other hands.
    out = Path(str(click.prompt(_("Where to keep it"), default="KEY.pem", err=True)))
    require_key_place(out, csr=False)
    name = str(click.prompt(_("Name on its certificate (office, desk)"), err=True))
    passphrase = require_passphrase(session, passphrase_file, ask=_("New passphrase"), confirm=True)
    made = new_key(
        out, name=name, kind=KeyKind.P256, passphrase=passphrase, csr=False, setting=setting
    )
    output.note(
        _("key made: {key}; fingerprint {fingerprint}"),
        quiet=False,
        key=made.key,
        fingerprint=made.fingerprint,
    )
    uri = str(KeyUri(Scheme.FILE, str(made.key)))
    return uri, open_signer(uri, passphrase)
