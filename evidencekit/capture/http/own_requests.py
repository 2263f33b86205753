"""Requests that are ours and not the page's: who hosts it, which address this network shows.

They go the way of the capture, guard and proxy included, and are recorded as it is: every exchange,
certificates and addresses with it, is in a WARC file of its own, so that nobody takes them for the
page. No cookie is kept, nothing is followed that leaves the web or falls back from https.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from pathlib import Path

import evidencekit
from evidencekit.capture.decoding import decode_body
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.http.answer import Reply
from evidencekit.capture.http.budget import Budget
from evidencekit.capture.http.cookies import Cookies
from evidencekit.capture.http.fetch import Fetcher
from evidencekit.capture.http.limits import Limits, MiB
from evidencekit.capture.http.server_trust import ServerTrust
from evidencekit.capture.warc import WarcWriter

WARC_NAME = "look-up.warc.gz"
LOOK_UP_LIMITS = Limits(
    connect_s=10,
    read_s=10,
    resource_s=20,
    total_s=90,
    redirects=5,
    resource_bytes=MiB,
    total_bytes=16 * MiB,
    parsed_bytes=MiB,
)


class OwnRequests:
    """Asks strangers, one after the other, sharing look-ups of names and the budget."""

    def __init__(self, fetcher: Fetcher, limits: Limits) -> None:
        self._fetcher = fetcher
        self._limits = limits

    def get(self, url: str, *, accept: str) -> Reply:
        """GET ``url`` (normal form) and follow redirects; what goes wrong is the reply's reason.

        The content of the reply is without its codings. A reply with a reason is no answer.
        """
        hops = 0
        while True:
            reply = self._fetcher.fetch(url, headers={"Accept": accept}, keep=True)
            if reply.reason is not None or reply.location is None:
                return self._decoded(reply)
            stop = self._fetcher.spent() or self._why_not(url, reply.location, hops)
            if stop is not None:
                return replace(reply, reason=stop)
            url, hops = reply.location, hops + 1

    def _why_not(self, url: str, location: str, hops: int) -> str | None:
        if hops >= self._limits.redirects:
            return f"too-many-redirects {hops}"
        if url.startswith("https:") and not location.startswith("https:"):
            return "redirect-to-http"
        return None

    def _decoded(self, reply: Reply) -> Reply:
        if reply.reason is not None:
            return reply
        coding = reply.headers.get("content-encoding", "")
        decoded = decode_body(BytesIO(reply.content), coding, limit=self._limits.parsed_bytes)
        too_large = f"too-large {self._limits.parsed_bytes}" if decoded.cut == "limit" else None
        broken = "malformed-http" if decoded.cut is not None else None
        return replace(reply, content=decoded.content, reason=too_large or broken)


@contextmanager
def own_requests(
    folder: Path,
    *,
    dialer: Dialer,
    trust: ServerTrust,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    limits: Limits = LOOK_UP_LIMITS,
) -> Iterator[OwnRequests]:
    """Record into ``folder / WARC_NAME``, complete when the context is left."""
    software = f"evidencekit/{evidencekit.__version__}"
    settings = {
        "recordedFrom": "bytes above TLS, split between the exchanges of a connection; "
        "no page's requests"
    }
    budget = Budget(allowed_bytes=limits.total_bytes, deadline=time.monotonic() + limits.total_s)
    with WarcWriter(
        folder / WARC_NAME, software=software, settings=settings, clock=clock, new_id=new_id
    ) as warc:
        fetcher = Fetcher(
            headers={
                "User-Agent": software,
                "Accept-Encoding": "identity",
                "Connection": "close",
            },
            cookies=Cookies(DefaultCookiePolicy(allowed_domains=[])),
            warc=warc,
            dialer=dialer,
            trust=trust,
            limits=limits,
            budget=budget,
            folder=folder,
            page_id=new_id(),
            clock=clock,
            monotonic=time.monotonic,
        )
        with closing(fetcher):
            yield OwnRequests(fetcher, limits)
