"""Read, copy and fingerprint pictures, as processes of their own, for script/bench.

``photos FOLDER COUNT`` makes photographs of 12 million pixels and some 4 MB, all noise, each with
the Exif of a phone. ``record FOLDER`` identifies, hashes and reads them, ``strip FOLDER`` copies
them; ``pdq`` and ``match`` print how long one takes, in milliseconds.
"""

import hashlib
import io
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from evidencekit.files.streaming import HEAD
from evidencekit.metadata.fingerprint.matching import near, table_of
from evidencekit.metadata.fingerprint.pdq import pdq
from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.record import record
from evidencekit.metadata.strip import Order, strip
from evidencekit.metadata.workshop import open_workshop
from evidencekit.sandbox.runner import Worker
from tests.tools import media

WIDE, HIGH, QUALITY = 4032, 3024, 75
LISTED = 1_000_000
_TIMES = 9


def main(arguments: list[str]) -> None:
    """Do what is asked for."""
    match arguments:
        case ["photos", folder, count]:
            make_photos(Path(folder), int(count))
        case ["record", folder]:
            read_all(Path(folder))
        case ["strip", folder]:
            copy_all(Path(folder))
        case ["pdq"]:
            print(hash_ms())
        case ["match"]:
            print(match_ms(1), match_ms(8))
        case _:
            raise SystemExit(__doc__)


def make_photos(folder: Path, count: int) -> None:
    """Write photographs that differ in what they say, not in what they show."""
    noise = np.random.default_rng(7).normal(128, 28, (HIGH, WIDE, 3))
    out = io.BytesIO()
    Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=QUALITY)
    small = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 90, 200)).save(small, "JPEG", quality=70)
    coded, thumbnail = out.getvalue()[2:], small.getvalue()
    folder.mkdir()
    for number in range(count):
        block = media.exif(_IMAGE, photo=_photo(number), gps=media.SEOUL, thumbnail=thumbnail)
        path = folder / f"{number:04}.jpg"
        path.write_bytes(b"\xff\xd8" + media.exif_segment(block) + coded)


_IMAGE: Mapping[int, media.Value] = {
    media.MAKE: "Maker", media.MODEL: "Model 12", media.ORIENTATION: 1, media.SOFTWARE: "1.2.3",
    media.DATE: "2026:05:01 10:00:01", 0x11A: ((72, 1),), 0x11B: ((72, 1),), 0x128: 2, 0x213: 1,
}  # fmt: skip


def _photo(number: int) -> Mapping[int, media.Value]:
    return {
        0x829A: ((1, 120),), 0x829D: ((18, 10),), 0x8822: 2, 0x8827: 50 + number,
        media.DATE_ORIGINAL: f"2026:05:01 10:{number % 60:02}:01", 0x9004: "2026:05:01 10:00:01",
        media.OFFSET_ORIGINAL: "+09:00", 0x9201: ((69, 10),), 0x9202: ((17, 10),),
        0x9203: ((3, 1),), 0x9204: ((0, 1),), 0x9205: ((17, 10),), 0x9207: 2, 0x9209: 0,
        0x920A: ((43, 10),), 0x9290: "0123", 0x9291: "0123", 0xA001: 1, 0xA002: WIDE, 0xA003: HIGH,
        0xA402: 0, 0xA403: 0, 0xA404: ((1, 1),), 0xA405: 26, 0xA406: 0,
        media.BODY_SERIAL: f"S{number:08}", 0xA434: "lens 26 mm",
    }  # fmt: skip


def read_all(folder: Path) -> None:
    """Do what ``add`` finds out of a file, without a case."""
    with Worker() as worker:
        for path in sorted(folder.iterdir()):
            with path.open("rb") as stream:
                hashlib.file_digest(stream, "sha256")
                stream.seek(0)
                kind = identify(stream.read(HEAD), size=path.stat().st_size)
                found = record(stream, media_type=kind.media_type, worker=worker)
            if len(found.facts) < len(_IMAGE):
                raise SystemExit(f"{path}: too few facts")


def copy_all(folder: Path) -> None:
    """Make a proven copy of each."""
    with open_workshop() as shop:
        for path in sorted(folder.iterdir()):
            with path.open("rb", buffering=0) as source, tempfile.TemporaryDirectory() as scratch:
                strip(source, Path(scratch), media_type="image/jpeg", order=Order(), workshop=shop)


def hash_ms() -> float:
    """Return milliseconds for a picture of 512 × 512 values."""
    pictures = np.random.default_rng(3).integers(0, 256, (8, 512, 512, 3), dtype=np.uint8)
    return _median(lambda: [pdq(one) for one in pictures]) / len(pictures)


def match_ms(forms: int) -> float:
    """Return milliseconds for looking up one picture in so many forms in a million."""
    raw = np.random.default_rng(4).integers(0, 256, (LISTED, 32), dtype=np.uint8)
    table = table_of([one.tobytes().hex() for one in raw])
    wanted = [raw[number].tobytes().hex() for number in range(forms)]
    return _median(lambda: near(wanted, table))


def _median(work: Callable[[], object]) -> float:
    """Return the median of some runs, in milliseconds."""
    taken = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)[_TIMES // 2]


if __name__ == "__main__":
    main(sys.argv[1:])
