"""Ratios against stock tools, side by side in one run: interleaved, medians, a history file.

Every row times whole processes, ours and the other's in turn, so that a change of the machine's
mood falls on both. Absolute seconds are printed for orientation; only ratios are claimed.
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import bench_capture

ROOT = Path(__file__).parent.parent
HISTORY = ROOT / "docs" / "explanation" / "performance-history.jsonl"
OURS = [sys.executable, "-m", "evidencekit", "--quiet", "--no-input"]
BIG, QUARTER = 2 * 2**30, 512 * 2**20
SMALL_FILES, SMALL_SIZE = 20_000, 4096
HTTP_PAGES, HTTP_SIZE = 20, 150
PHOTOS, FEW_PHOTOS = 1_000, 20


@dataclass(frozen=True)
class Run:
    """One process, start to end."""

    wall_s: float
    rss_mb: float


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    work: str
    against: str
    ratio: float
    reach: str
    ours_s: float
    theirs_s: float
    rss_mb: float


def main() -> None:
    """Run the rows asked for and append them to the history."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="names of rows; all if none is given")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dir", type=Path, default=None, help="where to work; needs 12 GiB")
    parser.add_argument("--no-history", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evidencekit-bench-", dir=options.dir) as folder:
        os.environ.update(EVIDENCEKIT_HOME=f"{folder}/home", EVIDENCEKIT_NO_KEYRING="1")
        os.environ["EVIDENCEKIT_PASSPHRASE"] = "bench passphrase"
        bench = Bench(Path(folder), options.runs)
        table = [row for name in options.rows or ROWS for row in ROWS[name](bench)]
    for row in table:
        print(
            f"{row.work:34} {row.ratio:6.2f} x {row.against:40} reach {row.reach:8}"
            f" ({row.ours_s:.2f} s / {row.theirs_s:.2f} s, {row.rss_mb:.0f} MB)"
        )
    if not options.no_history:
        remember(table, options.runs)


def remember(table: list[Row], runs: int) -> None:
    """Append to the history file, one line a row."""
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "runs": runs,
    }
    with HISTORY.open("a", encoding="utf-8") as file:
        for row in table:
            file.write(json.dumps({**about, **row.__dict__}, ensure_ascii=False) + "\n")


class Bench:
    """A work folder with material that is made once."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        self.key = folder / "desk.pem"
        call([*OURS, "key", "new", "--out", self.key, "--name", "bench"])

    def compare(self, ours: Callable[[], None], theirs: Callable[[], None]) -> tuple[Run, Run]:
        """Return medians of interleaved runs, after one of each that is not counted."""
        ours()
        theirs()
        pairs = [(timed(ours), timed(theirs)) for _ in range(self.runs)]
        return median([ours for ours, _ in pairs]), median([theirs for _, theirs in pairs])

    def file(self, name: str, size: int) -> Path:
        """Return a file of random bytes."""
        path = self.folder / name
        if not path.exists():
            with path.open("wb") as out:
                for _ in range(size // 2**20):
                    out.write(os.urandom(2**20))
            subprocess.run(["sync", path], check=True)
        return path

    def small_files(self) -> Path:
        """Return a folder of many small files."""
        folder = self.folder / "small"
        if not folder.exists():
            folder.mkdir()
            for number in range(SMALL_FILES):
                (folder / f"{number:05}.bin").write_bytes(os.urandom(SMALL_SIZE))
            os.sync()
        return folder

    def case(self, name: str) -> Path:
        """Return a fresh case."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        call([*OURS, "init", path, "--title", "bench", "--actor", "bench"])
        return path

    def bundle(self, name: str, *sources: Path) -> Path:
        """Return a bundle folder holding some files."""
        out = self.folder / f"{name}-bundle"
        if not out.exists():
            case = self.case(f"{name}-case")
            call([*OURS, "-C", case, "add", *sources])
            call([*OURS, "-C", case, "seal", "--key", f"file:{self.key}"])
            export = ["export", "--profile", "police", "--out", out, "--key", f"file:{self.key}"]
            call([*OURS, "-C", case, *export])
            shutil.rmtree(case)
        return out


def call(command: Sequence[object]) -> None:
    """Run a command that must succeed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{words}: {done.stderr.decode()}")


def timed(work: Callable[[], None]) -> Run:
    """Time one piece of work with the largest child process that it used."""
    read_end, write_end = os.pipe()
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            work()
            os.write(write_end, b"1")
        os._exit(0)
    os.close(write_end)
    _, _, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    with os.fdopen(read_end, "rb") as answer:
        if answer.read() != b"1":
            raise SystemExit("a measured command failed")
    return Run(wall_s=wall, rss_mb=usage.ru_maxrss / 1024)


def median(runs: list[Run]) -> Run:
    """Return the median time and the largest memory."""
    return Run(
        wall_s=statistics.median(run.wall_s for run in runs),
        rss_mb=max(run.rss_mb for run in runs),
    )


def row(work: str, against: str, reach: str, found: tuple[Run, Run]) -> Row:
    """Return a line of the table."""
    ours, theirs = found
    ratio = round(ours.wall_s / theirs.wall_s, 3)
    return Row(
        work=work,
        against=against,
        ratio=ratio,
        reach=reach,
        ours_s=round(ours.wall_s, 3),
        theirs_s=round(theirs.wall_s, 3),
        rss_mb=round(ours.rss_mb, 1),
    )


def add_big(bench: Bench) -> Iterator[Row]:
    """One large file into a case, durable."""
    source, copy = bench.file("big", BIG), bench.folder / "copy"
    cases = (bench.case(f"case-{number}") for number in range(100))
    waiting = [next(cases)]

    def ours() -> None:
        call([*OURS, "-C", waiting[-1], "add", source])

    def theirs() -> None:
        call(["cp", "--reflink=never", source, copy])
        call(["sync", copy])

    def between() -> None:
        shutil.rmtree(waiting.pop())
        waiting.append(next(cases))
        copy.unlink(missing_ok=True)
        os.sync()

    yield row(
        "add 1 x 2 GiB", "cp --reflink=never + sync", "<= 1.0", paired(bench, ours, theirs, between)
    )


def add_small(bench: Bench) -> Iterator[Row]:
    """Many small files into a case, durable, with ledger, types and index."""
    source, copy = bench.small_files(), bench.folder / "copies"
    cases = (bench.case(f"case-{number}") for number in range(100))
    waiting = [next(cases)]

    def ours() -> None:
        call([*OURS, "-C", waiting[-1], "add", source])

    def theirs() -> None:
        call(["cp", "-r", source, copy])
        call(["sync"])
        call(["find", copy, "-type", "f", "-exec", "sha256sum", "{}", "+"])

    def between() -> None:
        shutil.rmtree(waiting.pop())
        waiting.append(next(cases))
        shutil.rmtree(copy, ignore_errors=True)
        os.sync()

    yield row(
        "add 20,000 x 4 KiB",
        "cp -r + sync + sha256sum",
        "<= 2.0",
        paired(bench, ours, theirs, between),
    )


def paired(
    bench: Bench, ours: Callable[[], None], theirs: Callable[[], None], between: Callable[[], None]
) -> tuple[Run, Run]:
    """Compare with a cleaning step, outside the clock, before every run."""
    found: tuple[list[Run], list[Run]] = ([], [])
    for number in range(bench.runs + 1):
        for work, runs in zip((ours, theirs), found, strict=True):
            between()
            run = timed(work)
            if number:
                runs.append(run)
    return median(found[0]), median(found[1])


def verify_small(bench: Bench) -> Iterator[Row]:
    """A bundle of many small files."""
    bundle, trust = bench.bundle("small", bench.small_files()), bench.key.with_suffix(".crt")
    bagit = Path(sys.executable).with_name("bagit.py")
    found = bench.compare(
        lambda: call([*OURS, "verify", bundle, "--trust", trust]),
        lambda: call([sys.executable, bagit, "--validate", "--quiet", bundle]),
    )
    yield row("verify 20,000 small files", "bagit.py --validate", "<= 0.33", found)


def verify_big(bench: Bench) -> Iterator[Row]:
    """Bundles of large files."""
    trust = bench.key.with_suffix(".crt")
    one = bench.bundle("one", bench.file("big", BIG))
    yield row(
        "verify 1 x 2 GiB", "openssl dgst -sha256", "<= 0.9", bench.compare(
            lambda: call([*OURS, "verify", one, "--trust", trust]),
            lambda: call(["openssl", "dgst", "-sha256", *sorted((one / "data").iterdir())]),
        )
    )  # fmt: skip
    quarters = [bench.file(f"quarter-{number}", QUARTER) for number in range(4)]
    four = bench.bundle("four", *quarters)
    yield row(
        "verify 4 x 512 MiB", "openssl dgst -sha256", "<= 0.6", bench.compare(
            lambda: call([*OURS, "verify", four, "--trust", trust]),
            lambda: call(["openssl", "dgst", "-sha256", *sorted((four / "data").iterdir())]),
        )
    )  # fmt: skip


def scale(bench: Bench) -> Iterator[Row]:
    """Appending to, and opening, a case of a thousand and of a million artifacts."""
    sizes = (1_000, 1_000_000)
    cases = [bench.folder / f"scale-{size}" for size in sizes]
    for size, case in zip(sizes, cases, strict=True):
        call([sys.executable, ROOT / "script" / "bench_case.py", case, str(size)])
    small, large = cases
    measure = [sys.executable, ROOT / "script" / "bench_case.py", "--append"]
    found = bench.compare(
        lambda: call([*measure, large, "200"]), lambda: call([*measure, small, "200"])
    )
    yield row("200 appends at 10^6 artifacts", "the same at 10^3", "0.8-1.2", found)
    found = bench.compare(
        lambda: call([*OURS, "-C", large, "show", "a2-1"]),
        lambda: call([*OURS, "-C", small, "show", "a2-1"]),
    )
    yield row("open and show at 10^6", "the same at 10^3", "< 1 s", found)


def capture(bench: Bench) -> Iterator[Row]:
    """A page recorded by the browser, wall and CPU of the whole tree of processes."""
    for size, costs in bench_capture.compare(bench.runs):
        ours = costs["recorded"]
        for kind in bench_capture.KINDS[1:]:
            theirs = costs[kind]
            for what, reach, mine, other in (
                ("wall", bench_capture.REACH_WALL, ours.wall_s, theirs.wall_s),
                ("CPU", bench_capture.REACH_CPU, ours.cpu_s, theirs.cpu_s),
            ):
                yield Row(
                    work=f"capture {size} resources, {what}",
                    against=f"the same visit, {kind}",
                    ratio=round(mine / other, 3),
                    reach=f"<= {reach}",
                    ours_s=round(mine, 3),
                    theirs_s=round(other, 3),
                    rss_mb=round(ours.rss_mb, 1),
                )


def capture_http(bench: Bench) -> Iterator[Row]:
    """Twenty pages in one command of the http engine, each an event of its own, durable."""
    copy = bench.folder / "wget"
    waiting = [bench.case("case-http")]
    with bench_capture.served() as port:
        urls = [f"http://127.0.0.1:{port}/{number}/{HTTP_SIZE}/" for number in range(HTTP_PAGES)]
        listed = bench.folder / "urls"
        listed.write_text("\n".join(urls))

        def ours() -> None:
            options = ["--engine", "http", "--allow-private"]
            call([*OURS, "-C", waiting[-1], "capture", *options, *urls])

        def theirs() -> None:
            options = ["--page-requisites", f"--warc-file={copy}/pages", f"--input-file={listed}"]
            call(["wget", "--quiet", f"--directory-prefix={copy}", *options])

        def between() -> None:
            shutil.rmtree(waiting.pop())
            waiting.append(bench.case("case-http"))
            shutil.rmtree(copy, ignore_errors=True)
            copy.mkdir()
            os.sync()

        yield row(
            f"capture {HTTP_PAGES} pages of {HTTP_SIZE}, http",
            "wget --page-requisites --warc-file",
            "<= 3.0",
            paired(bench, ours, theirs, between),
        )


def intake(bench: Bench) -> Iterator[Row]:
    """Photographs of a phone: read, and copied; pictures hashed and looked up."""
    ours = [sys.executable, ROOT / "script" / "bench_intake.py"]
    photos = bench.folder / "photos"
    call([*ours, "photos", photos, PHOTOS])
    yield row(
        f"identify, hash, record {PHOTOS} photographs", "exiftool -json", "<= 0.2", bench.compare(
            lambda: call([*ours, "record", photos]), lambda: call(["exiftool", "-json", photos])
        )
    )  # fmt: skip
    few = bench.folder / "few"
    few.mkdir()
    for path in sorted(photos.iterdir())[:FEW_PHOTOS]:
        os.link(path, few / path.name)
    for name, options in (("mat2", []), ("mat2 --lightweight", ["--lightweight"])):
        copies = bench.folder / name.replace(" ", "")
        yield row(
            f"strip {FEW_PHOTOS} photographs, proven", name, "<= 0.2", paired(
                bench, lambda: call([*ours, "strip", few]),
                lambda: call(["mat2", *options, *copies.iterdir()]),  # noqa: B023 (runs at once)
                lambda: afresh(few, copies),  # noqa: B023
            )
        )  # fmt: skip
    told = subprocess.run([*map(str, ours), "pdq"], capture_output=True, text=True, check=True)
    yield unit("PDQ of a picture of 512 x 512", float(told.stdout), 1000 / 150)
    told = subprocess.run([*map(str, ours), "match"], capture_output=True, text=True, check=True)
    for forms, taken in zip(("one form", "eight forms"), told.stdout.split(), strict=True):
        yield unit(f"one picture, {forms}, against 10^6", float(taken), 60)


def afresh(source: Path, target: Path) -> None:
    """Make a folder of real copies anew."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def unit(work: str, taken_ms: float, most_ms: float) -> Row:
    """Return a line for what is held against a number, not a program."""
    ours, most = taken_ms / 1000, most_ms / 1000
    return Row(
        work=work, against=f"{most_ms:.1f} ms", ratio=round(ours / most, 3), reach="<= 1.0",
        ours_s=round(ours, 5), theirs_s=round(most, 5), rss_mb=0,
    )  # fmt: skip


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "add-big": add_big,
    "add-small": add_small,
    "verify-small": verify_small,
    "verify-big": verify_big,
    "scale": scale,
    "capture": capture,
    "capture-http": capture_http,
    "intake": intake,
}

if __name__ == "__main__":
    main()
