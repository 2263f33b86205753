"""What stays in copies without metadata: ours, mat2's and ExifTool's, side by side.

For planted files (each mark is known) a mark counts as left when it is in the copy as bytes, in
anything that inflates, in a member of a zip, or in base64. For the files of a folder there are no
marks: what counts there is who refuses, and whether what is left still decodes to the same.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from evidencekit.errors import EvidencekitError  # noqa: E402
from evidencekit.metadata.identify.by_content import HEAD_SIZE, identify  # noqa: E402
from evidencekit.metadata.kinds import KINDS, STRIPPABLE  # noqa: E402
from evidencekit.metadata.raster import MAX_PIXELS  # noqa: E402
from evidencekit.metadata.shown import Shown, shown_from_json  # noqa: E402
from evidencekit.metadata.strip import Order, strip  # noqa: E402
from evidencekit.metadata.workshop import Workshop, open_workshop  # noqa: E402
from evidencekit.sandbox.runner import ParserFailed, Worker  # noqa: E402
from tests.tools.planted import PLANTED  # noqa: E402
from tests.tools.unpacked import everything_in  # noqa: E402

Tool = Callable[[Path, Path], Path | None]
"""Given a file and an empty folder: the copy, None where it refused."""
Given = tuple[Path, str, tuple[bytes, ...]]
"""A file, its type and its marks."""


@dataclass
class Tally:
    """What became of the files of one kind with one tool."""

    files: int = 0
    refused: int = 0
    left: int = 0
    planted: int = 0
    destroyed: int = 0
    otherwise: int = 0
    seconds: float = 0.0
    words: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="any files instead of the planted ones")
    parser.add_argument("--only", help="only this tool")
    options = parser.parse_args()
    tallies: dict[tuple[str, str], Tally] = {}
    with tempfile.TemporaryDirectory() as name, open_workshop() as shop, Worker() as eyes:
        tools = {"ours": ours(shop), **{k: v for k, v in OTHERS.items() if shutil.which(k)}}
        for given in files(options.folder, Path(name)):
            for tool in [one for one in tools if options.only in {None, one}]:
                tally = tallies.setdefault((given[1], tool), Tally())
                judge(tally, tools[tool], given, eyes)
    print("| type | tool | files | refused | marks left | shows otherwise | no more decodes | s |")
    print("|---|---|---|---|---|---|---|---|")
    for (media_type, tool), one in sorted(tallies.items()):
        print(
            f"| {media_type} | {tool} | {one.files} | {one.refused} | {one.left}/{one.planted}"
            f" | {one.otherwise} | {one.destroyed} | {one.seconds:.2f} |"
        )


def files(folder: Path | None, scratch: Path) -> Iterator[Given]:
    """Yield them, the planted ones written into ``scratch``."""
    if folder is None:
        for one in PLANTED.values():
            path = scratch / one.name
            path.write_bytes(one.data())
            yield path, one.media_type, tuple(one.marks)
        return
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        with path.open("rb") as stream:
            kind = identify(stream.read(HEAD_SIZE), size=path.stat().st_size).media_type
        if kind in STRIPPABLE:
            yield path, kind, ()


def judge(tally: Tally, tool: Tool, planted: Given, eyes: Worker) -> None:
    path, media_type, marks = planted
    tally.files += 1
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        copy = tool(path, Path(name))
        tally.seconds += time.perf_counter() - began
        if copy is None:
            tally.refused += 1
            return
        tally.planted += len(marks)
        data = b"\n".join(everything_in(copy.read_bytes()))
        tally.left += sum(mark in data for mark in marks)
        before, after = seen(path, media_type, eyes), seen(copy, media_type, eyes)
        tally.destroyed += before is not None and after is None
        if before is not None and after is not None:
            tally.otherwise += before.frames != after.frames


def seen(path: Path, media_type: str, eyes: Worker) -> Shown | None:
    if KINDS[media_type].show is None:
        return None
    with path.open("rb", buffering=0) as stream:
        answer = eyes.call(
            "metadata.show", stream, {"media_type": media_type, "pixels": MAX_PIXELS}
        )
    return None if isinstance(answer, ParserFailed) else shown_from_json(answer)


def ours(shop: Workshop) -> Tool:
    def run(path: Path, folder: Path) -> Path | None:
        with path.open("rb", buffering=0) as stream:
            head = stream.read(HEAD_SIZE)
            kind = identify(head, size=path.stat().st_size).media_type
            try:
                done = strip(stream, folder, media_type=kind, order=Order(), workshop=shop)
            except EvidencekitError:
                return None
            return done.path

    return run


def mat2(path: Path, folder: Path) -> Path | None:
    copy = folder / path.name
    shutil.copy(path, copy)
    subprocess.run(["mat2", "--inplace", copy], capture_output=True, check=False, timeout=120)
    return None if copy.read_bytes() == path.read_bytes() else copy


def exiftool(path: Path, folder: Path) -> Path | None:
    copy = folder / path.name
    command = ["exiftool", "-q", "-all=", "-o", copy, path]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return copy if done.returncode == 0 and copy.exists() else None


OTHERS: Mapping[str, Tool] = {"mat2": mat2, "exiftool": exiftool}


if __name__ == "__main__":
    main()
