"""What a certificate says of itself, short enough for an event; every text in it is foreign."""

from functools import lru_cache
from hashlib import sha256

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from evidencekit.formats.times import write_time
from evidencekit.model.json import Json
from evidencekit.text.clean import clean

MAX_NAME_CHARS = 200
MAX_NAMES = 10


@lru_cache(maxsize=512)
def _document(der: bytes) -> tuple[tuple[str, Json], ...]:
    found: dict[str, Json] = {"sha256": sha256(der).hexdigest(), "subject": None, "issuer": None}
    try:
        one = x509.load_der_x509_certificate(der)
        found |= {
            "subject": clean(one.subject.rfc4514_string(), limit=MAX_NAME_CHARS),
            "issuer": clean(one.issuer.rfc4514_string(), limit=MAX_NAME_CHARS),
            "not_before": write_time(one.not_valid_before_utc),
            "not_after": write_time(one.not_valid_after_utc),
            "names": _names(one),
        }
    except (ValueError, TypeError, OverflowError):  # whatever cryptography cannot read
        pass
    return tuple(found.items())


def certificate_document(der: bytes) -> dict[str, Json]:
    """Return digest, names and validity as JSON; nothing but the digest where it cannot be read."""
    return dict(_document(der))


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names and addresses that it is for, the first :data:`MAX_NAMES`."""
    try:
        found = certificate.extensions.get_extension_for_oid(
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        ).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    if not isinstance(found, x509.SubjectAlternativeName):
        return ()
    named = [str(one.value) for one in found if isinstance(one, x509.DNSName | x509.IPAddress)]
    return tuple(clean(name, limit=MAX_NAME_CHARS) for name in named[:MAX_NAMES])
