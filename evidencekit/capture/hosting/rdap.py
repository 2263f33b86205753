"""Asks registries who holds a domain or a network: RDAP (RFC 7480, RFC 9082).

One server is asked, and sends us on to the registry that knows (RFC 7480 §5.2); which registry that
is stands in tables of IANA (RFC 9224) that the server follows for us. A wrong, slow or endless
answer is an outcome, never an exception.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from evidencekit.capture.hosting.rdap_answer import UnusableAnswer, read_registration
from evidencekit.capture.http.answer import Reply
from evidencekit.capture.http.own_requests import OwnRequests
from evidencekit.model.hosting import Inquiry, Registration, RegistryKind

MEDIA_TYPE = "application/rdap+json"
_OK, _NOT_FOUND = 200, 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One inquiry with its answer, where there is one."""

    inquiry: Inquiry
    registration: Registration | None = None
    content: bytes = b""
    """The answer as delivered, without its codings; empty where it was not usable."""


class Rdap:
    """Asks the RDAP server at ``base``, a URL that ends in a slash."""

    def __init__(self, base: str, requests: OwnRequests, *, clock: Callable[[], datetime]) -> None:
        self._base = base
        self._requests = requests
        self._clock = clock

    def ask(self, kind: RegistryKind, asked: str) -> Answered:
        """Ask about a domain in A-labels or an address; RFC 9082 §3.1.1, §3.1.3."""
        url = f"{self._base}{kind}/{quote(asked, safe=':')}"
        at = self._clock()
        reply = self._requests.get(url, accept=f"{MEDIA_TYPE}, application/json;q=0.8")
        registration, outcome = _read(reply, kind, asked)
        return Answered(
            inquiry=Inquiry(kind=kind, asked=asked, url=url, at=at, outcome=outcome),
            registration=registration,
            content=reply.content if registration is not None else b"",
        )


def _read(reply: Reply, kind: RegistryKind, asked: str) -> tuple[Registration | None, str]:
    if reply.reason is not None:
        return None, reply.reason
    if reply.status == _NOT_FOUND:
        return None, f"not-registered {urlsplit(reply.url).hostname}"
    if reply.status != _OK:
        return None, f"http-status {reply.status}"
    try:
        found = read_registration(reply.content, kind=kind, asked=asked, source=reply.url)
    except UnusableAnswer as exc:
        return None, str(exc)
    return found, "answered"
