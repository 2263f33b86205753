"""Running recorders: commands that end, servers that are waited for, and what they leave."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.tools.h2_site import H2Site
from tests.tools.recordings import Recording

RUN_S = 300
START_S = 60
STOP_S = 60
_SAID = 300


class RecorderFailed(Exception):
    """A recorder that did not do what it was asked to."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What to record, and where to put it."""

    site: H2Site
    folder: Path
    authority: Path
    """The site's own CA in PEM; no file where there is no TLS."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a recorder left."""

    recording: Recording
    for_replay: tuple[Path, ...] = ()
    """WARC or WACZ files."""


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    may_fail: frozenset[int] = frozenset(),
) -> str:
    """Run to the end and return its output; ``may_fail`` names exit codes that are no failure."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=RUN_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise RecorderFailed(f"not done after {RUN_S} s") from exc
    if done.returncode and done.returncode not in may_fail:
        said = (done.stderr or done.stdout).strip().replace("\n", " ")[-_SAID:]
        raise RecorderFailed(f"exit code {done.returncode}: {said}")
    return done.stdout


@contextmanager
def serving(
    command: Sequence[str],
    port: int,
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a server as long as the block does; it is asked to end, so that it can write."""
    with (folder / "said").open("wb") as said:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            _wait_until_it_listens(server, port)
            yield
            server.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                server.wait(STOP_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_until_it_listens(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RecorderFailed("it does not listen")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
