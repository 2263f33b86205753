"""A token in software: SoftHSM 2, its store in a folder of the test run.

The library is loaded once in a process and reads its configuration then; so there is one folder,
and each test makes a token of its own in it.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from secrets import token_hex

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evidencekit.seal.kinds import PrivateKey

_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
OFFICER_PIN = "87654321"


def module() -> str:
    """Return the library; skips the test where there is none."""
    found = next((path for path in _MODULES if Path(path).is_file()), None)
    if shutil.which("softhsm2-util") is None or found is None:
        pytest.skip("no SoftHSM (softhsm2-util)")
    return found


@lru_cache
def _configured() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="evidencekit-softhsm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    return folder


class SoftToken:
    """A fresh token with its user's PIN."""

    def __init__(self, pin: str) -> None:
        self.module, self.pin = module(), pin
        self.label = f"Desk {token_hex(4)}"
        _configured()
        self._run("--init-token", "--free", "--pin", pin, "--so-pin", OFFICER_PIN)
        self._reload()

    def uri(self, **attributes: str) -> str:
        named = {"token": self.label.replace(" ", "%20"), **attributes}
        path = ";".join(f"{name}={value}" for name, value in named.items())
        return f"pkcs11:{path}?module-path={self.module}"

    def put_key(self, key: PrivateKey, *, label: str, number: int = 1) -> None:
        file = _configured() / "key.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self._run(
            "--import", str(file), "--label", label, "--id", f"{number:02x}", "--pin", self.pin
        )
        file.unlink()
        self._reload()

    def put_certificate(self, certificate: x509.Certificate, *, label: str, number: int) -> None:
        import pkcs11
        from pkcs11 import Attribute

        token = next(iter(pkcs11.lib(self.module).get_tokens(token_label=self.label)))
        with token.open(rw=True, user_pin=self.pin) as session:
            session.create_object(
                {
                    Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: label,
                    Attribute.ID: bytes([number]),
                    Attribute.SUBJECT: certificate.subject.public_bytes(),
                    Attribute.ISSUER: certificate.issuer.public_bytes(),
                    Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                }
            )

    def _run(self, *arguments: str) -> None:
        subprocess.run(
            ["softhsm2-util", *arguments, *self._which(arguments)], check=True, capture_output=True
        )

    def _which(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return ("--label" if "--init-token" in arguments else "--token", self.label)

    def _reload(self) -> None:
        """Let the library see what another process wrote."""
        import pkcs11

        pkcs11.lib(self.module).reinitialize()
