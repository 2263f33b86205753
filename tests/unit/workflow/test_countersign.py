"""A second person confirms a seal, and every verifier reports both."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import BadInput, CertificateUnsuitable, EvidenceDoubted
from evidencekit.formats.case import counter_name
from evidencekit.model.report import Report, Status, Verdict
from evidencekit.proof.cms import sign_detached
from evidencekit.protocols import TimestampAuthority
from evidencekit.seal.signer import FileSigner
from evidencekit.verify.anchors import Anchors
from evidencekit.workflow.countersign import Countersigned, countersign
from evidencekit.workflow.seal import complete_timestamps
from evidencekit.workflow.verify import verify
from tests.tools.agency import YEAR, Agency
from tests.tools.builders import Built, a_case, a_signer, certificate_of
from tests.tools.bundles import Handed, handed, pem_of, relisted, resigned, verdicts
from tests.tools.fakes import START, AbsentAuthority

FIRST = "seals/0001/manifest.p7s.1.counter.p7s"


@pytest.fixture
def second() -> FileSigner:
    return a_signer()


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return a_case(tmp_path).with_file(b"x").sealed()


def confirm(built: Built, signer: FileSigner, *authorities: TimestampAuthority) -> Countersigned:
    return countersign(built.case, signer, authorities=authorities, setting=built.setting)


def judged(built: Built, *signers: FileSigner) -> Report:
    trusted = []
    for number, signer in enumerate(signers):
        path = built.root.parent / f"trust-{number}.pem"
        path.write_bytes(pem_of(certificate_of(signer)))
        trusted.append(path)
    root = built.root.parent / "tsa-root.pem"
    root.write_bytes(built.authority.demo.root.pem)
    return verify(built.root, trust=trusted, tsa_trust=[root], setting=built.setting)


def check(report: Report, name: str) -> tuple[Status, Verdict, str]:
    found = next(item for item in report.checks if item.name == name)
    return found.status, found.consequence, found.detail


def test_a_countersigned_case_is_valid_and_both_signers_are_reported(
    built: Built, second: FileSigner
) -> None:
    done = confirm(built, second, built.authority)

    report = judged(built, built.signer, second)

    assert (done.seal, done.counter, done.time_proven) == (1, 1, True)
    assert report.verdict is Verdict.VALID
    assert check(report, "seal-1-signer")[0] is Status.PASS
    assert check(report, "seal-1-counter-1-signer")[0] is Status.PASS
    assert check(report, "seal-1-counter-1-timestamp-1")[0] is Status.PASS


def test_who_does_not_know_the_second_person_is_told_and_keeps_the_verdict(
    built: Built, second: FileSigner
) -> None:
    confirm(built, second)

    report = judged(built, built.signer)

    assert report.verdict is Verdict.VALID
    status, _, detail = check(report, "seal-1-counter-1-signer")
    assert status is Status.NOT_CHECKED
    assert "whom you did not name" in detail


def test_who_knows_the_second_person_alone_does_not_trust_the_seal(
    built: Built, second: FileSigner
) -> None:
    confirm(built, second)

    assert judged(built, second).verdict is Verdict.UNTRUSTED


@pytest.mark.openssl
def test_openssl_verifies_the_countersignature_over_the_signature_and_the_seal_as_before(
    built: Built, second: FileSigner
) -> None:
    folder = confirm(built, second, built.authority).signature.parent
    for name, signer in (("one.pem", built.signer), ("two.pem", second)):
        pem = certificate_of(signer).public_bytes(Encoding.PEM)
        (built.root.parent / name).write_bytes(pem)
    (built.root.parent / "tsa.pem").write_bytes(built.authority.demo.root.pem)

    counter = "manifest.p7s.1.counter.p7s"
    at = ("-attime", str(int(START.timestamp())))
    cms = ("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-out", "/dev/null")
    for command in (
        (*cms, "-in", "manifest.p7s", "-content", "manifest.json", "-CAfile", "../../../one.pem"),
        (*cms, "-in", counter, "-content", "manifest.p7s", "-CAfile", "../../../two.pem"),
        (*("openssl", "ts", "-verify", "-data", counter, "-in", f"{counter}.1.tsr"),
         *("-CAfile", "../../../tsa.pem")),
    ):  # fmt: skip
        answer = subprocess.run([*command, *at], cwd=folder, capture_output=True, check=False)
        assert answer.returncode == 0, answer.stderr


def test_a_countersignature_with_a_changed_byte_is_invalid(
    built: Built, second: FileSigner
) -> None:
    path = confirm(built, second).signature
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

    report = judged(built, built.signer, second)

    assert verdicts(report)["seal-1-counter-1"] is Verdict.INVALID


def test_a_countersignature_over_another_seal_is_invalid(built: Built, second: FileSigner) -> None:
    other = sign_detached(b"another signature", second, at=START)
    (built.root / FIRST).write_bytes(other)

    report = judged(built, built.signer, second)

    assert verdicts(report)["seal-1-counter-1"] is Verdict.INVALID


def test_a_bad_second_countersignature_is_invalid_beside_a_good_one(
    built: Built, second: FileSigner
) -> None:
    good = confirm(built, second).signature
    good.with_name(counter_name(2)).write_bytes(b"nothing")

    report = judged(built, built.signer, second)

    assert verdicts(report) == {"seal-1-counter-2": Verdict.INVALID}


def test_a_countersignature_that_was_taken_away_is_missed(built: Built, second: FileSigner) -> None:
    confirm(built, second).signature.unlink()

    report = judged(built, built.signer)

    assert verdicts(report) == {"seal-1-counter": Verdict.INCOMPLETE}


def test_a_countersignature_that_was_put_in_place_of_another_is_missed(
    built: Built, second: FileSigner
) -> None:
    path = confirm(built, second).signature
    sealed = path.with_name("manifest.p7s").read_bytes()
    path.write_bytes(sign_detached(sealed, a_signer(), at=START))

    assert verdicts(judged(built, built.signer)) == {"seal-1-counter": Verdict.INCOMPLETE}


def test_a_countersignature_behind_a_gap_is_invalid(built: Built, second: FileSigner) -> None:
    path = confirm(built, second).signature
    path.rename(path.with_name(counter_name(3)))

    assert judged(built, built.signer, second).verdict is Verdict.INVALID


def test_the_sealers_own_countersignature_is_said_to_be_no_second_person(built: Built) -> None:
    sealed = (built.root / "seals/0001/manifest.p7s").read_bytes()
    (built.root / FIRST).write_bytes(sign_detached(sealed, built.signer, at=START))

    report = judged(built, built.signer)

    details = [item.detail for item in report.checks if item.name == "seal-1-counter-1"]
    assert "no second person" in details[-1]


def test_the_sealer_cannot_countersign(built: Built) -> None:
    with pytest.raises(BadInput, match="this very certificate"):
        confirm(built, built.signer)


def test_the_same_person_countersigns_once(built: Built, second: FileSigner) -> None:
    confirm(built, second)

    with pytest.raises(BadInput, match="already"):
        confirm(built, second)


def test_a_third_person_gets_the_next_number(built: Built, second: FileSigner) -> None:
    confirm(built, second)

    assert confirm(built, a_signer()).counter == 2


def test_without_a_seal_there_is_nothing_to_countersign(tmp_path: Path, second: FileSigner) -> None:
    with pytest.raises(BadInput, match="no seal"):
        confirm(a_case(tmp_path).with_file(b"x").built(), second)


def test_an_expired_certificate_does_not_countersign(built: Built) -> None:
    held = Agency().desk(valid=(START - YEAR, START - YEAR / 2))

    with pytest.raises(CertificateUnsuitable, match="expired"):
        confirm(built, FileSigner(held.key, (held.certificate,)))


def test_a_seal_that_does_not_fit_its_ledger_is_not_confirmed(
    built: Built, second: FileSigner
) -> None:
    ledger = built.root / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b'"action":"add"', b'"action":"bdd"'))

    with pytest.raises(EvidenceDoubted):
        confirm(built, second)
    assert not (built.root / FIRST).exists()


def test_what_a_crash_left_without_its_event_is_recorded_by_the_next_run(
    built: Built, second: FileSigner
) -> None:
    sealed = (built.root / "seals/0001/manifest.p7s").read_bytes()
    (built.root / FIRST).write_bytes(sign_detached(sealed, second, at=START))

    assert confirm(built, second).counter == 1

    last = list(built.case.events())[-1]
    assert last.line.action == "countersign"
    assert last.body is not None
    assert last.body.detail["adopted"] is True


def test_a_countersignature_made_offline_is_dated_later(built: Built, second: FileSigner) -> None:
    assert len(confirm(built, second, AbsentAuthority()).missing) == 1

    complete_timestamps(built.case, [built.authority], setting=built.setting)

    report = judged(built, built.signer, second)
    assert report.verdict is Verdict.VALID
    assert check(report, "seal-1-counter-1-timestamp-1")[0] is Status.PASS


def test_nothing_but_a_countersignature_leaves_nothing_new_to_seal(
    built: Built, second: FileSigner
) -> None:
    confirm(built, second)

    with pytest.raises(BadInput, match="nothing has changed"):
        built.seal()


@pytest.fixture
def bundle(built: Built, second: FileSigner) -> Handed:
    confirm(built, second, built.authority)
    return handed(built)


COUNTER = "seal/0001/manifest.p7s.1.counter.p7s"


def anchors(bundle: Handed, *signers: FileSigner) -> Anchors:
    return Anchors(
        signers=tuple(certificate_of(signer) for signer in signers),
        authorities=bundle.anchors.authorities,
        now=START,
    )


def test_a_bundle_carries_the_countersignature_and_its_timestamp(
    bundle: Handed, second: FileSigner
) -> None:
    signers = (certificate_of(bundle.built.signer), certificate_of(second))

    assert {COUNTER, f"{COUNTER}.1.tsr", f"{COUNTER}.1.tsq"} <= bundle.files.keys()
    assert bundle.judged(signers=signers).verdict is Verdict.VALID


def test_a_bundle_says_how_to_check_the_countersignature_with_stock_tools(bundle: Handed) -> None:
    text = bundle.files["VERIFY.txt"].decode()

    assert text.count(f"-in {COUNTER} -content seal/0001/manifest.p7s -CAfile ca.pem") == 2
    assert text.count(f"-data {COUNTER} -in {COUNTER}.1.tsr") == 2


def test_a_bundle_whose_countersignature_a_forger_replaced_and_relisted_is_invalid(
    bundle: Handed, second: FileSigner
) -> None:
    files = bundle.having({COUNTER: sign_detached(b"other", second, at=START)})

    report = bundle.judged(resigned(files, bundle.built.signer, bundle.built.authority))

    assert verdicts(report)["seal-1-counter-1"] is Verdict.INVALID


def test_a_bundle_without_the_countersignature_that_its_ledger_records_is_incomplete(
    bundle: Handed,
) -> None:
    gone = [path for path in bundle.files if path.startswith(COUNTER)]

    report = bundle.judged(
        resigned(bundle.without(*gone), bundle.built.signer, bundle.built.authority)
    )

    assert report.verdict is Verdict.INCOMPLETE


def test_lists_made_anew_do_not_help(bundle: Handed) -> None:
    files = relisted(bundle.without(COUNTER))

    assert bundle.judged(files).verdict is Verdict.INVALID
