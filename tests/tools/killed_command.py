"""Kill a command line of ours in the middle, and see what outlives it.

The command runs under a minder, to whom the kernel hands every orphan (Linux only), so nothing
that it started is overlooked, whatever its name, group or session. When all are gone, or after a
while, the minder says which are left, and ends them.
"""

import hashlib
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidencekit.capture.chromium.installed import VARIABLE
from tests.tools.killer import HOOK
from tests.tools.machine_room import environment

SEED = os.environ.get("EVIDENCEKIT_KILL_SEED") or secrets.token_hex(4)
"""Where and when commands are killed follows from it."""
ORPHANS_MAY_LIVE_S = 30
"""Seconds; one that was really left lives for ever, on a busy machine others take their time."""
_RUN_S = 120

_MINDER = """
import ctypes, json, os, signal, subprocess, sys, threading, time
PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
after_s, patience_s, *command = sys.argv[1:]

def alive():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return []
    with open(f"/proc/self/task/{os.getpid()}/children") as listed:
        return [int(word) for word in listed.read().split()]

def called(pid):
    with open(f"/proc/{pid}/cmdline") as line:
        return line.read().replace(chr(0), " ")[:200]

began = time.monotonic()
child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
timer = threading.Timer(float(after_s), child.kill)  # wait(timeout) would look now and then
timer.start()
code, ran_s = child.wait(), time.monotonic() - began
timer.cancel()
while alive() and time.monotonic() - began - ran_s < float(patience_s):
    time.sleep(0.02)
lingered_s = time.monotonic() - began - ran_s
survivors = [called(pid) for pid in alive()]
while left := alive():
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.02)
print()
print(json.dumps([code, ran_s, lingered_s, survivors]))
"""
_COMMAND = f"""
import atexit, sys
from evidencekit.cli.main import main
{HOOK}
atexit.register(lambda: print("calls", done, file=sys.stderr))
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When a command is killed: in its N-th call that changes the disk, or after a while."""

    at_call: int = 0
    after_s: float = _RUN_S


NEVER = Moment()


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command line that has ended, by itself or not."""

    code: int
    objects: tuple[dict[str, Any], ...]
    """What it had said by then, as JSON."""
    errors: str
    calls: int
    """How often it changed the disk; 0 where it did not live to say so."""
    ran_s: float
    lingered_s: float
    """How long the last of its processes outlived it."""
    survivors: tuple[str, ...]

    @property
    def was_killed(self) -> bool:
        return self.code == -9


def run(*arguments: str, home: Path, temporary: Path, moment: Moment = NEVER) -> Ended:
    """Run ``evidencekit`` with ``arguments`` until it ends or its moment comes."""
    command = [sys.executable, "-c", _COMMAND, *arguments]
    done = subprocess.run(
        [sys.executable, "-c", _MINDER, str(moment.after_s), str(ORPHANS_MAY_LIVE_S), *command],
        env={
            **environment(home),
            **{name: os.environ[name] for name in (VARIABLE,) if name in os.environ},
            "TMPDIR": str(temporary),
            "KILL_AT": str(moment.at_call),
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=2 * _RUN_S,
    )
    *said, last = (line for line in done.stdout.splitlines() if line)
    code, ran_s, lingered_s, survivors = json.loads(last)
    errors, _, calls = done.stderr.rpartition("calls ")
    return Ended(
        code=code,
        objects=tuple(json.loads(line) for line in said if line.endswith("}")),
        errors=errors,
        calls=int(calls) if code >= 0 else 0,
        ran_s=ran_s,
        lingered_s=lingered_s,
        survivors=tuple(survivors),
    )


def some_moment(name: str, normal: Ended, *, idle_s: float) -> Moment:
    """Return a moment within a run like ``normal``, the same one for the same name and seed.

    A third of them are calls. The others are times; in the first ``idle_s`` a command only loads.
    """
    digest = hashlib.sha256(f"{SEED} {name}".encode()).digest()
    share = int.from_bytes(digest[:8]) / 2**64
    if digest[8] % 3 == 0:
        return Moment(at_call=1 + int(share * normal.calls))
    return Moment(after_s=idle_s + share * (normal.ran_s - idle_s))
