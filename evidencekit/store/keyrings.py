"""The operating system's keyring, where the ``keyring`` extra is installed and one works."""

import os
from types import ModuleType

SERVICE = "evidencekit device key"
_OFF = "EVIDENCEKIT_NO_KEYRING"


def read(account: str) -> str | None:
    """Return what is kept for ``account``; None where there is nothing or no keyring."""
    ring = _usable()
    return ring.get_password(SERVICE, account) if ring is not None else None


def write(account: str, secret: str) -> bool:
    """Keep ``secret``; False where no keyring can."""
    ring = _usable()
    if ring is None:
        return False
    ring.set_password(SERVICE, account, secret)
    return True


def _usable() -> ModuleType | None:
    if os.environ.get(_OFF):
        return None
    try:
        import keyring  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    # keyring's own scale: below 1 it does not recommend the backend (fail, null, plain text).
    return keyring if keyring.get_keyring().priority >= 1 else None
