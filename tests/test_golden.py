"""Bundles that a released version made verify in every later one, for ever.

They are made by ``script/make-golden``, once for each version that changes a format, never again.
"""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidencekit.errors import EvidenceDoubted, KeyUnusable
from evidencekit.formats.times import read_time
from evidencekit.model.report import Report, Verdict
from evidencekit.workflow.setting import Setting
from evidencekit.workflow.verify import verify
from tests.tools.bundles import flipped_at

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())
KINDS = ("case", "bundle", "bundle.zip", "bundle.zip.age")
NOW = datetime(2026, 12, 24, tzinfo=UTC)
MAX_BYTES = 300_000
SAMPLES = 6


@pytest.fixture(params=VERSIONS)
def golden(request: pytest.FixtureRequest) -> Path:
    return GOLDEN / str(request.param)


def judged(golden: Path, what: Path, *, now: datetime = NOW) -> Report:
    return verify(
        what,
        trust=[golden / "ca.pem"],
        tsa_trust=[golden / "tsa-root.pem"],
        identity=golden / "identity.txt",
        setting=Setting(home=golden / "nowhere", clock=lambda: now),
    )


def test_there_is_something_golden() -> None:
    assert VERSIONS


@pytest.mark.parametrize("kind", KINDS)
def test_golden_verifies_as_it_did(golden: Path, kind: str) -> None:
    expected = json.loads((golden / "expected.json").read_text())[kind]
    report = judged(golden, golden / kind)
    assert report.verdict.name == expected["verdict"] == "VALID"
    assert report.time_proven is True
    assert report.proven_at == read_time(expected["proven_at"])


@pytest.mark.parametrize("kind", KINDS)
def test_golden_verifies_when_its_signer_has_long_expired(golden: Path, kind: str) -> None:
    report = judged(golden, golden / kind, now=NOW + timedelta(days=365 * 120))
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize("kind", KINDS)
def test_golden_is_untrusted_to_whoever_trusts_somebody_else(golden: Path, kind: str) -> None:
    report = verify(
        golden / kind,
        trust=[golden / "tsa-root.pem"],
        tsa_trust=[golden / "ca.pem"],
        identity=golden / "identity.txt",
        setting=Setting(home=golden / "nowhere", clock=lambda: NOW),
    )
    assert report.verdict is Verdict.UNTRUSTED


def test_golden_bundle_with_any_file_changed_is_not_valid(golden: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(golden / "bundle", tmp_path / "copy"))
    for path in [path for path in copy.rglob("*") if path.is_file()]:
        data = path.read_bytes()
        for at in range(0, len(data), max(1, len(data) // SAMPLES)):
            path.write_bytes(flipped_at(data, at))
            assert judged(golden, copy).verdict is not Verdict.VALID, (path, at)
        path.write_bytes(data)
    assert judged(golden, copy).verdict is Verdict.VALID


@pytest.mark.parametrize("kind", ["bundle.zip", "bundle.zip.age"])
def test_golden_file_that_was_cut_or_changed_is_not_valid(
    golden: Path, tmp_path: Path, kind: str
) -> None:
    data, copy = (golden / kind).read_bytes(), tmp_path / kind
    stored = data.index(b"synthetic note") if kind == "bundle.zip" else len(data) // 2
    for changed in (data[:-1], data[:100], flipped_at(data, stored), data + b"\0"):
        copy.write_bytes(changed)
        try:
            verdict = judged(golden, copy).verdict
        except (EvidenceDoubted, KeyUnusable):
            continue
        assert verdict >= Verdict.INVALID


def test_golden_files_are_small_and_hold_no_private_key_but_the_identity(golden: Path) -> None:
    files = [path for path in golden.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MAX_BYTES
    assert not [path for path in files if b"PRIVATE KEY-----" in path.read_bytes()]
