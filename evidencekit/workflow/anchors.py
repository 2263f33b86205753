"""Certificates that the user trusts, out of PEM files."""

from pathlib import Path

from cryptography import x509

from evidencekit.errors import BadInput
from evidencekit.files.opening import read_whole
from evidencekit.proof.certificates import load_anchors
from evidencekit.text.catalog import _

_MAX_PEM = 2**20


def read_anchors(path: Path) -> tuple[x509.Certificate, ...]:
    """Read the certificates that the user trusts; raises :class:`BadInput`."""
    try:
        pem = read_whole(path, limit=_MAX_PEM)
    except OSError as exc:
        raise BadInput(_("{path}: {reason}").format(path=path, reason=exc.strerror)) from exc
    return load_anchors(pem, what=path.name)
