"""Kill a command of ours in the middle of its work, as a power cut would.

The child counts its own calls that change the disk and ends itself, without any cleaning up, in
the middle of the N-th: a write gets half of its bytes out. Or it is killed from outside after a
while, which finds the places that nobody thought of counting.
"""

import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.tools.machine_room import environment

Action = Literal["add", "seal"]
BATCH_FILES = 5  # small, so that a short run crosses many commits

CHANGES = (
    "write", "fsync", "replace", "rename", "mkdir", "unlink", "truncate", "ftruncate",
)  # fmt: skip

_HOOK = """
import os, signal, sys
left = int(os.environ.get("KILL_AT", "0"))
done = 0
def hooked(name):
    real = getattr(os, name)
    def call(*args, **kwargs):
        global done
        done += 1
        if done == left:
            if name == "write":
                real(args[0], bytes(args[1])[: len(args[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call
for name in NAMES:
    setattr(os, name, hooked(name))
"""


def hook(*more: str) -> str:
    """Return code that kills its process at call KILL_AT, of ``more`` functions of ``os`` too."""
    return _HOOK.replace("NAMES", repr((*CHANGES, *more)))


HOOK = hook()

_PREPARE = """
from pathlib import Path
from evidencekit.store.case import open_case
from evidencekit.workflow import ingest, seal as sealing
from evidencekit.workflow.setting import Setting
from tests.tools.builders import a_signer
setting = Setting(home=Path(sys.argv[2]))
case = open_case(Path(sys.argv[1]))
signer = a_signer()
ingest.MAX_BATCH_FILES = int(sys.argv[3])
print("ready", flush=True)
"""

_WORK: dict[Action, str] = {
    "add": """
for item in ingest.add(case, [Path(sys.argv[4])], setting=setting):
    if isinstance(item, ingest.Added):
        print(item.artifact.id, flush=True)
""",
    "seal": """
sealed = sealing.seal(case, signer, setting=setting)
print(f"seal-{sealed.seal}", flush=True)
""",
}
_END = "\nprint(f'calls {done}', flush=True)\n"


@dataclass(frozen=True, kw_only=True)
class Killed:
    """What a child had said before it died."""

    acknowledged: tuple[str, ...]
    was_killed: bool
    calls: int | None
    """How often the child changed the disk; None where it did not live to say so."""
    errors: str


def run(
    action: Action,
    case: Path,
    home: Path,
    brought: Path,
    *,
    at_call: int | None = None,
    after_s: float | None = None,
) -> Killed:
    """Run ``action`` in a child process that dies at its N-th call, or after a while, or not."""
    code = "import sys\n" + _PREPARE + HOOK + _WORK[action] + _END
    with subprocess.Popen(
        [sys.executable, "-c", code, case, home, str(BATCH_FILES), brought],
        env={**environment(home), "KILL_AT": str(at_call or 0)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        if after_s is not None:
            time.sleep(after_s)
            child.kill()
        said, errors = child.communicate(timeout=120)
    words = said.splitlines()
    calls = [int(word.removeprefix("calls ")) for word in words if word.startswith("calls ")]
    return Killed(
        acknowledged=tuple(word for word in words if not word.startswith("calls ")),
        was_killed=child.returncode == -9,
        calls=calls[0] if calls else None,
        errors=errors if child.returncode not in (0, -9) else "",
    )


def some_delay(longest_s: float) -> float:
    """Return a delay that no run repeats."""
    return longest_s * secrets.randbelow(10**6) / 10**6


def some_call(highest: int) -> int:
    """Return one of the calls, each as likely."""
    return 1 + secrets.randbelow(highest)


def leftovers(case: Path) -> list[str]:
    """Return unfinished work that nobody has tidied up."""
    return [path.name for path in (case / "spool").glob("work-*")]
