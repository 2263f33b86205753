"""One visit to one page for ``bench_capture.py``: prints its wall time, CPU and memory as JSON.

The time begins when everything is imported. CPU is that of the whole tree of processes: orphans of
the browser are adopted, so that every one of them is waited for and counted (Linux only).
"""

import ctypes
import json
import os
import resource
import sys
import tempfile
import time
import uuid
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from evidencekit.capture.chromium import process as chromium_process
from evidencekit.capture.chromium.installed import find_browser, flags
from evidencekit.capture.chromium.process import Running, browser_user
from evidencekit.capture.guard.addresses import allow_any
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.names import resolve_host
from evidencekit.capture.guard.socks import SocksGuard
from evidencekit.capture.netlog import to_warc as netlog_warc
from evidencekit.capture.netlog.recorder import Converter, Recorder
from evidencekit.capture.page.page import Page
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.capture.warc import WarcWriter

_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER, prctl(2)
_OF_THE_GUARD = ("--proxy-", "--host-resolver-rules")


def main() -> None:
    """Visit the URL in the second argument, ``recorded``, ``unrecorded`` or ``bare``."""
    kind, url = sys.argv[1:]
    if kind == "bare":
        chromium_process.flags = without_guard  # type: ignore[attr-defined]  # its own import
    adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        cpu = cpu_s()
        wall = visit(url, Path(folder), is_recorded=kind == "recorded")
        wait_for_all()
        used = cpu_s() - cpu
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall_s": wall, "cpu_s": used, "rss_mb": rss}))


def visit(url: str, folder: Path, *, is_recorded: bool) -> float:
    """Return how long it took until the WARC was complete or the browser had ended."""
    started = time.perf_counter()
    dialer = Dialer(
        guard=allow_any,
        resolve=resolve_host,
        observe=None,
        upstream=None,
        connect_s=15,
        clock=clock,
    )
    user = browser_user()
    with (
        SocksGuard(dialer, client_uid=os.geteuid() if user is None else user) as guard,
        chromium_process.running(
            find_browser(), door=guard.door, is_recorded=is_recorded
        ) as process,
        recorder_of(process, is_recorded=is_recorded) as recorder,
    ):
        page = Page(process.connection, BrowserLimits(), log_size=lambda: 0, clock=clock)
        if recorder is not None:
            recorder.start(converter(folder, page, dialer))
        page.run(url, folder, lambda _step: None)
        if recorder is not None:
            process.connection.wait(recorder.has_caught_up, timeout_s=60)
        process.close()
        if recorder is not None:
            exchanges = recorder.finish().exchanges
            if exchanges < int(url.rstrip("/").rpartition("/")[2]):
                raise SystemExit(f"only {exchanges} exchanges were recorded")
        wall = time.perf_counter() - started
    if page.visit.reasons:
        raise SystemExit(f"the page did not come whole: {page.visit.reasons}")
    return wall


def recorder_of(process: Running, *, is_recorded: bool) -> AbstractContextManager[Recorder | None]:
    return Recorder(process.log, kill=process.kill) if is_recorded else nullcontext()


def converter(folder: Path, page: Page, dialer: Dialer) -> Converter:
    return lambda log: netlog_warc.record(
        log,
        folder,
        was_seen=page.watch.was_seen,
        writer=writer,
        clock=clock,
        closing_at=lambda: None,
        passages=dialer.passages,
    )


def writer(path: Path) -> WarcWriter:
    return WarcWriter(
        path, software="bench", settings={}, clock=clock, new_id=lambda: str(uuid.uuid4())
    )


def clock() -> datetime:
    return datetime.now(UTC)


def without_guard(**options: Any) -> tuple[str, ...]:
    return tuple(one for one in flags(**options) if not one.startswith(_OF_THE_GUARD))


def adopt_orphans() -> None:
    """Become the parent of what the browser leaves behind."""
    if ctypes.CDLL(None, use_errno=True).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0):
        raise SystemExit("this system does not let us count the CPU of a tree of processes")


def wait_for_all() -> None:
    """Wait for every child, adopted ones too."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def cpu_s() -> float:
    """Return what this process and its children that were waited for have used."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usages)


if __name__ == "__main__":
    main()
