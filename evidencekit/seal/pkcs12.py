"""``p12:FILE``: key, certificate and those above it in one PKCS #12 file (.p12, .pfx)."""

from pathlib import Path

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import pkcs12

from evidencekit.errors import KeyUnsupported, KeyUnusable
from evidencekit.seal.key_file import read_key_file
from evidencekit.seal.kinds import require_kind
from evidencekit.seal.signer import FileSigner, make_signer
from evidencekit.text.catalog import _

MAX_ROUNDS = 10_000_000  # of the derivation that guards the whole; openssl writes 2,048


def open_p12(path: Path, passphrase: str | None) -> FileSigner:
    """Open a file; raises :class:`KeyUnusable`, :class:`KeyUnsupported` if no passphrase helps."""
    data = read_key_file(path, hint=_("a PKCS #12 file ends in .p12 or .pfx"))
    _require_form(data, path.name)
    found = _load(data, passphrase, path.name)
    if found.key is None:
        raise KeyUnusable(_("{what}: no private key in it").format(what=path.name))
    key = require_kind(found.key, what=path.name)
    listed = (found.cert, *found.additional_certs)
    certificates = [item.certificate for item in listed if item is not None]
    if not certificates:
        raise KeyUnusable(_("{what}: no certificate in it").format(what=path.name))
    return make_signer(key, certificates, key_name=path.name)


def is_p12_locked(path: Path) -> bool:
    """Tell whether a file asks for a passphrase; one that cannot be read does not."""
    try:
        data = read_key_file(path, hint="")
        _require_form(data, path.name)
    except KeyUnusable:
        return False
    try:
        _load(data, None, path.name)
    except KeyUnusable as exc:
        return not isinstance(exc, KeyUnsupported)
    return False


def _require_form(data: bytes, what: str) -> None:
    """Refuse what no passphrase opens: the package has one error for that and a wrong one."""
    try:
        pfx = asn1_pkcs12.Pfx.load(data, strict=True)
        is_sound = pfx["version"].native == "v3" and pfx["auth_safe"]["content_type"].native
        rounds = (pfx["mac_data"].native or {}).get("iterations") or 1
    except (ValueError, TypeError, LookupError) as exc:
        raise KeyUnsupported(_("{what}: not a PKCS #12 file").format(what=what)) from exc
    if not is_sound:
        raise KeyUnsupported(_("{what}: not a PKCS #12 file").format(what=what))
    if rounds > MAX_ROUNDS:
        raise KeyUnsupported(
            _("{what}: asks for {n} rounds, more than we make").format(what=what, n=rounds)
        )


def _load(data: bytes, passphrase: str | None, what: str) -> pkcs12.PKCS12KeyAndCertificates:
    try:
        return pkcs12.load_pkcs12(data, passphrase.encode() if passphrase is not None else None)
    except UnsupportedAlgorithm as exc:
        raise KeyUnsupported(
            _("{what}: locked in a way that we do not know").format(what=what)
        ) from exc
    except ValueError as exc:
        if passphrase is not None:
            return _without(data, what, exc)
        raise KeyUnusable(
            _("{what}: the key needs its passphrase").format(what=what),
            hint=_("give it when asked, or by --passphrase-file or EVIDENCEKIT_PASSPHRASE"),
        ) from exc


def _without(data: bytes, what: str, cause: ValueError) -> pkcs12.PKCS12KeyAndCertificates:
    try:  # a passphrase that was set for another key, and this one needs none
        return pkcs12.load_pkcs12(data, None)
    except ValueError:
        raise KeyUnusable(_("{what}: wrong passphrase").format(what=what)) from cause
