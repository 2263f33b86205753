"""A small timestamping authority for demonstrations and tests, speaking RFC 3161 for real.

It says in its certificates what it is. Its key lives in memory and its root is made anew each time,
so its tokens prove nothing to anyone who does not choose to believe it.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.3.6.1.4.1.57264.999.1"  # an example arc; names no practice statement
MAX_REQUEST = 65_536
_YEAR = timedelta(days=365)
_GRANTED = {"status": {"status": "granted"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate as a file holds it."""
        return self.certificate.public_bytes(Encoding.PEM)


class DemoAuthority:
    """Answers requests; give it a clock to make tokens of another day."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        now = clock()
        self.root = make_root("evidencekit demo root - not for evidence", at=now)
        self.signer = make_stamper(self.root, "evidencekit demo timestamp authority", at=now)

    def answer(self, request: bytes) -> bytes:
        """Return a DER TimeStampResp for a DER TimeStampReq."""
        asked = tsp.TimeStampReq.load(request, strict=True)
        statement: dict[str, object] = {
            "version": "v1",
            "policy": asked["req_policy"].native or POLICY,
            "message_imprint": asked["message_imprint"],
            "serial_number": secrets.randbits(63),
            "gen_time": self._clock().replace(microsecond=0),
        }
        if asked["nonce"].native is not None:
            statement["nonce"] = asked["nonce"]
        token = sign_token(tsp.TSTInfo(statement).dump(), self.signer)
        encoded: bytes = tsp.TimeStampResp({**_GRANTED, "time_stamp_token": token}).dump()
        return encoded


def make_root(name: str, *, at: datetime) -> Identity:
    """Return a self-signed CA, valid for a year on either side of ``at``."""
    return _issue(name, None, at, x509.BasicConstraints(ca=True, path_length=0), ())


def make_stamper(
    root: Identity,
    name: str,
    *,
    at: datetime,
    usages: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
) -> Identity:
    """Return a certificate under ``root`` that may stamp time and do nothing else."""
    return _issue(name, root, at, x509.BasicConstraints(ca=False, path_length=None), usages)


def sign_token(statement: bytes, signer: Identity) -> cms.ContentInfo:
    """Return a timestamp token: CMS over an encoded TSTInfo (RFC 3161 §2.4.2)."""
    der = signer.certificate.public_bytes(Encoding.DER)
    leaf = asn1_x509.Certificate.load(der)
    bound = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(der).digest()}]})
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(statement).digest()]},
            {"type": "signing_certificate_v2", "values": [bound]},
        ]
    )
    name = cms.IssuerAndSerialNumber({"issuer": leaf.issuer, "serial_number": leaf.serial_number})
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": name}),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": signer.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
    }
    signed = {
        "version": "v3",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {
            "content_type": "tst_info",
            "content": core.ParsableOctetString(statement),
        },
        "certificates": [cms.CertificateChoices({"certificate": leaf})],
        "signer_infos": [info],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})


@contextmanager
def serve(authority: DemoAuthority) -> Iterator[str]:
    """Serve on a free port of loopback; yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            reply = authority.answer(self.rfile.read(min(size, MAX_REQUEST)))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Stay silent: the demonstration talks."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def _issue(
    name: str,
    issuer: Identity | None,
    at: datetime,
    constraints: x509.BasicConstraints,
    usages: tuple[x509.ObjectIdentifier, ...],
) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing = issuer.key if issuer is not None else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at.astimezone(UTC) - _YEAR)
        .not_valid_after(at.astimezone(UTC) + _YEAR)
        .add_extension(constraints, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return Identity(key=key, certificate=builder.sign(signing, hashes.SHA256()))
