"""What an exchange that we ended ourselves is told by."""

from evidencekit.capture.warc import Truncated


class StoppedError(Exception):
    """We ended an exchange ourselves; no OSError, so that no library takes it for its own."""

    def __init__(self, reason: str, truncated: Truncated | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.truncated = truncated
