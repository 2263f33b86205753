"""What a server sent between two exchanges, when it had been asked nothing.

It is no answer to anything, so it stands in no response record; the connection that brought it is
closed, so that it is not taken for the next answer either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from evidencekit.capture.http.wire import Origin, Peer
from evidencekit.capture.warc import WarcWriter
from evidencekit.model.json import Json

UNASKED = "urn:evidencekit:unasked"
_MESSAGE = "application/http; msgtype=response"  # so that it is searched for credentials as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """Of one connection."""

    origin: Origin
    peer: Peer
    after: int
    """How many exchanges of that connection were over."""
    data: bytes
    """As much as was read before the connection was closed."""


def write_unasked(warc: WarcWriter, found: Sequence[Unasked], *, at: datetime) -> None:
    """Write the bytes as ``resource`` records with a URN, and a metadata record that lists them."""
    if not found:
        return
    listed: list[Json] = []
    for number, one in enumerate(found, start=1):
        target = f"{UNASKED}:{number}"
        warc.write_resource(target, _MESSAGE, BytesIO(one.data), len(one.data), at=at)
        listed.append({"record": target, **_document(one)})
    warc.write_metadata(UNASKED, listed, at=at)


def _document(one: Unasked) -> dict[str, Json]:
    return {
        "origin": f"{one.origin.scheme}://{one.origin.host}:{one.origin.port}",
        "peer": {"ip": one.peer.ip, "port": one.peer.port},
        "connection": {"number": one.peer.connection, "uses": one.after},
    }
