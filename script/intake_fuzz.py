"""Mutated files of every kind, taken into a case: each must be preserved, and nothing harmed.

Seeds are the planted files of the tests, or those below --seeds. Each is cut, has bits flipped or
numbers replaced at one to four places. Every mutant must be an artifact with the right digest; a
reader may fail, the command must not.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.tools.planted import PLANTED  # noqa: E402

COMMAND = [sys.executable, "-m", "evidencekit", "--no-input", "--quiet"]
_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
_BATCH = 1_000


def main() -> None:
    """Mutate, take in, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seeds", type=Path, help="a folder of files instead of the planted ones")
    parser.add_argument("--strip", type=int, default=0, help="and strip every Nth of them")
    options = parser.parse_args()
    seeds = seeds_of(options.seeds)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="evidencekit-fuzz-") as name:
        folder = Path(name)
        os.environ["EVIDENCEKIT_HOME"] = str(folder / "home")
        call("init", str(folder / "case"), "--title", "fuzz", "--actor", "fuzz")
        for start in range(0, options.count, _BATCH):
            digests = write(
                folder / "files", seeds, range(start, min(start + _BATCH, options.count))
            )
            began = time.monotonic()
            added = call(
                "-C", str(folder / "case"), "add", str(folder / "files"), "--json", "--no-unpack"
            )
            taken = [json.loads(line) for line in added.splitlines()]
            if sorted(one["sha256"] for one in taken) != sorted(digests):
                raise SystemExit(f"batch {start}: what was taken in is not what was written")
            found.update(one["media_type"] for one in taken)
            print(f"{start + len(digests)} taken in, this batch {time.monotonic() - began:.0f} s")
            if options.strip:
                found.update(strip(folder / "case", taken[:: options.strip]))
    for what, count in sorted(found.items()):
        print(f"{count:6} {what}")


def seeds_of(folder: Path | None) -> list[tuple[str, bytes]]:
    if folder is None:
        return [(one.name, one.data()) for one in PLANTED.values()]
    return [(one.name, one.read_bytes()) for one in sorted(folder.rglob("*")) if one.is_file()]


def write(folder: Path, seeds: list[tuple[str, bytes]], numbers: range) -> list[str]:
    """Replace what is in the folder by one mutant for each number; return their digests."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    digests = []
    for number in numbers:
        name, data = seeds[number % len(seeds)]
        mutant = mutated(data, number)
        (folder / f"{number}-{name}").write_bytes(mutant)
        digests.append(hashlib.sha256(mutant).hexdigest())
    return digests


def mutated(data: bytes, number: int) -> bytes:
    """Return a mutant that depends on nothing but the data and the number."""
    dice = rolls(number)
    mutant = bytearray(data)
    for _ in range(1 + next(dice) % 4):
        if not mutant:
            break
        place = next(dice) % len(mutant)
        match next(dice) % 4:
            case 0:
                del mutant[place:]
            case 1:
                mutant[place] ^= 1 << next(dice) % 8
            case 2:
                value = _INTERESTING[next(dice) % len(_INTERESTING)]
                mutant[place : place + 4] = value.to_bytes(4, ("big", "little")[next(dice) % 2])
            case _:
                mutant[place:place] = next(dice).to_bytes(4, "big")
    return bytes(mutant)


def rolls(number: int) -> Iterator[int]:
    """Yield numbers below 2**32, the same for the same start."""
    block = b"%d" % number
    while True:
        block = hashlib.sha256(block).digest()
        yield int.from_bytes(block[:4], "big")


def strip(case: Path, taken: list[dict[str, str]]) -> Iterator[str]:
    for one in taken:
        done = subprocess.run(
            [*COMMAND, "-C", case, "strip", one["id"], "--json"], capture_output=True, check=False
        )
        if done.returncode not in {0, 10}:
            raise SystemExit(f"strip of {one['name']}: {done.returncode} {done.stderr.decode()}")
        yield "copied" if done.returncode == 0 else "refused to copy"


def call(*arguments: str) -> str:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{arguments}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
