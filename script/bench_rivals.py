"""From a URL to a finished file: the whole command, ours and those of others, on the same pages.

Ours ends with everything: WARC, signed WACZ, pictures, PDF, replay check, commit in the case; and
once more it ends where others do, with pictures and a finished WARC. The others end with what they
make, which stands in docs/explanation/fidelity.md. Recorders are looked for in PATH; those that are
not there are skipped. Interleaved, medians after one uncounted.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench_capture import SIZES, Cost, median, served  # noqa: E402
from fidelity_proxies import record_by_mitmproxy  # noqa: E402
from fidelity_running import free_port  # noqa: E402

SCRIPTS = Path(__file__).parent
WHOLE, TO_WARC = "evidencekit", "evidencekit, to WARC"
OURS = (sys.executable, "-m", "evidencekit")
Command = Callable[[str, Path], Sequence[str]]
"""Given the URL and an empty folder."""


def main() -> None:
    """Compare, or be the recorder that is made of mitmproxy and our Chromium (``--mitmproxy``)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--mitmproxy", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.mitmproxy:
        url, folder = options.mitmproxy
        record_by_mitmproxy(url, Path(folder))
        return
    for size, costs in compare(options.runs):
        for name, cost in costs.items():
            print(line(size, name, cost, costs[WHOLE], costs[TO_WARC]))


def line(size: int, name: str, cost: Cost, whole: Cost, to_warc: Cost) -> str:
    """Return one recorder as text."""
    return (
        f"{size:4} resources  {name:22} wall {cost.wall_s:6.2f} s, of ours"
        f" {cost.wall_s / whole.wall_s:5.2f} (whole) {cost.wall_s / to_warc.wall_s:5.2f} (to WARC)"
        f"  CPU {cost.cpu_s:6.2f} s"
        f" {cost.cpu_s / whole.cpu_s:5.2f} {cost.cpu_s / to_warc.cpu_s:5.2f}"
        f"  memory {cost.rss_mb:.0f} MB"
    )


def compare(runs: int) -> Iterator[tuple[int, dict[str, Cost]]]:
    """Yield medians per recorder for each page."""
    present = {name: command for name, (program, command) in RECORDERS.items() if is_there(program)}
    with served() as port:
        for size in SIZES:
            found: dict[str, list[Cost]] = {name: [] for name in present}
            for number in range(runs + 1):
                for name, command in present.items():
                    cost = record(command, f"http://127.0.0.1:{port}/{size}/")
                    if number:
                        found[name].append(cost)
            yield size, {name: median(costs) for name, costs in found.items()}


def is_there(program: str) -> bool:
    return shutil.which(program) is not None


def record(command: Command, url: str) -> Cost:
    """Record once, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["EVIDENCEKIT_HOME"] = str(folder / "home")
        counted = [sys.executable, str(SCRIPTS / "bench_tree.py"), *command(url, folder)]
        done = subprocess.run(counted, capture_output=True, text=True, cwd=folder, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Cost(**json.loads(done.stdout))


def ours(url: str, folder: Path) -> Sequence[str]:
    """Capture into a case that is already there."""
    case = str(folder / "case")
    made = [*OURS, "init", case, "--title", "t", "--actor", "a", "--no-input"]
    subprocess.run(made, capture_output=True, check=True)
    return [*OURS, "-C", case, "capture", url, "--allow-private", "--no-input", "--quiet"]


def to_warc(url: str, folder: Path) -> Sequence[str]:
    """Capture without what comes after the WARC: WACZ, stamped pictures, replay check, case."""
    del folder
    return [sys.executable, str(SCRIPTS / "bench_visit.py"), "recorded", url]


def scoop(url: str, folder: Path) -> Sequence[str]:
    return [
        *("scoop", url, "--output", str(folder / "kept.wacz"), "--blocklist", "203.0.113.0/24"),
        *("--proxy-host", "127.0.0.1", "--proxy-port", str(free_port())),
        *("--public-ip-resolver-endpoint", "http://127.0.0.1:1/"),
    ]


def browsertrix(url: str, folder: Path) -> Sequence[str]:
    return [
        *("crawl", "--url", url, "--scopeType", "page", "--limit", "1", "--headless"),
        *("--generateWACZ", "--cwd", str(folder), "--collection", "kept"),
    ]


def mitmproxy(url: str, folder: Path) -> Sequence[str]:
    return [sys.executable, __file__, "--mitmproxy", url, str(folder)]


RECORDERS: dict[str, tuple[str, Command]] = {
    WHOLE: (sys.executable, ours),
    TO_WARC: (sys.executable, to_warc),
    "Scoop": ("scoop", scoop),
    "Browsertrix Crawler": ("crawl", browsertrix),
    "mitmproxy": ("mitmdump", mitmproxy),
}


if __name__ == "__main__":
    main()
