"""What a capture does about a disk that is full: it keeps room to end in, and names the reason."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SPARE_BYTES = 4 << 20
"""For the ledger, its bodies and the folders of a commit; the files themselves are only renamed."""
_NAME = "spare"
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def spare_room(folder: Path) -> Iterator[None]:
    """Hold it in ``folder`` until the context is left; raises OSError where there is none."""
    path = folder / _NAME
    try:
        with path.open("xb", buffering=0) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, SPARE_BYTES)
            else:  # macOS
                file.write(bytes(SPARE_BYTES))
        yield
    finally:
        path.unlink(missing_ok=True)


def why_stopped(exc: OSError) -> str:
    """Return in one word why nothing more can be written."""
    return "no-space" if exc.errno in _NO_SPACE else "write-failed"
