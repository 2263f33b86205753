"""How servers are verified, and what is done where that fails.

Without ``accepts_invalid`` a certificate that OpenSSL refuses ends the connection before anything
is sent over it. With it the host is connected to once more, without verification. Python shows no
certificate of a connection that was refused, so the two are not known to be the same; the one that
was accepted is in the record, and what is wrong with that very chain is looked at a second time,
by other code (docs/decisions/0026). Other failures of TLS are never accepted.
"""

import ssl
import warnings
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from certifi import where
from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from evidencekit.errors import BadInput
from evidencekit.text.catalog import _

MAX_WHY_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What OpenSSL said of a certificate when it refused it."""

    host: str
    why: str
    """Its message, e.g. ``certificate has expired``."""
    code: int
    """X509_V_ERR_… of openssl-verify(1)."""


def refusal_of(host: str, error: ssl.SSLCertVerificationError) -> Refusal:
    """Return what was said, cut where a hostile name makes it long."""
    return Refusal(host=host, why=error.verify_message[:MAX_WHY_CHARS], code=error.verify_code)


class ServerTrust:
    """For any number of captures and threads.

    ``ca_file`` replaces the roots that certifi ships. Raises :class:`BadInput` where it holds none.
    """

    def __init__(self, ca_file: Path | None = None, *, accepts_invalid: bool = False) -> None:
        self._roots = Path(ca_file or where())
        self.accepts_invalid = accepts_invalid
        self.strict = _context(self._roots)

    @cached_property
    def unverified(self) -> ssl.SSLContext:
        """Return what connects to anybody."""
        context = _context(self._roots)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def look_at(self, chain: tuple[bytes, ...], host: str) -> str:
        """Say what is wrong with a chain that a host showed, ``nothing`` where nothing is.

        Judged by ``cryptography`` against the same roots, which is stricter than OpenSSL.
        """
        with warnings.catch_warnings():  # of certificates that it will not take much longer
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            try:
                leaf, *others = [x509.load_der_x509_certificate(one) for one in chain]
                self._verifier(host).verify(leaf, others)
            except (VerificationError, ValueError, x509.InvalidVersion) as exc:
                return (str(exc) or type(exc).__name__)[:MAX_WHY_CHARS]
        return "nothing"

    def _verifier(self, host: str) -> x509.verification.ServerVerifier:
        subject: x509.GeneralName
        try:
            subject = x509.IPAddress(ip_address(host))
        except ValueError:
            subject = x509.DNSName(host)
        return PolicyBuilder().store(self._store).build_server_verifier(subject)

    @cached_property
    def _store(self) -> Store:
        return Store(_readable(self.strict.get_ca_certs(binary_form=True)))


def _readable(roots: Iterable[bytes]) -> list[x509.Certificate]:
    """Leave out roots that ``cryptography`` takes no more, such as one with the serial number 0."""
    found = []
    for root in roots:
        with suppress(ValueError):
            found.append(x509.load_der_x509_certificate(root))
    return found


def _context(roots: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(roots))
    except (OSError, ssl.SSLError) as exc:
        raise BadInput(_("no certificates can be read from {path}").format(path=roots)) from exc
    context.set_alpn_protocols(["http/1.1"])
    return context
