"""One browser process with one fresh profile, and nothing of either left behind.

Rules:

* Root never runs the browser. Its sandbox refuses root, and ``--no-sandbox`` would let a hostile
  page own the machine that holds the evidence; so as root the browser becomes ``nobody``.
* The environment is HOME, PATH and LANG, nothing else: variables can carry proxies, preloaded
  libraries and secrets.
* On every way out the process group is killed and the profile, with the network log and every
  cookie in it, is removed. Where we are killed ourselves, the browser ends with its pipe, and the
  next capture removes the profile.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidencekit.capture.cdp import CallFailed, Connection
from evidencekit.capture.chromium import Browser, flags
from evidencekit.capture.chromium_profile import UNPRIVILEGED_ID, fresh_profile
from evidencekit.errors import BrowserUnavailable
from evidencekit.text.catalog import _

START_TIMEOUT_S = 30
CLOSE_TIMEOUT_S = 10
SETTLE_TIMEOUT_S = 3
_STDERR_BYTES = 20_000
_END_BYTES = 16
# The pipe of the protocol is descriptors 3 and 4 of the browser. A shell moves them there from its
# own input and output, so that no code of ours runs between fork and exec.
_PIPES = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null'


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A browser that answers."""

    connection: Connection
    netlog: Path
    process: subprocess.Popen[bytes]

    def log_size(self) -> int:
        """Return how large the network log has grown, in bytes."""
        return self.netlog.stat().st_size if self.netlog.exists() else 0

    def close(self) -> bool:
        """End the browser, kindly first, which completes its network log; returns whether it did.

        Afterwards nothing writes to the log any more.
        """
        try:
            self.connection.post("Browser.close")
            self.connection.wait(lambda: False, timeout_s=CLOSE_TIMEOUT_S)
        except CallFailed:
            pass  # the pipe closed: that is what was asked for
        # The log is written by the network service, a process that can outlive its parent.
        until = time.monotonic() + SETTLE_TIMEOUT_S
        while not (is_finished := _is_finished(self.netlog)) and time.monotonic() < until:
            time.sleep(0.02)
        _kill(self.process)
        return is_finished


@contextmanager
def running(browser: Browser) -> Iterator[Running]:
    """Run ``browser`` for one capture; raises :class:`BrowserUnavailable` if it does not start."""
    with fresh_profile() as profile:
        netlog, errors = profile / "netlog.json", profile / "stderr"
        with errors.open("wb") as stderr:
            process = _launch(browser, profile=profile, netlog=netlog, stderr=stderr.fileno())
        try:
            connection = _connect(process)
            try:
                _require_answer(connection, errors)
                yield Running(connection=connection, netlog=netlog, process=process)
            finally:
                connection.close()
        finally:
            _kill(process)


def _launch(
    browser: Browser, *, profile: Path, netlog: Path, stderr: int
) -> subprocess.Popen[bytes]:
    as_nobody: dict[str, Any] = (
        {"user": UNPRIVILEGED_ID, "group": UNPRIVILEGED_ID, "extra_groups": []}
        if os.geteuid() == 0
        else {}
    )
    command = [str(browser.path), *flags(profile=profile, netlog=netlog)]
    try:
        return subprocess.Popen(  # noqa: S603 (constant script, our own arguments)
            ["/bin/sh", "-c", _PIPES, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
            cwd=profile,
            env={
                "HOME": str(profile),
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "LANG": os.environ.get("LANG", "C.UTF-8"),
            },
            start_new_session=True,
            **as_nobody,
        )
    except OSError as exc:
        raise BrowserUnavailable(_("{path} does not start").format(path=browser.path)) from exc


def _connect(process: subprocess.Popen[bytes]) -> Connection:
    assert process.stdin is not None  # noqa: S101 (both are PIPE above)
    assert process.stdout is not None  # noqa: S101
    connection = Connection(os.dup(process.stdout.fileno()), os.dup(process.stdin.fileno()))
    process.stdin.close()
    process.stdout.close()
    return connection


def _require_answer(connection: Connection, errors: Path) -> None:
    try:
        connection.call("Browser.getVersion", timeout_s=START_TIMEOUT_S)
    except CallFailed as exc:
        said = errors.read_bytes()[-_STDERR_BYTES:].decode("utf-8", errors="replace")
        raise _why_not(said) from exc


def _why_not(said: str) -> BrowserUnavailable:
    """Explain from its error output why a browser did not start."""
    if "sandbox" in said.lower():
        return BrowserUnavailable(
            _("the browser cannot start its sandbox here, and we do not run it without one"),
            hint=_("allow unprivileged user namespaces, or use --engine http"),
        )
    return BrowserUnavailable(
        _("the browser ended before it answered"), hint=_("run it by hand, or use --engine http")
    )


def _is_finished(netlog: Path) -> bool:
    try:
        with netlog.open("rb") as stream:
            stream.seek(-_END_BYTES, os.SEEK_END)
            return stream.read().rstrip().endswith(b"\n}")
    except OSError:  # not there, or shorter than its own end
        return False


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The group outlives its leader: renderers and helpers are killed too, then the leader reaped.
    # In that order and once, since a reaped number may by then belong to somebody else.
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
