"""Run one command and print what it and all its descendants cost, as JSON (Linux only).

Orphans are adopted, so that every process is waited for and its CPU counted. Memory is the largest
sum of proportional shares (PSS) seen, looked up twice a second. An exit code named by
``--may-fail`` is no failure.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench_visit import adopt_orphans, cpu_s, wait_for_all

_EVERY_S = 0.5


def main() -> None:
    """Run, wait for everything, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--may-fail", type=int, default=0)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    adopt_orphans()
    ended = threading.Event()
    peak = Peak(ended)
    peak.start()
    before, started = cpu_s(), time.perf_counter()
    with tempfile.TemporaryFile() as said:
        code = subprocess.call(options.command, stdout=said, stderr=said)
        wall = time.perf_counter() - started
        if code not in {0, options.may_fail}:
            said.seek(0)
            sys.stderr.buffer.write(said.read()[-2000:])
            raise SystemExit(f"exit code {code}")
    ended.set()
    peak.join()
    wait_for_all()
    print(json.dumps({"wall_s": wall, "cpu_s": cpu_s() - before, "rss_mb": peak.mb}))


class Peak(threading.Thread):
    """Looks how much memory all descendants share out among them, until ``ended``."""

    def __init__(self, ended: threading.Event) -> None:
        super().__init__(daemon=True)
        self.mb = 0.0
        self._ended = ended

    def run(self) -> None:
        """Look until the end."""
        while not self._ended.wait(_EVERY_S):
            self.mb = max(self.mb, sum(map(_pss_mb, _descendants())))


def _descendants() -> Iterator[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
    found = {int(Path("/proc/self").resolve().name)}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
        yield from more


def _pss_mb(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(one.split()[1]) for one in lines if one.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
