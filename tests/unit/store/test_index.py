"""Nothing rests on the index: whatever becomes of it, the listing is right."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.case import INDEX
from evidencekit.store.index import Index, open_index
from tests.tools.builders import ACTOR, Built, a_case, a_draft
from tests.tools.machine_room import open_folder, run_as_nobody
from tests.unit.store.test_writer import commit, committed, ids

IMPORTS = "from pathlib import Path; from evidencekit.store.case import open_case"
LIST = """
print([row.id for row in open_case(Path(sys.argv[1])).rows()])
"""


def deleted(path: Path, _other: Path) -> None:
    path.unlink()


def emptied(path: Path, _other: Path) -> None:
    path.write_bytes(b"")


def replaced_by_text(path: Path, _other: Path) -> None:
    path.write_bytes(b"this is no database\n" * 500)


def cut_short(path: Path, _other: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def of_another_case(path: Path, other: Path) -> None:
    shutil.copy(other, path)


def of_another_version(path: Path, _other: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE at SET version = 99")
    db.close()


def of_another_schema(path: Path, _other: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE x (y)")
    db.close()


def with_a_page_of_noise(path: Path, _other: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 * 2 :] = b"\xa5" * (len(data) - 4096 * 2)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    "damage",
    [
        deleted,
        emptied,
        replaced_by_text,
        cut_short,
        of_another_case,
        of_another_version,
        of_another_schema,
    ],
)
def test_a_damaged_index_is_made_again(
    tmp_path: Path, damage: Callable[[Path, Path], None]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    built = committed(tmp_path / "a", b"one", b"two")
    other = committed(tmp_path / "b", b"x", b"y", b"z")
    commit(other, b"more")

    damage(built.root / INDEX, other.root / INDEX)
    assert ids(built) == ["a2-1", "a2-2"]

    damage(built.root / INDEX, other.root / INDEX)
    commit(built, b"three")
    assert ids(built) == ["a2-1", "a2-2", "a3-1"]


def test_damage_that_shows_only_while_rows_are_read_is_said_and_gone_the_next_time(
    tmp_path: Path,
) -> None:
    built = committed(tmp_path, b"one", b"two")
    with_a_page_of_noise(built.root / INDEX, built.root / INDEX)

    with pytest.raises(EvidenceDoubted, match="run the command again"):
        ids(built)
    assert ids(built) == ["a2-1", "a2-2"]


def test_an_index_behind_its_ledger_catches_up(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    old = (built.root / INDEX).read_bytes()
    commit(built, b"two")
    (built.root / INDEX).write_bytes(old)

    assert ids(built) == ["a2-1", "a3-1"]


def test_an_index_ahead_of_its_ledger_is_made_again(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    before = {name: (built.root / name).read_bytes() for name in ("ledger.jsonl",)}
    bodies = (built.root / "ledger-bodies.jsonl").read_bytes()
    commit(built, b"two")
    (built.root / "ledger.jsonl").write_bytes(before["ledger.jsonl"])
    (built.root / "ledger-bodies.jsonl").write_bytes(bodies)

    assert ids(built) == ["a2-1"]


def test_a_case_that_may_only_be_read_can_be_listed_and_is_not_touched() -> None:
    with open_folder() as folder:
        built = committed(folder, b"one", b"two")
        before = sorted((path, path.stat().st_mtime_ns) for path in built.root.rglob("*"))

        built.root.chmod(0o755)  # a case is made for its owner alone
        answer = run_as_nobody(IMPORTS, LIST, built.root)

        assert answer.stdout == "['a2-1', 'a2-2']\n", answer.stderr
        assert sorted((p, p.stat().st_mtime_ns) for p in built.root.rglob("*")) == before


def test_a_case_that_may_only_be_read_can_be_listed_without_its_index() -> None:
    with open_folder() as folder:
        built = committed(folder, b"one")
        (built.root / INDEX).unlink()

        built.root.chmod(0o755)  # a case is made for its owner alone
        answer = run_as_nobody(IMPORTS, LIST, built.root)

        assert answer.stdout == "['a2-1']\n", answer.stderr


def test_a_writable_index_in_a_folder_that_is_not_is_no_obstacle() -> None:
    with open_folder() as folder:
        built = committed(folder, b"one")
        old = (built.root / INDEX).read_bytes()
        commit(built, b"two")
        (built.root / INDEX).write_bytes(old)
        (built.root / INDEX).chmod(0o666)

        built.root.chmod(0o755)  # a case is made for its owner alone
        answer = run_as_nobody(IMPORTS, LIST, built.root)

        assert answer.stdout == "['a2-1', 'a3-1']\n", answer.stderr


class ReadMeanwhile(Index):
    """An index of which another process has just taken in the line that is being appended."""

    def __init__(self, index: Index, built: Built) -> None:
        super().__init__(index._db)
        self._built = built

    def append(self, events: object) -> None:
        with open_index(self._built.root):
            pass
        super().append(events)  # type: ignore[arg-type]  # passed through


def test_listing_a_case_while_it_is_written_disturbs_nobody(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()

    with built.writer() as writer:
        writer.index = ReadMeanwhile(writer.index, built)
        drafts = [a_draft(writer, b"one")]
        writer.commit("add", actor=ACTOR, detail={"refused": []}, drafts=drafts)

    assert ids(built) == ["a2-1"]


def test_events_are_appended_one_by_one_or_at_once(tmp_path: Path) -> None:

    built = committed(tmp_path, b"one")
    commit(built, b"two")
    listed = ids(built)
    (built.root / INDEX).unlink()

    assert ids(built) == listed


def test_looking_into_a_case_while_its_rows_are_read_waits_for_nobody(tmp_path: Path) -> None:
    """An empty transaction would wait until the reader has finished, which it never has."""
    built = committed(tmp_path, b"one", b"two")
    asked: list[str] = []
    with open_index(built.root) as index:
        index._db.set_trace_callback(asked.append)
        index.catch_up(built.root)
    assert asked
    assert not any(one.startswith("BEGIN") for one in asked)
