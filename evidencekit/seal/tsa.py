"""An RFC 3161 authority over HTTP (§3.4). Only a salted hash leaves the machine.

A token is taken only if it passes every check that the recipient will make; whether its authority
is trusted can be said only where the caller gives its root.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import requests
from cryptography import x509

from evidencekit.errors import EvidenceDoubted, TsaUnavailable
from evidencekit.model.seal import Stamp
from evidencekit.proof.certificates import Trust, judge_certificate
from evidencekit.proof.rfc3161 import (
    MAX_TOKEN_BYTES,
    ahead_of,
    build_request,
    plain_response,
    read_token,
)
from evidencekit.text.catalog import _

TIMEOUT_S = (10, 30)  # connect, read
_TOTAL_S = 60  # an answer that drips in is none
NONCE_BITS = 128
_CHUNK = 65_536
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


class HttpAuthority:
    """One authority; satisfies :class:`~evidencekit.protocols.TimestampAuthority`."""

    def __init__(
        self,
        url: str,
        *,
        roots: Sequence[x509.Certificate],
        clock: Callable[[], datetime],
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> None:
        self._url = url
        self._roots = tuple(roots)
        self._clock = clock
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        """Its URL, without a name and password that may stand in it."""
        parts = urlsplit(self._url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    def stamp(self, message: bytes) -> Stamp:
        """Stamp ``message``; raises :class:`TsaUnavailable` for silence and for lies alike."""
        nonce = secrets.randbits(NONCE_BITS) | 1 << (NONCE_BITS - 1)
        request = build_request(message, nonce=nonce)
        try:
            response = plain_response(self._post(request))
            token = read_token(response, request, message, what=_("timestamp"))
        except EvidenceDoubted as exc:
            raise self._failure(exc.message) from exc
        if ahead_of(token, self._clock()):
            raise self._failure(_("its time is ahead of this computer's clock"))
        found = judge_certificate(token.signer, token.others, self._roots, at=token.gen_time)
        if self._roots and found.trust not in (Trust.PATH, Trust.PINNED):
            raise self._failure(_("its certificate does not lead to the given root"))
        return Stamp(
            tsa=self.name,
            request=request,
            response=response,
            gen_time=token.gen_time,
            is_authority_checked=bool(self._roots),
        )

    def _post(self, request: bytes) -> bytes:
        headers = {"Content-Type": _QUERY, "Accept": _REPLY}
        body = bytearray()
        deadline = time.monotonic() + _TOTAL_S
        try:
            with requests.post(
                self._url, data=request, headers=headers, timeout=self._timeout_s, stream=True
            ) as reply:
                reply.raise_for_status()
                for chunk in reply.iter_content(_CHUNK):
                    body += chunk
                    if len(body) > MAX_TOKEN_BYTES:
                        raise self._failure(_("its answer is too long"))
                    if time.monotonic() > deadline:
                        raise self._failure(_("its answer takes too long"))
        except (requests.RequestException, OSError) as exc:
            raise self._failure(_("no usable answer")) from exc
        return bytes(body)

    def _failure(self, why: str) -> TsaUnavailable:
        return TsaUnavailable(
            _("timestamp authority {url}: {why}").format(url=self.name, why=why),
            hint=_("seal now with --timestamp-pending, or name another authority with --tsa"),
        )
