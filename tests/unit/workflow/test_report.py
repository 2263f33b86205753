"""The report of a capture as a file, alone and in a bundle."""

import json
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from evidencekit.errors import BadInput
from evidencekit.formats.case import HEADS, LEDGER
from evidencekit.formats.ledger import decode_line
from evidencekit.model.find import Access
from evidencekit.model.report import Verdict
from evidencekit.workflow.report import Reported, report
from tests.tools import captures
from tests.tools.builders import ACTOR, Built, a_case, a_draft
from tests.tools.bundles import Handed, handed
from tests.tools.inert_page import Page, require_inert

CAPTURE, ROUTE, FAILED = 3, 4, 5
KEPT = b"recorded with a cookie"


def built(folder: Path) -> Built:
    """A case with a capture, the look-up after it, and a capture that failed."""
    made = a_case(folder).with_file(b"first").built()
    with made.writer() as writer:
        secret, shown = a_draft(writer, KEPT, "kept.wacz"), a_draft(writer, b"shown", "shown.png")
        kept = replace(secret.artifact, access=Access.RESTRICTED, role="wacz", origin="capture")
        shown = replace(shown, artifact=replace(shown.artifact, role="screenshot"))
        detail = {**captures.full_detail(), "final_url": "https://board.example/view"}
        drafts = [replace(secret, artifact=kept), shown]
        writer.commit("capture", actor=ACTOR, detail=detail, drafts=drafts)
        writer.commit("route", actor=ACTOR, detail=captures.hosting_detail())
        failed = {
            **captures.full_detail(),
            "verdict": "failed",
            "final_url": "https://gone.example/",
        }
        writer.commit("capture", actor=ACTOR, detail=failed)
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    case = built(tmp_path_factory.mktemp("bundle"))
    return handed(replace(case, seals=(case.seal(case.authority),)))


def write(made: Built, seq: int, out: Path) -> Reported:
    return report(made.case, seq, out=out, language="en", setting=made.setting)


def test_report_is_one_inert_file_that_its_owner_alone_can_read(
    made: Built, tmp_path: Path
) -> None:
    out = tmp_path / "capture.html"
    done = write(made, CAPTURE, out)
    assert (done.path, done.seq) == (out, CAPTURE)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    require_inert(out.read_text(encoding="utf-8"))
    assert [path.name for path in tmp_path.iterdir()] == ["capture.html"]


def test_report_changes_nothing_in_the_case(made: Built, tmp_path: Path) -> None:
    before = (made.root / LEDGER).read_bytes()
    write(made, CAPTURE, tmp_path / "capture.html")
    assert (made.root / LEDGER).read_bytes() == before


def test_nothing_is_overwritten_and_no_link_is_followed(made: Built, tmp_path: Path) -> None:
    there, link = tmp_path / "there.html", tmp_path / "link.html"
    there.write_text("mine", encoding="utf-8")
    link.symlink_to(tmp_path / "elsewhere.html")
    for out in (there, link):
        with pytest.raises(BadInput, match="is there already"):
            write(made, CAPTURE, out)
    assert there.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "elsewhere.html").exists()


def test_no_report_is_put_into_the_folder_of_the_case(made: Built, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(made.root)
    for out in (made.root / "x.html", made.root / "seals/x.html", tmp_path / "way/x.html"):
        with pytest.raises(BadInput, match="in the folder of the case"):
            write(made, CAPTURE, out)
        assert not out.exists()


@pytest.mark.parametrize("seq", [0, 2, ROUTE, 99])
def test_an_act_that_is_no_capture_has_no_report(made: Built, seq: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"act {seq} is no capture"):
        write(made, seq, tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []


def test_the_look_up_after_the_capture_is_the_one_that_is_told(made: Built, tmp_path: Path) -> None:
    write(made, CAPTURE, tmp_path / "found.html")
    assert f"line {ROUTE} of the chain of custody" in text(tmp_path / "found.html")
    write(made, FAILED, tmp_path / "failed.html")
    assert "No look-up of the host is here" in text(tmp_path / "failed.html")


def test_a_token_over_the_line_is_told_and_a_false_one_is_not_believed(tmp_path: Path) -> None:
    made = built(tmp_path)
    line = (made.root / LEDGER).read_bytes().split(b"\n")[CAPTURE - 1]
    stamp = made.authority.stamp(line)
    heads = made.root / HEADS
    (heads / f"{CAPTURE}.1.tsq").write_bytes(stamp.request)
    (heads / f"{CAPTURE}.1.tsr").write_bytes(stamp.response)
    (heads / f"{FAILED}.1.tsq").write_bytes(stamp.request)
    (heads / f"{FAILED}.1.tsr").write_bytes(stamp.response)
    write(made, CAPTURE, tmp_path / "dated.html")
    assert "that do not belong to it" not in text(tmp_path / "dated.html")
    assert "there is no timestamp" not in text(tmp_path / "dated.html")
    write(made, FAILED, tmp_path / "false.html")
    assert "1 tokens that do not belong to it or cannot be read" in text(tmp_path / "false.html")
    assert "there is no timestamp" in text(tmp_path / "false.html")


def test_the_command_in_the_report_computes_the_digest_in_the_report(
    made: Built, tmp_path: Path
) -> None:
    write(made, CAPTURE, tmp_path / "x.html")
    shown = text(tmp_path / "x.html")
    (command,) = [line for line in shown.splitlines() if line.startswith("{ printf")]
    done = subprocess.run(
        ["sh", "-c", command], cwd=made.root, capture_output=True, check=True, text=True
    )
    digest = done.stdout.split()[0]
    after = decode_line((made.root / LEDGER).read_bytes().split(b"\n")[CAPTURE])
    assert digest == after.prev
    assert digest in shown


def test_a_bundle_holds_a_report_for_each_capture_and_is_valid(bundle: Handed) -> None:
    assert bundle.judged().verdict is Verdict.VALID, bundle.judged().checks
    named = {path for path in bundle.files if path.startswith("captures/")}
    assert named == {f"captures/{CAPTURE}.html", f"captures/{FAILED}.html"}
    linked = Page(bundle.files["report/report.html"].decode()).links
    assert linked == [f"../captures/{CAPTURE}.html", f"../captures/{FAILED}.html"]


def test_its_reports_are_listed_and_missed(bundle: Handed) -> None:
    path = f"captures/{CAPTURE}.html"
    assert bundle.judged(bundle.without(path)).verdict is Verdict.INCOMPLETE
    changed = bundle.having({path: bundle.files[path] + b" "})
    assert bundle.judged(changed).verdict is Verdict.INVALID


def test_its_reports_name_nothing_that_is_held_back(bundle: Handed) -> None:
    held = next(row for row in bundle.built.case.rows() if row.access is Access.RESTRICTED)
    document = bundle.files[f"captures/{CAPTURE}.html"].decode()
    for secret in (held.sha256, "kept.wacz"):
        assert secret not in document
    assert "Files of this capture that are not here (held back, or destroyed): 1." in document
    about = json.loads(bundle.files["bundle.json"])
    assert about["bundle"] in document


def test_its_reports_name_the_seal_that_covers_them(bundle: Handed) -> None:
    text_in_bundle = Page(bundle.files[f"captures/{CAPTURE}.html"].decode()).text
    assert "under seal No. 1" in text_in_bundle
    assert f"data/a{CAPTURE}-2." in text_in_bundle


def text(path: Path) -> str:
    return Page(path.read_text(encoding="utf-8")).text
