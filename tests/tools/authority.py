"""A certificate authority of our own, made for one test, and servers with its certificates."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_NOW = timedelta(days=-1), timedelta(days=1)
LONG_AGO = timedelta(days=-30), timedelta(days=-20)


class Authority:
    """Signs for whom it is told to."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("test CA")
        self.certificate = self._sign(self._name, self._key.public_key(), is_ca=True)

    def save(self, path: Path) -> Path:
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def server(
        self,
        folder: Path,
        *,
        host: str = "site.example",
        valid: tuple[timedelta, timedelta] = _NOW,
        is_self_signed: bool = False,
    ) -> ssl.SSLContext:
        """Return what a server needs to be ``host``; the chain holds this authority too."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(
            _named(host),
            key.public_key(),
            is_ca=False,
            host=host,
            valid=valid,
            own_key=key if is_self_signed else None,
        )
        pem = leaf.public_bytes(serialization.Encoding.PEM)
        if not is_self_signed:
            pem += self.certificate.public_bytes(serialization.Encoding.PEM)
        pem += key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = folder / f"{host}.pem"
        path.write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        *,
        is_ca: bool,
        host: str = "",
        valid: tuple[timedelta, timedelta] = _NOW,
        own_key: ec.EllipticCurvePrivateKey | None = None,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        ours = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name if own_key is None else subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + valid[0])
            .not_valid_after(now + valid[1])
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if is_ca:
            builder = builder.add_extension(_signs_certificates(), critical=True).add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key), critical=False
            )
        else:
            names = [x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.1"))]
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
            builder = builder.add_extension(usage, critical=False)
            if own_key is None:
                builder = builder.add_extension(ours, critical=False)
        return builder.sign(own_key or self._key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
