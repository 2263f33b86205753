"""``npki:FOLDER``: a Korean joint certificate (공동인증서), ``signCert.der`` and ``signPri.key``.

The folder is the one named after its holder, below ``NPKI/…/USER``. Certificates of the authority
above it are taken from ``chain.pem`` in the folder, if somebody put them there.
"""

from pathlib import Path

from cryptography import x509

from evidencekit.errors import KeyUnusable
from evidencekit.seal.key_file import load_certificates, read_key_file
from evidencekit.seal.seed_key import decrypt_seed_key
from evidencekit.seal.signer import FileSigner, make_signer
from evidencekit.text.catalog import _

CERTIFICATE, KEY, CHAIN = "signCert.der", "signPri.key", "chain.pem"


def open_npki(folder: Path, passphrase: str | None) -> FileSigner:
    """Open a folder; raises :class:`~evidencekit.errors.KeyUnusable`."""
    certificates = certificates_in_folder(folder)
    data = read_key_file(folder / KEY, hint=_hint())
    if passphrase is None:
        raise KeyUnusable(
            _("{what}: the key needs its passphrase").format(what=KEY),
            hint=_("give it when asked, or by --passphrase-file or EVIDENCEKIT_PASSPHRASE"),
        )
    key = decrypt_seed_key(data, passphrase, what=KEY)
    return make_signer(key, certificates, key_name=KEY, beside=CERTIFICATE)


def certificates_in_folder(folder: Path) -> tuple[x509.Certificate, ...]:
    """Return the holder's certificate and those above it; the key is not opened."""
    own = load_certificates(read_key_file(folder / CERTIFICATE, hint=_hint()), what=CERTIFICATE)
    if not (folder / CHAIN).is_file():
        return own[:1]
    above = load_certificates(read_key_file(folder / CHAIN, hint=_hint()), what=CHAIN)
    return (own[0], *above)


def _hint() -> str:
    return _("npki: names the folder of one certificate, with signCert.der and signPri.key in it")
