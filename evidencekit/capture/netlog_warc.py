"""From a finished NetLog to two WARC files and what a verdict needs to know.

``capture.warc.gz`` holds whole answers. ``partial.warc.gz`` holds what would shadow them in a
replay that looks records up by URL: ranges (206), revalidations (304), preflights, HEAD, WebSocket
handshakes, and requests without an answer. It is not kept where it would be empty.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from evidencekit.capture import netlog_exchanges, netlog_facts
from evidencekit.capture.netlog import Event, NetLog
from evidencekit.capture.netlog_exchanges import Exchanges, Failure, Recorded
from evidencekit.capture.netlog_facts import Facts
from evidencekit.capture.warc import WarcWriter

MAIN_NAME, PARTIAL_NAME = "capture.warc.gz", "partial.warc.gz"
SPOOL_IN_MEMORY_BYTES = 256 * 1024
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
    is_torn: bool


@dataclass(slots=True)
class _Tally:
    exchanges: int = 0
    partial: int = 0
    truncated: int = 0
    unfinished: int = 0
    uploads_missing: int = 0


def record(
    netlog: BinaryIO,
    folder: Path,
    *,
    was_seen: Callable[[str], bool],
    writer: Callable[[Path], WarcWriter],
    closing_at: datetime,
    page_id: str | None = None,
) -> Recording:
    """Write both files into ``folder``; bodies are spooled there too, never elsewhere.

    ``writer`` opens a WARC at a path; ``closing_at`` is when we began to close the browser.
    Raises :class:`BrowserUnavailable` for a log that this release cannot read.
    """
    log = NetLog(netlog, netlog_exchanges.NEEDED | netlog_facts.NEEDED)
    facts = Facts(log)
    exchanges = Exchanges(
        _told(log, facts),
        was_seen=was_seen,
        error_name=log.error_name,
        spool=lambda: _spool(folder),
        closing_at=closing_at,
        page_id=page_id,
    )
    answers: Counter[str] = Counter()
    tally = _Tally()
    main, partial = folder / MAIN_NAME, folder / PARTIAL_NAME
    with writer(main) as main_file, writer(partial) as partial_file:
        for recorded in exchanges:
            try:
                (partial_file if recorded.is_partial else main_file).write_exchange(
                    recorded.exchange
                )
            finally:
                recorded.close()
            answers[recorded.exchange.url] += recorded.status != 0
            _count(tally, recorded)
        for urn, document in facts.documents(exchanges).items():
            main_file.write_metadata(urn, document, at=closing_at)
    if not tally.partial:
        partial.unlink()
    peers = dict.fromkeys(s.peer for s in exchanges.page_connections() if s.peer)
    return Recording(
        main=main,
        partial=partial if tally.partial else None,
        answers=answers,
        exchanges=tally.exchanges,
        peers=tuple(peers),
        failures=tuple(exchanges.failures),
        truncated=tally.truncated,
        unfinished=tally.unfinished,
        uploads_missing=tally.uploads_missing,
        own_requests=exchanges.own_requests,
        is_torn=log.is_torn,
    )


def _told(log: NetLog, facts: Facts) -> Iterator[Event]:
    for event in log:
        facts.take(event)
        yield event


def _spool(folder: Path) -> BinaryIO:
    spooled = tempfile.SpooledTemporaryFile(  # noqa: SIM115 (closed with its exchange)
        max_size=SPOOL_IN_MEMORY_BYTES, dir=str(folder)
    )
    return cast("BinaryIO", spooled)  # it is one in all but its declared type


def _count(tally: _Tally, recorded: Recorded) -> None:
    cut = recorded.exchange.truncated
    is_redirect = recorded.status in _REDIRECTS
    tally.exchanges += 1
    tally.partial += recorded.is_partial
    tally.unfinished += cut == "time"
    tally.truncated += cut in {"disconnect", "unspecified"} and not is_redirect
    tally.uploads_missing += not recorded.is_whole_upload
