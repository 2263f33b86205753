"""One browser process with one fresh profile, and nothing of either left behind.

Rules:

* Root never runs the browser. Its sandbox refuses root, and ``--no-sandbox`` would let a hostile
  page own the machine that holds the evidence; so as root the browser becomes ``nobody``.
* The environment is HOME, PATH, TMPDIR and LANG, nothing else: variables can carry proxies,
  preloaded libraries and secrets. PATH leads to an empty folder, or a page that names an address
  such as ``mailto:`` could have other programs started, past the guard and without a sandbox.
  Temporary files, of which Chromium leaves some behind, lie in the profile.
* On every way out the process group is killed and the profile, with every cookie in it, is removed.
  The network log goes through a pipe and is never a file. Where we are killed ourselves, the
  browser ends with its pipe, and the next capture removes the profile.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidencekit.capture.chromium.cdp import CallFailed, Connection
from evidencekit.capture.chromium.installed import NO_DOOR, Browser, flags
from evidencekit.capture.chromium.log_pipe import LogPipe
from evidencekit.capture.chromium.profile import (
    EMPTY,
    TEMPORARY,
    UNPRIVILEGED_ID,
    forbid_temporary_files,
    fresh_profile,
)
from evidencekit.errors import BrowserUnavailable
from evidencekit.text.catalog import _

START_TIMEOUT_S = 30
CLOSE_TIMEOUT_S = 10
_STDERR_BYTES = 20_000
# The pipe of the protocol is descriptors 3 and 4 of the browser. A shell moves them there from its
# own input and output, so that no code of ours runs between fork and exec. No core of a browser is
# written: it would hold all that the page is.
_PIPES = 'ulimit -c 0; exec "$@" 3<&0 4>&1 </dev/null >/dev/null'


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A browser that answers."""

    connection: Connection
    log: LogPipe
    process: subprocess.Popen[bytes]

    def accept_invalid_certificates(self) -> None:
        """Have pages, frames, workers and WebSockets go on where a certificate cannot be verified.

        To be called before there is a page. The browser judges certificates all the same, and its
        verdict stays in its network log. Other errors of TLS still end a connection.
        """
        ignore = {"ignore": True}
        self.connection.call(
            "Security.setIgnoreCertificateErrors", ignore, timeout_s=START_TIMEOUT_S
        )

    def close(self) -> None:
        """Ask the browser to end, which completes its network log, and wait until it has.

        The log is written by the network service, a process that outlives its parent until all of
        it has been read.
        """
        with suppress(CallFailed):  # the pipe closed: that is what was asked for
            self.connection.post("Browser.close")
            self.connection.wait(lambda: False, timeout_s=CLOSE_TIMEOUT_S)

    def kill(self) -> None:
        """End all processes of the browser at once; harmless when repeated."""
        _kill(self.process)


@contextmanager
def running(
    browser: Browser,
    *,
    door: str = NO_DOOR,
    is_recorded: bool = True,
    is_without_media: bool = False,
) -> Iterator[Running]:
    """Run ``browser`` behind the guard at ``door``.

    One that ``is_recorded`` needs somebody who reads its log. Raises :class:`BrowserUnavailable` if
    it does not start.
    """
    with (
        fresh_profile(is_without_media=is_without_media) as profile,
        LogPipe(profile, owner=browser_user()) as log,
    ):
        errors = profile / "stderr"
        with errors.open("wb") as stderr:
            netlog = log.path if is_recorded else None
            arguments = flags(
                profile=profile, netlog=netlog, door=door, is_without_media=is_without_media
            )
            process = _launch(browser, arguments, profile=profile, stderr=stderr.fileno())
        try:
            connection = _connect(process)
            try:
                _require_answer(connection, errors)
                if is_without_media:
                    forbid_temporary_files(profile)
                yield Running(connection=connection, log=log, process=process)
            finally:
                connection.close()
        finally:
            _kill(process)


def browser_user() -> int | None:
    """Return the uid of whom the browser runs as, None for ourselves."""
    return UNPRIVILEGED_ID if os.geteuid() == 0 else None


def _launch(
    browser: Browser, arguments: Sequence[str], *, profile: Path, stderr: int
) -> subprocess.Popen[bytes]:
    user = browser_user()
    other_user: dict[str, Any] = (
        {} if user is None else {"user": user, "group": user, "extra_groups": []}
    )
    command = [str(browser.path), *arguments]
    folders = {"HOME": profile, "PATH": profile / EMPTY, "TMPDIR": profile / TEMPORARY}
    try:
        return subprocess.Popen(  # noqa: S603 (constant script, our own arguments)
            ["/bin/sh", "-c", _PIPES, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
            cwd=profile,
            env={
                **{name: str(folder) for name, folder in folders.items()},
                "LANG": os.environ.get("LANG", "C.UTF-8"),
            },
            start_new_session=True,
            **other_user,
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


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The group outlives its leader: renderers and helpers are killed too, then the leader reaped.
    # In that order and once, since a reaped number may by then belong to somebody else.
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
