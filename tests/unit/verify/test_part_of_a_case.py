"""A bundle that holds restricted artifacts back: what is shown still rests on the seal."""

import json
from dataclasses import replace

import pytest

from evidencekit.formats.bundle import BUNDLE_FILE
from evidencekit.formats.case import BODIES
from evidencekit.model.find import Access
from evidencekit.model.report import Verdict
from evidencekit.store.writer import open_writer
from tests.tools.builders import ACTOR, a_case, a_draft
from tests.tools.bundles import Handed, edited, handed, joined, lines_of, relisted, resigned

KEPT = b"what the recipient has no need of"


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    built = a_case(tmp_path_factory.mktemp("part")).with_file(b"first").built()
    with open_writer(built.root, built.case.id, built.setting.machine(), command="add") as writer:
        secret, shown = a_draft(writer, KEPT, "kept.txt"), a_draft(writer, b"shown", "shown.txt")
        kept = replace(secret.artifact, access=Access.RESTRICTED)
        drafts = [replace(secret, artifact=kept), shown]
        writer.commit("add", actor=ACTOR, detail={"refused": []}, drafts=drafts)
    return handed(replace(built, seals=(built.seal(built.authority),)))


def test_it_is_valid_and_says_how_much_is_held_back(part: Handed) -> None:
    report = part.judged()
    assert report.verdict is Verdict.VALID, report.checks
    about = json.loads(part.files[BUNDLE_FILE])
    assert (about["shown"], about["held_back"], about["whole_case"]) == (2, 1, False)


def test_neither_bytes_nor_name_nor_digest_of_what_is_held_back_are_in_it(part: Handed) -> None:
    held = next(row for row in part.built.case.rows() if row.access is Access.RESTRICTED)
    for path, data in part.files.items():
        assert KEPT not in data, path
        assert b"kept.txt" not in data, path
        assert held.sha256.encode() not in data, path
    assert not any(path.endswith("artifacts.jsonl") for path in part.files)


def test_the_report_says_why_something_is_held_back(part: Handed) -> None:
    report = part.files["report/report.html"].decode()
    assert "열람이 제한된 원본 통신 기록" in report
    assert "recorded traffic of restricted access" in report


def test_what_is_shown_is_missed_when_it_is_gone(part: Handed) -> None:
    (path,) = (path for path in part.files if path.startswith("data/a3-2."))
    report = part.judged(part.without(path))
    assert report.verdict is Verdict.INCOMPLETE


def test_a_line_that_is_blanked_afterwards_is_missed(part: Handed) -> None:
    bodies = lines_of(part.files[BODIES])
    (at,) = (n for n, line in enumerate(bodies) if b"shown.txt" in line)
    body = json.loads(bodies[at])
    body["artifacts"] = [None, None]
    bodies[at] = json.dumps(
        body, separators=(",", ":"), sort_keys=True, ensure_ascii=False
    ).encode()
    changed = part.having({BODIES: joined(bodies)})
    files = resigned(relisted(changed), part.built.signer, part.built.authority)
    report = part.judged(files)
    assert report.verdict >= Verdict.INCOMPLETE


def test_calling_itself_whole_makes_it_incomplete(part: Handed) -> None:
    about = edited(part.files[BUNDLE_FILE], whole_case=True)
    files = resigned(
        relisted(part.having({BUNDLE_FILE: about})), part.built.signer, part.built.authority
    )
    assert part.judged(files).verdict is Verdict.INCOMPLETE
