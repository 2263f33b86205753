"""A case folder is verified where it lies: what a crash leaves is no forgery, the rest is."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidencekit.demo.authority import make_root
from evidencekit.errors import FormatUnreadable
from evidencekit.formats.hashing import line_hash, line_message
from evidencekit.formats.ledger import decode_line, encode_line, encode_unsigned
from evidencekit.model.report import Report, Verdict
from tests.tools.bundles import (
    Handed,
    a_bundle,
    a_small_case,
    edited,
    flipped_at,
    handed,
    joined,
    lines_of,
    verdicts,
)

LEDGER, BODIES = "ledger.jsonl", "ledger-bodies.jsonl"


@pytest.fixture
def case(bundle: Handed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle.built.root, tmp_path / "copy"))


def change(folder: Path, path: str, *, at: int = -2) -> None:
    file = folder / path
    data = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(flipped_at(data, at))


def rewrite(folder: Path, path: str, lines: list[bytes]) -> None:
    (folder / path).write_bytes(joined(lines))


def objects(case: Path) -> list[Path]:
    return sorted(path for path in (case / "objects").rglob("*") if path.is_file())


def named(report: Report) -> list[str]:
    return [check.name for check in report.checks]


def test_sealed_case_is_valid(bundle: Handed, case: Path) -> None:
    report = bundle.verified(case)
    assert (report.verdict, report.time_proven) == (Verdict.VALID, True)


def test_case_never_sealed_is_untrusted(tmp_path: Path) -> None:
    built = a_small_case(tmp_path).built()
    report = Handed(built=built, folder=tmp_path / "x", files={}).verified(built.root)
    assert report.verdict is Verdict.UNTRUSTED


def test_changed_object_is_invalid(bundle: Handed, case: Path) -> None:
    path = max(objects(case), key=lambda item: item.stat().st_size)
    change(case, str(path.relative_to(case)))
    assert bundle.verified(case).verdict is Verdict.INVALID


def test_missing_object_is_incomplete(bundle: Handed, case: Path) -> None:
    objects(case)[0].unlink()
    assert bundle.verified(case).verdict is Verdict.INCOMPLETE


def test_object_that_no_line_names_is_no_evidence(bundle: Handed, case: Path) -> None:
    (case / "objects/sha256/ab").mkdir(exist_ok=True)
    (case / "objects/sha256/ab" / ("ab" + "0" * 62)).write_bytes(b"left by a crash")
    assert bundle.verified(case).verdict is Verdict.VALID


def test_changed_list_of_sealed_artifacts_is_invalid(bundle: Handed, case: Path) -> None:
    change(case, "seals/0001/artifacts.jsonl", at=40)
    assert bundle.verified(case).verdict is Verdict.INVALID


def test_missing_list_of_sealed_artifacts_is_incomplete(bundle: Handed, case: Path) -> None:
    (case / "seals/0001/artifacts.jsonl").unlink()
    assert bundle.verified(case).verdict is Verdict.INCOMPLETE


def test_missing_signature_is_invalid(bundle: Handed, case: Path) -> None:
    (case / "seals/0001/manifest.p7s").unlink()
    assert bundle.verified(case).verdict is Verdict.INVALID


def test_changed_manifest_is_invalid(bundle: Handed, case: Path) -> None:
    change(case, "seals/0001/manifest.json", at=60)
    assert bundle.verified(case).verdict is Verdict.INVALID


def test_changed_ledger_is_invalid(bundle: Handed, case: Path) -> None:
    change(case, LEDGER, at=30)
    assert bundle.verified(case).verdict is Verdict.INVALID


def test_ledger_cut_below_the_seal_is_invalid(bundle: Handed, case: Path) -> None:
    for path in (LEDGER, BODIES):
        rewrite(case, path, lines_of((case / path).read_bytes())[:1])
    assert bundle.verified(case).verdict is Verdict.INVALID


def test_ledger_cut_behind_the_seal_is_visible_to_nobody(bundle: Handed, case: Path) -> None:
    """Only a later manifest would show it (DESIGN §7); the verdict is about what was sealed."""
    for path in (LEDGER, BODIES):
        rewrite(case, path, lines_of((case / path).read_bytes())[:2])
    assert bundle.verified(case).verdict is Verdict.VALID


def test_body_withheld_without_an_event_that_purged_it_is_incomplete(
    bundle: Handed, case: Path
) -> None:
    lines = lines_of((case / BODIES).read_bytes())
    rewrite(case, BODIES, [lines[0], b"null", *lines[2:]])
    for path in objects(case):
        path.unlink()
    report = bundle.verified(case)
    assert report.verdict is Verdict.INCOMPLETE


def test_body_that_a_crash_left_without_its_line_is_noted_and_no_forgery(
    bundle: Handed, case: Path
) -> None:
    lines = lines_of((case / BODIES).read_bytes())
    rewrite(case, BODIES, [*lines, lines[-1]])
    report = bundle.verified(case)
    assert report.verdict is Verdict.VALID
    assert "ledger-tail" in named(report)


@pytest.mark.parametrize("path", [LEDGER, BODIES])
def test_line_torn_by_a_crash_is_noted_and_no_forgery(
    bundle: Handed, case: Path, path: str
) -> None:
    with (case / path).open("ab") as stream:
        stream.write(b'{"action":"add","at":"2026')
    report = bundle.verified(case)
    assert report.verdict is Verdict.VALID
    assert "ledger-tail" in named(report)


@pytest.mark.parametrize("path", ["spool/x", "index.sqlite"])
def test_what_is_no_part_of_the_evidence_is_not_looked_at(
    bundle: Handed, case: Path, path: str
) -> None:
    (case / path).parent.mkdir(exist_ok=True)
    (case / path).unlink(missing_ok=True)
    (case / path).symlink_to("/etc/passwd")
    assert bundle.verified(case).verdict is Verdict.VALID


@pytest.mark.parametrize("path", ["notes.txt", "report/report.html", "data/a9-1.jpg"])
def test_what_is_no_part_of_a_case_makes_it_invalid(bundle: Handed, case: Path, path: str) -> None:
    (case / path).parent.mkdir(exist_ok=True)
    (case / path).write_bytes(b"planted beside the evidence")
    report = bundle.verified(case)
    assert report.verdict is Verdict.INVALID
    assert "unlisted" in named(report)


def test_link_among_the_objects_is_refused(bundle: Handed, case: Path, tmp_path: Path) -> None:
    victim = objects(case)[0]
    victim.rename(tmp_path / "outside")
    victim.symlink_to(tmp_path / "outside")
    assert bundle.verified(case).verdict is Verdict.REFUSED


def test_stray_file_beside_a_seal_is_noted(bundle: Handed, case: Path) -> None:
    (case / "seals/0001/notes.txt").write_text("mine")
    report = bundle.verified(case)
    assert report.verdict is Verdict.VALID
    assert "foreign-file" in named(report)


def test_certificate_of_another_beside_the_seal_is_invalid(bundle: Handed, case: Path) -> None:
    stranger = make_root("another signer", at=datetime(2026, 11, 21, tzinfo=UTC))
    (case / "seals/0001/chain.pem").write_bytes(stranger.pem)
    assert verdicts(bundle.verified(case))["seal-1-chain"] is Verdict.INVALID


def test_case_hint_decides_nothing(bundle: Handed, case: Path) -> None:
    hint = (case / "case.json").read_bytes()
    (case / "case.json").write_bytes(edited(hint, id="0" * 32))
    assert bundle.verified(case).verdict is Verdict.VALID


def test_case_without_a_ledger_is_invalid(bundle: Handed, case: Path) -> None:
    (case / LEDGER).unlink()
    assert bundle.verified(case).verdict is Verdict.INVALID


def test_ledger_line_of_a_newer_version_is_unreadable_and_not_called_forged(
    bundle: Handed, case: Path
) -> None:
    lines = lines_of((case / LEDGER).read_bytes())
    newer = edited(lines[-1], format="evidencekit/ledger-line/2")
    rewrite(case, LEDGER, [*lines[:-1], newer])
    with pytest.raises(FormatUnreadable) as caught:
        bundle.verified(case)
    assert caught.value.exit_code == 21


def test_newer_version_does_not_hide_a_changed_object_list(bundle: Handed, case: Path) -> None:
    change(case, "seals/0001/artifacts.jsonl", at=40)
    lines = lines_of((case / LEDGER).read_bytes())
    rewrite(case, LEDGER, [*lines[:-1], edited(lines[-1], format="evidencekit/ledger-line/2")])
    assert bundle.verified(case).verdict is Verdict.INVALID


def test_artifacts_added_after_the_seal_are_said_to_be_covered_by_none(tmp_path: Path) -> None:
    made = a_bundle(tmp_path)
    (tmp_path / "late.txt").write_bytes(b"late")
    made.built.add(tmp_path / "late.txt")
    report = made.verified(made.built.root)
    assert verdicts(report) == {"unsealed": Verdict.INDETERMINATE}


def test_purge_that_no_seal_covers_rests_on_a_device_key_alone(bundle: Handed, case: Path) -> None:
    device = bundle.built.setting.machine().device
    lines = lines_of((case / LEDGER).read_bytes())
    last = decode_line(lines[-1])
    unsigned = replace(
        last,
        seq=last.seq + 1,
        prev=line_hash(lines[-1]),
        action="purge",
        purged=({"seq": 2, "body": True},),
    )
    purge = replace(unsigned, sig=device.sign(line_message(encode_unsigned(unsigned))))
    bodies = lines_of((case / BODIES).read_bytes())
    rewrite(case, LEDGER, [*lines, encode_line(purge)])
    rewrite(case, BODIES, [bodies[0], b"null", *bodies[2:], b"null"])
    report = bundle.verified(case)
    assert verdicts(report)["purge"] is Verdict.INDETERMINATE


def test_bundle_folder_that_holds_a_case_file_is_judged_as_a_bundle(tmp_path: Path) -> None:
    made = handed(a_small_case(tmp_path).sealed())
    (made.folder / "case.json").write_bytes((made.built.root / "case.json").read_bytes())
    assert made.verified(made.folder).verdict is Verdict.INVALID
