"""What an exchange that we ended ourselves is told by."""

import errno

from evidencekit.capture.warc import Truncated

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StoppedError(Exception):
    """We ended an exchange ourselves; no OSError, so that no library takes it for its own."""

    def __init__(self, reason: str, truncated: Truncated | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.truncated = truncated


def why_not_written(exc: OSError) -> str:
    """Return in a word why a disk takes no more."""
    return "no-space" if exc.errno in _NO_SPACE else "write-failed"
