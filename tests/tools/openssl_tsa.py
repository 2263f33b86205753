"""A timestamping authority that is not ours: ``openssl ts -reply`` behind a small HTTP server.

With ``-chain`` its replies carry three certificates in the order that OpenSSL likes, which is
hardly ever the order that DER wants.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """\
[tsa]
default_tsa = tsa1
[tsa1]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/chain.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.999.2
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


@dataclass(frozen=True)
class OpensslTsa:
    """An authority in a folder; needs the ``openssl`` command."""

    folder: Path
    root: x509.Certificate

    def answer(self, request: bytes) -> bytes:
        query, reply = self.folder / "query.tsq", self.folder / "reply.tsr"
        query.write_bytes(request)
        subprocess.run(
            [
                *("openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa1"),
                *("-queryfile", query, "-out", reply),
            ],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        return reply.read_bytes()


def make_openssl_tsa(folder: Path, *, ess: str = "sha256") -> OpensslTsa:
    """Make root, authority in between and stamping certificate, and the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(3)]
    names = ["openssl test root", "openssl test authority", "openssl test stamper"]
    root = _issue(names[0], keys[0], names[0], keys[0], is_authority=True)
    between = _issue(names[1], keys[1], names[0], keys[0], is_authority=True)
    stamper = _issue(names[2], keys[2], names[1], keys[1], is_authority=False)
    key = keys[2].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = root.public_bytes(Encoding.PEM) + between.public_bytes(Encoding.PEM)
    (folder / "tsa.key").write_bytes(key)
    (folder / "tsa.pem").write_bytes(stamper.public_bytes(Encoding.PEM))
    (folder / "chain.pem").write_bytes(chain)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, ess=ess))
    return OpensslTsa(folder, root)


@contextmanager
def serve_openssl(tsa: OpensslTsa) -> Iterator[str]:
    """Serve on a free port of loopback; yields the URL."""
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            with one_at_a_time:
                reply = tsa.answer(request)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def _issue(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: str,
    issuer_key: rsa.RSAPrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if not is_authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
