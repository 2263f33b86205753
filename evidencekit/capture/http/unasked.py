"""What a server sent between two exchanges, when it had been asked nothing.

It is no answer to anything, so it stands in no response record; the connection that brought it is
closed, so that it is not taken for the next answer either.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evidencekit.capture.http.wire import Origin, Peer
from evidencekit.formats.fields import encode_base64
from evidencekit.model.json import Json

UNASKED = "urn:evidencekit:unasked"
"""Target of the metadata record with :func:`unasked_documents`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """Of one connection."""

    origin: Origin
    peer: Peer
    after: int
    """How many exchanges of that connection were over."""
    data: bytes
    """As much as was read before the connection was closed."""


def unasked_documents(found: Iterable[Unasked]) -> list[Json]:
    """Return them as JSON."""
    return [
        {
            "origin": f"{one.origin.scheme}://{one.origin.host}:{one.origin.port}",
            "peer": {"ip": one.peer.ip, "port": one.peer.port},
            "connection": {"number": one.peer.connection, "uses": one.after},
            "data_base64": encode_base64(one.data),
        }
        for one in found
    ]
