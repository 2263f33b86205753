"""A full disk stops the work, loses nothing, and says what it is: at every write there is.

The disk is a small file system in memory with so many pages left; with one page more each time,
the place that fails moves through the whole command.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from evidencekit.errors import BadInput, DiskUnavailable
from evidencekit.files.durable import write_durably
from evidencekit.formats.case import LEDGER
from evidencekit.proof.rfc3161 import read_token
from evidencekit.store.case import open_case
from evidencekit.store.writer import Draft
from evidencekit.workflow.chain import read_chain
from evidencekit.workflow.seal import complete_timestamps
from evidencekit.workflow.seals import seals_of
from tests.tools.builders import ACTOR, Built, a_case, a_draft
from tests.tools.machine_room import can_mount, nearly_full, small_disk

pytestmark = pytest.mark.skipif(not can_mount(), reason="cannot mount a small disk (not root)")
FILES = 6


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", megabytes=4) as mounted:
        yield mounted


@pytest.fixture
def brought(tmp_path: Path) -> Path:
    folder = tmp_path / "brought"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}.bin").write_bytes(bytes([65 + number]) * 6000)
    return folder


@contextmanager
def complaining_rightly() -> Iterator[None]:
    """Let pass what a full disk should raise, and nothing else."""
    try:
        yield
    except DiskUnavailable as exc:
        assert exc.exit_code == 32  # noqa: PT017 (it may also fit)
        assert exc.hint is not None  # noqa: PT017


def require_sound(built: Built) -> None:
    case = open_case(built.root)
    chain, _listing = read_chain(case, None, None)
    assert chain.size >= 2
    for row in case.rows():
        with case.open_object(row.sha256) as stream:
            assert len(stream.read()) == row.size


@pytest.mark.parametrize("pages", range(24))
def test_adding_to_a_full_disk_loses_nothing_and_can_be_completed(
    disk: Path, brought: Path, pages: int
) -> None:
    built = a_case(disk).with_file(b"first").built()

    with nearly_full(disk, spare_pages=pages), complaining_rightly():
        built.add(brought)

    require_sound(built)
    built.add(brought)
    names = sorted(row.name for row in built.case.rows())
    assert names == sorted(["file-1.txt", *(f"{number}.bin" for number in range(FILES))])


@pytest.mark.parametrize("pages", range(13))
def test_sealing_on_a_full_disk_loses_nothing_and_can_be_completed(disk: Path, pages: int) -> None:
    built = a_case(disk).with_file(b"first").built()

    with nearly_full(disk, spare_pages=pages), complaining_rightly():
        built.seal(built.authority)

    require_sound(built)
    try:
        built.seal(built.authority)
    except BadInput:
        assert len(seals_of(built.root)) == 1
    assert [folder.number for folder in seals_of(built.root)] == [1]


@pytest.mark.parametrize("pages", range(6))
def test_a_timestamp_that_did_not_fit_leaves_no_false_token_in_the_seal(
    disk: Path, pages: int
) -> None:
    built = a_case(disk).with_file(b"first").built()
    built.seal()

    with nearly_full(disk, spare_pages=pages), suppress(DiskUnavailable):
        complete_timestamps(built.case, [built.authority], setting=built.setting)

    for token in (built.root / "seals/0001").glob("*.tsr"):
        request, stamped = token.with_suffix(".tsq"), built.root / "seals/0001/manifest.p7s"
        read_token(token.read_bytes(), request.read_bytes(), stamped.read_bytes(), what=token.name)


def test_a_torn_tail_on_a_full_disk_waits_for_room(disk: Path) -> None:
    built = a_case(disk).with_file(b"first").built()
    with (built.root / LEDGER).open("ab") as stream:
        stream.write(b"{" * 9000)

    with nearly_full(disk, spare_pages=1):
        with pytest.raises(DiskUnavailable), built.writer():
            pass
        require_sound(built)


def test_an_index_that_does_not_fit_is_no_reason_to_fail_after_the_commit(disk: Path) -> None:
    built = a_case(disk).with_file(b"first").built()

    for pages in range(0, 400, 8):
        with built.writer() as writer:
            first = a_draft(writer, b"x")
            named = (replace(first.artifact, name=f"{number:0200}") for number in range(200))
            drafts = [first, *(Draft(artifact=artifact, spooled=()) for artifact in named)]
            with nearly_full(disk, spare_pages=pages), suppress(DiskUnavailable):
                writer.commit("add", actor=ACTOR, detail={"refused": []}, drafts=drafts)
                break

    assert len(list(built.case.rows())) == 202


def test_a_durable_write_that_does_not_fit_leaves_nothing_beside_it(disk: Path) -> None:
    with nearly_full(disk, spare_pages=0):
        with pytest.raises(OSError, match="No space"):
            write_durably(disk / "token.tsr", bytes(5000))
        assert [path.name for path in disk.iterdir()] == ["ballast"]
