"""One batch, one signed line; and what a crash leaves behind is seen, kept and no evidence."""

import json
import stat
from pathlib import Path

import pytest

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.case import BODIES, LEDGER, TORN, object_path
from evidencekit.formats.hashing import sha256
from evidencekit.store.case import open_case
from evidencekit.workflow.chain import read_chain
from tests.tools.builders import ACTOR, Built, a_case, a_draft


def committed(folder: Path, *contents: bytes) -> Built:
    """Return a case with these contents in one event."""
    built = a_case(folder).built()
    commit(built, *contents)
    return built


def commit(built: Built, *contents: bytes) -> None:
    with built.writer() as writer:
        drafts = [a_draft(writer, data, f"{n}.txt") for n, data in enumerate(contents)]
        writer.commit("add", actor=ACTOR, detail={"refused": []}, drafts=drafts)


def lines(built: Built, name: str) -> list[bytes]:
    return (built.root / name).read_bytes().splitlines(keepends=True)


def ids(built: Built) -> list[str]:
    return [row.id for row in built.case.rows()]


def append(built: Built, name: str, data: bytes) -> None:
    with (built.root / name).open("ab") as stream:
        stream.write(data)


def kept_aside(built: Built) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((built.root / TORN).iterdir()))


def test_a_batch_is_one_line_and_one_body(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one", b"two", b"three")

    assert len(lines(built, LEDGER)) == len(lines(built, BODIES)) == 2
    assert ids(built) == ["a2-1", "a2-2", "a2-3"]


def test_objects_are_named_by_their_hash_and_read_only(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    path = built.root / object_path(sha256(b"one"))

    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) & 0o222 == 0


def test_the_same_bytes_twice_are_two_artifacts_and_one_object(tmp_path: Path) -> None:
    built = committed(tmp_path, b"same", b"same")

    assert ids(built) == ["a2-1", "a2-2"]
    assert len(list((built.root / "objects").rglob("[0-9a-f]" * 64))) == 1


def test_an_object_that_no_line_names_is_replaced_by_bytes_just_hashed(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    left_over = built.root / object_path(sha256(b"one"))
    left_over.parent.mkdir(parents=True)
    left_over.write_bytes(b"half")

    commit(built, b"one")

    assert left_over.read_bytes() == b"one"


def test_the_same_inputs_give_the_same_ledger(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, second = committed(tmp_path / "a", b"x"), committed(tmp_path / "b", b"x")

    assert (first.root / LEDGER).read_bytes() == (second.root / LEDGER).read_bytes()


def test_nothing_unfinished_is_left_in_the_spool(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")

    assert [path.name for path in (built.root / "spool").iterdir()] == ["holder.json"]


def test_the_spool_of_a_killed_writer_is_removed(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    dead = built.root / "spool/work-0123"
    dead.mkdir()
    (dead / "1").write_bytes(b"half")

    commit(built, b"one")

    assert not dead.exists()


@pytest.mark.parametrize("torn", [b"{", b'{"action":"add"', b"\0" * 5000])
def test_a_torn_ledger_line_is_no_event_and_is_kept_aside(tmp_path: Path, torn: bytes) -> None:
    built = committed(tmp_path, b"one")
    append(built, LEDGER, torn)

    assert sum(1 for _ in built.case.events()) == 2
    with built.writer() as writer:
        assert any(LEDGER in said for said in writer.repaired)
    assert kept_aside(built) == torn
    assert read_chain(open_case(built.root), None, None)[0].size == 2


def test_a_torn_body_is_kept_aside(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    append(built, BODIES, b'{"actor":')

    commit(built, b"two")

    assert kept_aside(built) == b'{"actor":'
    assert ids(built) == ["a2-1", "a3-1"]


def test_a_body_one_ahead_was_never_acknowledged_and_is_kept_aside(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one", b"two")
    last = lines(built, LEDGER)[-1]
    (built.root / LEDGER).write_bytes(b"".join(lines(built, LEDGER)[:-1]) + last[:40])
    ahead = lines(built, BODIES)[-1]

    commit(built, b"three")

    assert kept_aside(built) == last[:40] + ahead
    assert ids(built) == ["a2-1"]
    assert read_chain(built.case, None, None)[0].size == 2


def test_bodies_behind_the_ledger_make_the_case_doubtful(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    (built.root / BODIES).write_bytes(lines(built, BODIES)[0])

    with pytest.raises(EvidenceDoubted, match=BODIES), built.writer():
        pass
    with pytest.raises(EvidenceDoubted, match=BODIES):
        list(built.case.events())


def test_bodies_two_ahead_of_the_ledger_make_the_case_doubtful(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    commit(built, b"two")
    (built.root / LEDGER).write_bytes(lines(built, LEDGER)[0])

    with pytest.raises(EvidenceDoubted, match="ends at 1"), built.writer():
        pass


def test_a_ledger_emptied_altogether_is_no_case(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    (built.root / LEDGER).write_bytes(b"")

    with pytest.raises(EvidenceDoubted, match="no event"):
        open_case(built.root)


def test_a_case_goes_by_its_first_line_not_by_case_json(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    path = built.root / "case.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "id": "00" * 16}, sort_keys=True)
                    .replace(": ", ":").replace(", ", ","))  # fmt: skip

    assert open_case(built.root).id == built.case.id


def test_init_never_removes_a_case_that_lost_its_case_json(tmp_path: Path) -> None:
    from evidencekit.errors import EvidencekitError
    from evidencekit.store.case import Kind, create_case

    built = committed(tmp_path, b"the only copy")
    (built.root / "case.json").unlink()

    with pytest.raises(EvidencekitError):
        create_case(
            built.root,
            title="again",
            kind=Kind.INVESTIGATION,
            actor=ACTOR,
            machine=built.setting.machine(),
        )
    assert (built.root / object_path(sha256(b"the only copy"))).exists()


def test_a_detail_that_could_not_be_read_again_is_not_committed(tmp_path: Path) -> None:
    built = committed(tmp_path, b"one")
    ratio: int = 1.5  # type: ignore[assignment]  # what a browser's JSON may bring

    with pytest.raises(ValueError, match=r".*"), built.writer() as writer:
        writer.commit("capture", actor=ACTOR, detail={"facts": {"ratio": ratio}})

    assert sum(1 for _ in built.case.events()) == 2
