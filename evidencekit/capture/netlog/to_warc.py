"""From a NetLog, finished or still growing, to two WARC files and what a verdict needs to know.

``capture.warc.gz`` holds whole answers. ``partial.warc.gz`` holds what would shadow them in a
replay that looks records up by URL: ranges (206, unless of all of the file), revalidations (304),
preflights, HEAD, WebSocket handshakes, and requests without an answer. It is not kept where it
would be empty.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from evidencekit.capture.full_disk import why_stopped
from evidencekit.capture.guard.passages import PassageLog
from evidencekit.capture.guard.servers import Server
from evidencekit.capture.netlog import exchanges as netlog_exchanges
from evidencekit.capture.netlog import facts as netlog_facts
from evidencekit.capture.netlog.exchanges import Exchanges
from evidencekit.capture.netlog.facts import Facts
from evidencekit.capture.netlog.log import Event, NetLog
from evidencekit.capture.netlog.recorded import Failure, Recorded
from evidencekit.capture.netlog.sockets import Sockets
from evidencekit.capture.netlog.spooled import Spool
from evidencekit.capture.warc import WarcWriter
from evidencekit.capture.without_media.codes import Cleaning
from evidencekit.capture.without_media.exchanges import bare_exchange
from evidencekit.capture.without_media.values import cleaned_value

_log = logging.getLogger(__name__)
MAIN_NAME, PARTIAL_NAME = "capture.warc.gz", "partial.warc.gz"
_REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was written."""

    main: Path
    partial: Path | None
    answers: Mapping[str, int]
    """How many answers were written per URL, whole or partial."""
    exchanges: int
    peers: tuple[str, ...]
    """Addresses with port that were connected to, each once, in order."""
    failures: tuple[Failure, ...]
    truncated: int
    """Bodies cut short, redirects apart, whose bodies no browser reads."""
    unfinished: int
    """Bodies still coming when the browser was closed."""
    uploads_missing: int
    own_requests: int
    """Calls of the browser itself, left out."""
    refused: tuple[tuple[str, str], ...]
    """Hosts of the page whose certificate the browser did not accept, and its error, each once."""
    is_torn: bool
    """Whether the log ended before the browser did, so that what came last may be missing."""
    unjudged: int = 0
    """Without media: requests that went out and that the media guard was not asked about."""
    overlong: int = 0
    """Answers longer than they announced."""
    unmatched: int = 0
    """Answers over connections of which the guard knows nothing, or something else."""
    stopped: str | None = None
    """Why we ended before the log did, in one word; None where we did not."""
    servers: tuple[Server, ...] = ()
    """Whom the page's connections led to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutMedia:
    """How exchanges are recorded where no body may be kept."""

    was_judged: Callable[[str], bool]
    """Whether the media guard let a request for that URL go out; asked from the recorder."""
    cleaning: Cleaning = field(default_factory=Cleaning)


@dataclass(slots=True)
class _Tally:
    exchanges: int = 0
    partial: int = 0
    uploads_missing: int = 0
    unjudged: int = 0
    overlong: int = 0
    unmatched: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    truncated: Counter[str] = field(default_factory=Counter)
    unfinished: Counter[str] = field(default_factory=Counter)
    made_whole: set[str] = field(default_factory=set)
    """URLs that we fetched again, with success: what was cut of them before is not missing."""
    stopped: str | None = None

    def count(self, recorded: Recorded, *, is_refetch: bool, has_bodies: bool) -> None:
        url, cut = recorded.exchange.url, recorded.exchange.truncated
        is_redirect = recorded.status in _REDIRECTS
        self.exchanges += 1
        self.answers[url] += recorded.status != 0
        self.partial += recorded.is_partial
        self.unmatched += recorded.is_unmatched and recorded.status != 0
        if not has_bodies:  # none is missing that was wanted
            return
        self.unfinished[url] += cut == "time"
        self.truncated[url] += cut in {"disconnect", "unspecified"} and not is_redirect
        self.uploads_missing += not recorded.is_whole_upload
        self.overlong += recorded.is_overlong
        if is_refetch and cut is None and recorded.status == HTTPStatus.OK:
            self.made_whole.add(url)

    def missing(self, cut: Counter[str]) -> int:
        return sum(count for url, count in cut.items() if url not in self.made_whole)


def record(
    netlog: BinaryIO,
    folder: Path,
    *,
    was_seen: Callable[[str], bool],
    writer: Callable[[Path], WarcWriter],
    clock: Callable[[], datetime],
    closing_at: Callable[[], datetime | None],
    page_id: str | None = None,
    passages: PassageLog | None = None,
    is_refetch: Callable[[str, datetime, bytes], bool] = lambda _url, _at, _head: False,
    add_last: Callable[[WarcWriter], None] = lambda _main: None,
    without_media: WithoutMedia | None = None,
) -> Recording:
    """Write both files into ``folder``; bodies are spooled there too, never elsewhere.

    ``was_seen`` is asked again and again while the log grows. ``writer`` opens a WARC at a path.
    ``closing_at`` says when we began to close the browser, None as long as we have not. A disk that
    takes no more ends the recording, with what was written. Raises :class:`BrowserUnavailable` for
    a log that this release cannot read. ``passages`` are what the guard did in this capture.
    ``is_refetch`` tells by URL, time and head of a request whether we made it ourselves, to have a
    file whole. ``add_last`` is called when the log has ended, to add what it cannot hold.
    ``without_media`` writes heads only, cleaned.
    """
    sockets = Sockets(passages)
    log = NetLog(netlog, netlog_exchanges.NEEDED | netlog_facts.NEEDED, sockets.is_wanted)
    facts = Facts(log)
    spool = Spool(folder)
    exchanges = Exchanges(
        _told(log, facts),
        was_seen=was_seen,
        error_name=log.error_name,
        spool=spool.make,
        closing_at=closing_at,
        sockets=sockets,
        page_id=page_id,
        keeps_bodies=without_media is None,
    )
    tally = _Tally()
    main, partial = folder / MAIN_NAME, folder / PARTIAL_NAME
    with closing(spool), writer(main) as main_file, writer(partial) as partial_file:
        try:
            for recorded in exchanges:
                asked = recorded.exchange
                is_ours = is_refetch(asked.url, asked.at, asked.request.head)
                file = partial_file if recorded.is_partial else main_file
                _write(recorded, file, is_refetch=is_ours, without_media=without_media)
                tally.count(recorded, is_refetch=is_ours, has_bodies=without_media is None)
                tally.unjudged += without_media is not None and _is_unjudged(
                    recorded, without_media
                )
            add_last(main_file)
            for urn, found in facts.documents(exchanges).items():
                # Certificates are base64; they come from a server, and are no page's.
                is_cleaned = without_media is not None and urn != netlog_facts.TLS
                document = cleaned_value(found, Cleaning()) if is_cleaned else found
                main_file.write_metadata(urn, document, at=closing_at() or clock())
        except OSError as exc:
            _log.debug("recording ended early", exc_info=True)
            tally.stopped = why_stopped(exc)
    if not tally.partial:
        partial.unlink()
    peers = dict.fromkeys(s.peer for s in exchanges.page_connections() if s.peer)
    return Recording(
        main=main,
        partial=partial if tally.partial else None,
        answers=tally.answers,
        exchanges=tally.exchanges,
        peers=tuple(peers),
        failures=exchanges.failures,
        truncated=tally.missing(tally.truncated),
        unfinished=tally.missing(tally.unfinished),
        uploads_missing=tally.uploads_missing,
        overlong=tally.overlong,
        unmatched=tally.unmatched,
        own_requests=exchanges.owners.own_requests,
        refused=facts.refused(exchanges),
        is_torn=log.is_torn and tally.stopped is None,
        unjudged=tally.unjudged,
        stopped=tally.stopped,
        servers=facts.servers(exchanges),
    )


def _told(log: NetLog, facts: Facts) -> Iterator[Event]:
    for event in log:
        facts.take(event)
        yield event


def _is_unjudged(recorded: Recorded, without_media: WithoutMedia) -> bool:
    is_handshake = recorded.status == HTTPStatus.SWITCHING_PROTOCOLS
    return not is_handshake and not without_media.was_judged(recorded.exchange.url)


def _write(
    recorded: Recorded, file: WarcWriter, *, is_refetch: bool, without_media: WithoutMedia | None
) -> None:
    exchange = recorded.exchange
    if is_refetch:
        exchange = replace(exchange, metadata={**exchange.metadata, "refetch": True})
    if without_media is not None:
        exchange = bare_exchange(exchange, without_media.cleaning)
    try:
        file.write_exchange(exchange)
    finally:
        recorded.close()
