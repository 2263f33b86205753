"""Where something is written that somebody named: never over what is there."""

import os
from pathlib import Path

from evidencekit.errors import BadInput
from evidencekit.text.catalog import _


def require_new(path: Path) -> None:
    """Raise :class:`BadInput` where something of that name is there, or no folder for it."""
    if os.path.lexists(path):
        raise BadInput(_("{path} is there already").format(path=path))
    if not path.parent.is_dir():
        raise BadInput(_("{path}: there is no such folder").format(path=path.parent))
