"""The operating system's keyring, where the ``keyring`` extra is installed and one works."""

import os
from types import ModuleType

from evidencekit.errors import KeyUnusable
from evidencekit.text.catalog import _

SERVICE = "evidencekit device key"
_OFF = "EVIDENCEKIT_NO_KEYRING"


def read(account: str) -> str | None:
    """Return what is kept for ``account``; None where there is nothing or no keyring."""
    ring = _usable()
    if ring is None:
        return None
    try:
        kept: str | None = ring.get_password(SERVICE, account)
    except ring.errors.KeyringError as exc:  # locked: another key would break the chain of trust
        raise KeyUnusable(
            _("the system's keyring does not give the device key"),
            hint=_("unlock it and run the command again"),
        ) from exc
    return kept


def write(account: str, secret: str) -> bool:
    """Keep ``secret``; False where no keyring can."""
    ring = _usable()
    if ring is None:
        return False
    try:
        ring.set_password(SERVICE, account, secret)
    except ring.errors.KeyringError:
        return False  # the key goes into a file instead
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
