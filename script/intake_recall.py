"""Recall of ExifTool's facts by our records, for every file below a folder.

ExifTool is the yardstick, so what it misses cannot show. It runs once per file, since one bad file
cuts the answer of a whole batch. How values are compared: ``evidencekit/metadata/crosscheck.py``;
the hemisphere of places is for tests to check.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from evidencekit.metadata.crosscheck import (  # noqa: E402
    KINDS,
    Said,
    is_recorded,
    said_by_exiftool,
)
from evidencekit.metadata.facts import Fact  # noqa: E402
from evidencekit.metadata.identify.by_content import HEAD_SIZE, identify  # noqa: E402
from evidencekit.metadata.kinds import READABLE  # noqa: E402
from evidencekit.metadata.record import record  # noqa: E402
from evidencekit.sandbox.runner import Worker  # noqa: E402


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--missed", action="store_true", help="list the facts that we lack")
    options = parser.parse_args()
    total: Counter[tuple[str, str]] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    with Worker() as worker:
        for path in sorted(one for one in options.folder.rglob("*") if one.is_file()):
            media_type = type_of(path)
            if media_type not in READABLE:
                continue
            ours = recorded(path, media_type, worker)
            for said in facts_of_exiftool(path):
                total[media_type, said.kind] += 1
                is_found = is_recorded(said, ours)
                hits[media_type, said.kind] += is_found
                if options.missed and not is_found:
                    print(f"missed  {path.name}  {said.kind}  {said.tag}  {said.value[:80]!r}")
    print(table(total, hits))


def type_of(path: Path) -> str:
    with path.open("rb") as stream:
        return identify(stream.read(HEAD_SIZE), size=path.stat().st_size).media_type


def recorded(path: Path, media_type: str, worker: Worker) -> tuple[Fact, ...]:
    with path.open("rb", buffering=0) as stream:
        return record(stream, media_type=media_type, worker=worker).facts


def facts_of_exiftool(path: Path) -> Iterator[Said]:
    """Yield each fact that matters; nothing where it fails."""
    command = ["exiftool", "-json", "-G1", "-a", "-n", "-ee", "-api", "LargeFileSupport=1", path]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    try:
        yield from said_by_exiftool(json.loads(done.stdout, parse_float=str)[0])
    except (ValueError, IndexError):
        return


def table(total: Counter[tuple[str, str]], hits: Counter[tuple[str, str]]) -> str:
    """Return a table in Markdown: hits / facts by media type and kind, and over all."""
    types = sorted({media_type for media_type, _ in total})
    lines = [" | ".join(("type", *KINDS)), " | ".join(["---"] * (len(KINDS) + 1))]
    lines += [row(one, {k: (hits[one, k], total[one, k]) for k in KINDS}) for one in types]
    sums = {k: (sum(hits[t, k] for t in types), sum(total[t, k] for t in types)) for k in KINDS}
    return "\n".join(f"| {one} |" for one in [*lines, row("all", sums)])


def row(name: str, counts: Mapping[str, tuple[int, int]]) -> str:
    cells = (f"{hit}/{of} ({hit / of:.0%})" if of else "-" for hit, of in counts.values())
    return " | ".join((name, *cells))


if __name__ == "__main__":
    main()
