"""Recall of ExifTool's facts by our records, for every file below a folder.

ExifTool is the yardstick, so what it misses cannot show. It runs once per file, since one bad file
cuts the answer of a whole batch. A fact counts as found when its value, without case, spaces and
punctuation, is part of any value that we recorded; of dates the digits up to the minute. Places are
compared without their sign, since ExifTool keeps it apart; the hemisphere is for tests to check.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from evidencekit.metadata.facts import Fact  # noqa: E402
from evidencekit.metadata.identify.by_content import HEAD_SIZE, identify  # noqa: E402
from evidencekit.metadata.kinds import READABLE  # noqa: E402
from evidencekit.metadata.record import record  # noqa: E402
from evidencekit.sandbox.runner import Worker  # noqa: E402

KINDS = ("gps", "device", "serial", "date", "person", "text", "software", "ids")
_TAGS: Mapping[str, re.Pattern[str]] = {
    "gps": re.compile(r"GPS(Latitude|Longitude|Coordinates|Position)"),
    "device": re.compile(r"Make|Model|CameraModelName|LensModel|DeviceModelName"),
    "serial": re.compile(r".*SerialNumber"),
    "date": re.compile(r"(DateTimeOriginal|CreateDate|ModifyDate|CreationDate|DateCreated)"),
    "person": re.compile(
        r"(Artist|Creator|Author|By-line|OwnerName|CameraOwnerName|LastModifiedBy)"
    ),
    "text": re.compile(
        r"(ImageDescription|Description|Title|Comment|UserComment|Caption-Abstract|Subject|Keywords)"
    ),
    "software": re.compile(r"(Software|CreatorTool|Producer|Encoder|ProcessingSoftware)"),
    "ids": re.compile(
        r"(DocumentID|InstanceID|OriginalDocumentID|ImageUniqueID|ContentIdentifier)"
    ),
}
_GROUPS_OF_FILES = frozenset({"System", "ExifTool", "File", "Composite"})
_NOTHING = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[-+]?\d+\.\d+")
_SLACK = 0.002  # degrees: about 200 m, the rounding of the coarsest format
_LEAST = 2  # letters of a value that says anything


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
            for kind, tag, value in facts_of_exiftool(path):
                total[media_type, kind] += 1
                is_found = is_in(kind, value, ours)
                hits[media_type, kind] += is_found
                if options.missed and not is_found:
                    print(f"missed  {path.name}  {kind}  {tag}  {value[:80]!r}")
    print(table(total, hits))


def type_of(path: Path) -> str:
    with path.open("rb") as stream:
        return identify(stream.read(HEAD_SIZE), size=path.stat().st_size).media_type


def recorded(path: Path, media_type: str, worker: Worker) -> tuple[Fact, ...]:
    with path.open("rb", buffering=0) as stream:
        return record(stream, media_type=media_type, worker=worker).facts


def facts_of_exiftool(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield kind, tag and value of each fact that matters; nothing where it fails."""
    command = ["exiftool", "-json", "-G1", "-a", "-n", "-ee", "-api", "LargeFileSupport=1", path]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    try:
        found = json.loads(done.stdout)[0]
    except (ValueError, IndexError):
        return
    for key, value in found.items():
        group, _, tag = key.rpartition(":")
        kind = next((name for name, pattern in _TAGS.items() if pattern.fullmatch(tag)), None)
        if group in _GROUPS_OF_FILES or kind is None:
            continue
        for shown in map(str, value if isinstance(value, list) else [value]):
            if len(normal(shown)) >= _LEAST:
                yield kind, tag, shown


def is_in(kind: str, value: str, facts: Iterable[Fact]) -> bool:
    if kind == "gps":
        wanted = [abs(float(one)) for one in _NUMBER.findall(value)[:2]]
        held = [abs(float(n)) for fact in facts for n in _NUMBER.findall(fact.readable)]
        return all(any(abs(one - have) < _SLACK for have in held) for one in wanted)
    texts = [text for fact in facts for text in (fact.raw or "", fact.readable)]
    if kind == "date":  # to the minute, whatever the zone is called
        return any(digits(value)[:12] in digits(text) for text in texts)
    return any(normal(value) in normal(text) for text in texts)


def digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


def normal(text: str) -> str:
    return _NOTHING.sub("", text).lower()


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
