"""What an issuer says of a certificate, and the limits that lists and answers share."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

MAX_AHEAD = timedelta(minutes=5)
COMPROMISE = frozenset(
    {
        None,
        x509.ReasonFlags.unspecified,
        x509.ReasonFlags.key_compromise,
        x509.ReasonFlags.ca_compromise,
    }
)
"""Reasons under which the key may be in other hands; none given is one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """The issuer says that a certificate was revoked."""

    at: datetime
    is_compromise: bool
    """The reason may be a stolen key: then nothing that it signed is safe by its date alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """The issuer says, as of a time, that a certificate was not revoked."""

    as_of: datetime
