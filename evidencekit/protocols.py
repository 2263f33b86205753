"""The seams: what one layer expects of another, one or two methods each.

Implementations and fakes satisfy the same contract tests (``tests/contract``).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from evidencekit.model.capture import PageCapture
from evidencekit.model.find import Find, Refused
from evidencekit.model.seal import Stamp


class Observer(Protocol):
    """Told how far long work has come; must not raise and must not keep what it is told."""

    def on(self, step: str, done: int, total: int | None) -> None:
        """Report ``done`` of ``total`` (None: unknown) units of ``step``, a stable short word."""


class Silent:
    """The observer that is used where nobody watches."""

    def on(self, step: str, done: int, total: int | None) -> None:
        """Do nothing."""


class Source(Protocol):
    """Something that yields finds: a folder, a set of files, standard input."""

    def collect(self) -> Iterator[Find | Refused]:
        """Yield in a stable order; what cannot be taken is yielded as ``Refused``, never raised."""


class PageEngine(Protocol):
    """Captures one web page."""

    name: str
    """As recorded in the ledger: ``http`` or ``browser``."""

    def capture(self, url: str, workdir: Path, observer: Observer) -> PageCapture:
        """Capture ``url`` into files below ``workdir``, which the caller made and will remove.

        Everything that the page or the network does is a verdict with reasons in the result.
        Raises only for what concerns every URL alike, such as
        :class:`~evidencekit.errors.BrowserUnavailable`.
        """


class Signer(Protocol):
    """Holds a private key and the certificate that goes with it."""

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER certificates, the signer's own first, then its chain without the root."""

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature over ``message``: PKCS #1 v1.5 for RSA, DER for ECDSA."""


class TimestampAuthority(Protocol):
    """Stamps bytes by RFC 3161."""

    @property
    def name(self) -> str:
        """How the authority is recorded: its URL."""

    def stamp(self, message: bytes) -> Stamp:
        """Stamp ``message``; raises :class:`~evidencekit.errors.TsaUnavailable`."""
