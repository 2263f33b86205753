"""From a NetLog, finished or still growing, to the two WARC files of a capture."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from evidencekit.capture.full_disk import why_stopped
from evidencekit.capture.guard.passages import PassageLog
from evidencekit.capture.netlog import exchanges as netlog_exchanges
from evidencekit.capture.netlog import facts as netlog_facts
from evidencekit.capture.netlog.exchanges import Exchanges
from evidencekit.capture.netlog.facts import Facts
from evidencekit.capture.netlog.log import Event, NetLog
from evidencekit.capture.netlog.sockets import Sockets
from evidencekit.capture.recording.spooled import Spool
from evidencekit.capture.recording.two_files import (
    IsRefetch,
    Recording,
    TwoFiles,
    WithoutMedia,
)
from evidencekit.capture.warc import WarcWriter

_log = logging.getLogger(__name__)


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
    is_refetch: IsRefetch = lambda _url, _at, _head: False,
    add_last: Callable[[WarcWriter], None] = lambda _main: None,
    without_media: WithoutMedia | None = None,
) -> Recording:
    """Write both files into ``folder``; bodies are spooled there too, never elsewhere.

    ``was_seen`` is asked again and again while the log grows. ``writer`` opens a WARC at a path.
    ``closing_at`` says when we began to close the browser, None as long as we have not. A disk that
    takes no more ends the recording, with what was written. Raises :class:`BrowserUnavailable` for
    a log that this release cannot read. ``passages`` are what the guard did in this capture.
    ``add_last`` is called when the log has ended, to add what it cannot hold.
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
    stopped = None
    with (
        closing(spool),
        TwoFiles(folder, writer, is_refetch=is_refetch, without_media=without_media) as files,
    ):
        try:
            for recorded in exchanges:
                files.write(recorded)
            add_last(files.main)
            files.write_documents(facts.documents(exchanges), at=closing_at() or clock())
        except OSError as exc:
            _log.debug("recording ended early", exc_info=True)
            stopped = why_stopped(exc)
    return files.recording(
        peers=(one.peer for one in exchanges.page_connections() if one.peer),
        failures=exchanges.failures,
        own_requests=exchanges.owners.own_requests,
        refused=facts.refused(exchanges),
        is_torn=log.is_torn and stopped is None,
        stopped=stopped,
        servers=facts.servers(exchanges),
    )


def _told(log: NetLog, facts: Facts) -> Iterator[Event]:
    for event in log:
        facts.take(event)
        yield event
