"""Where something is written that somebody named: never over what is there."""

import os
from collections.abc import Iterable
from pathlib import Path

from evidencekit.errors import BadInput
from evidencekit.files.durable import disk_errors, sync_path
from evidencekit.files.streaming import write_all
from evidencekit.text.catalog import _


def require_new(path: Path) -> None:
    """Raise :class:`BadInput` where something of that name is there, or no folder for it."""
    if os.path.lexists(path):
        raise BadInput(_("{path} is there already").format(path=path))
    if not path.parent.is_dir():
        raise BadInput(_("{path}: there is no such folder").format(path=path.parent))


def require_outside(case: Path, path: Path) -> None:
    """Raise :class:`BadInput` as :func:`require_new` does, and for a place inside a case."""
    require_new(path)
    if path.parent.resolve().is_relative_to(case.resolve()):
        raise BadInput(
            _("in the folder of the case: {path}").format(path=path),
            hint=_("name a file outside it; only the case's own files belong there"),
        )


def write_for_owner(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that nobody else can read, durable; a failure leaves none."""
    with disk_errors(str(path)):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(path, flags, 0o600)
        try:
            for piece in pieces:
                write_all(fd, piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(fd)
        sync_path(path)
