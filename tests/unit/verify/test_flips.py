"""No bit of a bundle may change unnoticed.

``EVIDENCEKIT_FLIPS=all`` flips two bits of every byte; an ordinary run takes a sample of every
file. Reading a signature is a function of its bytes, so its outcome is kept for the next flip.
"""

import functools
import io
import multiprocessing
import os
import struct
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import IO

import pytest

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.ziptree import ZipTree
from evidencekit.model.report import Verdict
from evidencekit.proof.cms import read_signature
from evidencekit.proof.rfc3161 import read_token
from evidencekit.verify import heads, signature
from tests.tools.bundles import Handed, flipped_at, judged, unsigned, zipped

ALL = os.environ.get("EVIDENCEKIT_FLIPS") == "all"
MASKS = (0x01, 0x40)
PARTS = 64
SAMPLES = 24  # of each file or entry
pytestmark = pytest.mark.slow

FREE_IN_ZIPS = {
    "local: version needed",  # to extract; every reader knows 2.0
    "local: time",
    "local: date",  # when a file was packed is no statement of ours
    "central: version made by",
    "central: version needed",
    "central: time",
    "central: date",
    "central: internal attributes",  # "is apparently text"
    "central: external attributes",  # permissions; the kind of file is checked
    "central: disk",  # of a zip in several volumes, which nobody unpacks any more
    "data: deflated",  # bits behind the end mark; one text can be deflated in many ways
}
"""All that can change in a zip without being noticed: whatever is unpacked stays the same."""

Place = tuple[str, int, int]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature, "read_signature", functools.lru_cache(256)(read_signature))
    monkeypatch.setattr(signature, "read_token", functools.lru_cache(256)(read_token))
    monkeypatch.setattr(heads, "read_token", functools.lru_cache(256)(read_token))


def places(name: str, size: int) -> Iterator[Place]:
    step = 1 if ALL else max(1, size // SAMPLES)
    for at in range(0, size, step):
        yield from ((name, at, mask) for mask in MASKS)


Work = Callable[[list[Place]], list[str]]


class Share:
    """What every process does, inherited when it forks: keys cannot be pickled."""

    work: Work
    todo: list[Place]


def take_share(work: Work, todo: list[Place]) -> None:
    Share.work, Share.todo = staticmethod(work), todo


def do_part(part: int) -> list[str]:
    return Share.work(Share.todo[part::PARTS])


def spread(work: Work, todo: list[Place]) -> list[str]:
    """Do the work in as many processes as there are cores where there is much of it."""
    if not ALL:
        return work(todo)
    fork = multiprocessing.get_context("fork")
    with fork.Pool(os.cpu_count(), take_share, (work, todo)) as pool:
        parts = pool.map(do_part, range(PARTS), chunksize=1)
    return [item for part in parts for item in part]


def flip_files(bundle: Handed, todo: list[Place]) -> list[str]:
    unnoticed = []
    for path, at, mask in todo:
        report = bundle.judged(bundle.having({path: flipped_at(bundle.files[path], at, mask)}))
        if report.verdict is Verdict.VALID:
            unnoticed.append(f"{path} byte {at} mask {mask:#x}")
    return unnoticed


@pytest.mark.usefixtures("kept")
def test_no_bit_of_any_file_changes_unnoticed(bundle: Handed) -> None:
    todo = [place for path, data in bundle.files.items() for place in places(path, len(data))]
    assert spread(functools.partial(flip_files, bundle), todo) == []


@pytest.mark.usefixtures("kept")
def test_no_bit_of_an_unsigned_bundle_that_the_seal_covers_changes_unnoticed(
    bundle: Handed,
) -> None:
    """Without the documents' signature, ledger, seals and payload still hold each other."""
    sealed = [
        path
        for path in bundle.files
        if path.startswith(("data/", "seal/0001/manifest", "seal/0001/artifacts", "heads/"))
        or path in ("ledger.jsonl", "ledger-bodies.jsonl")
    ]
    for path in sealed:
        for _, at, mask in places(path, len(bundle.files[path])):
            changed = bundle.having({path: flipped_at(bundle.files[path], at, mask)})
            try:
                found = bundle.judged(unsigned(changed)).verdict
            except EvidenceDoubted:
                continue  # a digit of a version: unreadable
            assert found >= Verdict.UNTRUSTED, (path, at, mask, found)


@pytest.fixture(scope="module")
def stored(bundle: Handed) -> bytes:
    return bundle.exported("flips.zip", "zip").read_bytes()


@pytest.fixture(scope="module")
def streamed(bundle: Handed) -> bytes:
    """As written where nobody can seek: with data descriptors."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        def seek(self, *_: object) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in zipped(bundle.files):
            archive.writestr(name, data)
    return pipe.getvalue()


def flip_zip(bundle: Handed, original: bytes, todo: list[Place]) -> list[str]:
    unnoticed = []
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(original)
        for name, at, mask in todo:
            os.pwrite(file.fileno(), bytes([original[at] ^ mask]), at)
            if verdict_of(bundle, file) is Verdict.VALID:
                assert unpacked(file) == unpacked(io.BytesIO(original)), (name, at, mask)
                unnoticed.append(name)
            os.pwrite(file.fileno(), original[at : at + 1], at)
    return unnoticed


def verdict_of(bundle: Handed, file: IO[bytes]) -> Verdict:
    anchors = replace(bundle.anchors)
    try:
        return judged(ZipTree(file), anchors).verdict  # type: ignore[arg-type]
    except EvidenceDoubted:
        return Verdict.INVALID


def unpacked(file: IO[bytes]) -> dict[str, bytes]:
    """Unpack by another reader than ours."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("form", ["stored", "streamed"])
def test_what_changes_unnoticed_in_a_zip_is_not_unpacked(
    bundle: Handed, form: str, request: pytest.FixtureRequest
) -> None:
    original: bytes = request.getfixturevalue(form)
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(original)
        assert verdict_of(bundle, file) is Verdict.VALID
    todo = []
    for name, start, size in fields_of(original):
        is_data = name.startswith("data")
        step = 1 if ALL or not is_data else max(1, size // SAMPLES)
        todo += [(name, at, mask) for at in range(start, start + size, step) for mask in MASKS]
    if not ALL:
        todo = [place for n, place in enumerate(todo) if place[0][:4] == "data" or n % 5 == 0]
    unnoticed = Counter(spread(functools.partial(flip_zip, bundle, original), todo))
    assert set(unnoticed) <= FREE_IN_ZIPS, unnoticed
    if ALL:
        assert set(unnoticed) == FREE_IN_ZIPS


_LOCAL = "magic version@needed flags method time date crc packed size name_size extra_size"
_CENTRAL = (
    "magic version@made@by version@needed flags method time date crc packed size name_size "
    "extra_size comment_size disk internal@attributes external@attributes offset"
)
_END = "magic disk first_disk here total size offset comment_size"
_FORMS = {
    "local": (_LOCAL.split(), "<4sHHHHHIIIHH"),
    "central": (_CENTRAL.split(), "<4sHHHHHHIIIHHHHHII"),
    "end": (_END.split(), "<4sHHHHIIH"),
}


def fields_of(data: bytes) -> Iterator[Place]:
    """Name every byte of a zip: field, where it starts, how long it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos, directory = archive.infolist(), archive.start_dir
    at = 0
    for info, following in zip(infos, [*infos[1:], None], strict=True):
        until = following.header_offset if following is not None else directory
        at += yield from header("local", data, at)
        is_packed = info.compress_type == zipfile.ZIP_DEFLATED
        yield "data: deflated" if is_packed else "data: stored", at, info.compress_size
        at += info.compress_size
        yield "descriptor", at, until - at
        at = until
    for _ in infos:
        at += yield from header("central", data, at)
    at += yield from header("end", data, at)
    assert at == len(data)


def header(kind: str, data: bytes, at: int) -> Generator[Place, None, int]:
    names, form = _FORMS[kind]
    values = dict(zip(names, struct.unpack_from(form, data, at), strict=True))
    start = at
    for name, code in zip(names, form.replace("4s", "s")[1:], strict=True):
        size = {"s": 4, "H": 2, "I": 4}[code]
        yield f"{kind}: {name.replace('@', ' ')}", at, size
        at += size
    variable = sum(values.get(name, 0) for name in ("name_size", "extra_size", "comment_size"))
    yield f"{kind}: name and extra", at, variable
    size_of_all: int = at + variable - start
    return size_of_all
