"""Names and shapes of what is recorded beside the exchanges, the same whoever records.

Each becomes one JSON document in the WARC, as a ``metadata`` record with a URN of ours.
"""

import hashlib
from collections.abc import Iterable

from evidencekit.capture.guard.passages import Passage, host_and_port
from evidencekit.capture.recording.recorded import Failure
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json

TLS, FAILURES = "urn:evidencekit:tls", "urn:evidencekit:failures"


def failures_document(failures: Iterable[Failure], passages: Iterable[Passage]) -> list[Json]:
    """Add to each what the guard said of its host, since the browser is told a number only."""
    refusals = {(one.host, one.port): one.refusal for one in passages if one.refusal is not None}
    return [
        {
            "url": failure.url,
            "error": failure.error,
            "at": write_time(failure.at),
            "refusal": refusals.get(host_and_port(failure.url)),
        }
        for failure in failures
    ]


def fingerprint(der: bytes) -> str:
    """Return the name that a certificate has in these documents."""
    return hashlib.sha256(der).hexdigest()
