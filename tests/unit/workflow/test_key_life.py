"""Another key takes over, a key is revoked, and what verify makes of both."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from evidencekit.errors import BadInput, CertificateUnsuitable
from evidencekit.files.tree import FolderTree
from evidencekit.formats.case import SEALS, VERIFIED
from evidencekit.model.report import Report, Status, Verdict
from evidencekit.seal.signer import FileSigner
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.revoked_keys import RevokedKey, judge_revoked_keys
from evidencekit.verify.seals import judge_seals
from evidencekit.workflow.countersign import countersign
from evidencekit.workflow.export import export
from evidencekit.workflow.key_life import Why, revoke_key, sha256_of
from evidencekit.workflow.seal import seal
from evidencekit.workflow.verify import verify
from tests.tools.builders import Built, a_case, a_signer, certificate_of
from tests.tools.bundles import pem_of, verdicts
from tests.tools.fakes import START

HOUR = timedelta(hours=1)


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return a_case(tmp_path).with_file(b"x").sealed()


@pytest.fixture
def other() -> FileSigner:
    return a_signer()


def fingerprint(signer: FileSigner) -> str:
    return sha256_of(certificate_of(signer))


def sealed_by(built: Built, signer: FileSigner, *, stamped: bool = True) -> None:
    authorities = [built.authority] if stamped else []
    seal(built.case, signer, authorities=authorities, again=True, setting=built.setting)


def revoked(built: Built, signer: FileSigner, *, since_h: int = 0, why: Why = Why.STOLEN) -> int:
    built.clock.now += 2 * HOUR
    since = built.clock.now - 2 * HOUR + since_h * HOUR
    found = revoke_key(built.case, fingerprint(signer), why=why, since=since, setting=built.setting)
    return found.seq


def judged(built: Built, *signers: FileSigner) -> Report:
    trust = []
    for number, signer in enumerate(signers):
        path = built.root.parent / f"trust-{number}.pem"
        path.write_bytes(pem_of(certificate_of(signer)))
        trust.append(path)
    root = built.root.parent / "tsa-root.pem"
    root.write_bytes(built.authority.demo.root.pem)
    return verify(built.root, trust=trust, tsa_trust=[root], setting=built.setting)


def actions(built: Built) -> list[str]:
    return [event.line.action for event in built.case.events()]


def test_a_seal_with_another_key_is_preceded_by_the_event_that_says_so(
    built: Built, other: FileSigner
) -> None:
    sealed_by(built, other)

    assert actions(built)[-2:] == ["key.rotate", "seal"]
    detail = [event.body for event in built.case.events()][-2]
    assert detail is not None
    assert detail.detail == {
        "from_sha256": fingerprint(built.signer),
        "to_sha256": fingerprint(other),
    }
    assert judged(built, built.signer, other).verdict is Verdict.VALID


def test_a_seal_with_the_same_key_is_not(built: Built) -> None:
    sealed_by(built, built.signer)

    assert "key.rotate" not in actions(built)


def test_a_change_that_a_crash_left_recorded_is_recorded_once(
    built: Built, other: FileSigner
) -> None:
    with built.writer() as writer:
        detail = {"from_sha256": fingerprint(built.signer), "to_sha256": fingerprint(other)}
        writer.commit("key.rotate", actor=built.case.first_actor(), detail=dict(detail))

    sealed_by(built, other)

    assert actions(built).count("key.rotate") == 1


def act_seal(built: Built) -> None:
    sealed_by(built, built.signer)


def act_countersign(built: Built) -> object:
    return countersign(built.case, built.signer, setting=built.setting)


def act_export(built: Built) -> object:
    return export(
        built.case, profile="police", out=built.root.parent / "B", form="bag",
        signer=built.signer, language="en", setting=built.setting,
    )  # fmt: skip


@pytest.mark.parametrize("act", [act_seal, act_countersign, act_export])
def test_a_revoked_key_signs_nothing_more_in_the_case(
    built: Built, other: FileSigner, act: Callable[[Built], object]
) -> None:
    sealed_by(built, other)
    seq = revoked(built, built.signer)

    with pytest.raises(CertificateUnsuitable, match=f"by event {seq}"):
        act(built)


def test_a_revocation_is_something_new_to_seal(built: Built, other: FileSigner) -> None:
    revoked(built, built.signer)

    seal(built.case, other, authorities=[built.authority], setting=built.setting)

    assert actions(built)[-3:] == ["key.revoke", "key.rotate", "seal"]


def test_a_seal_that_is_proven_to_be_older_stays_valid_and_is_said_to_be(
    built: Built, other: FileSigner
) -> None:
    revoked(built, built.signer, since_h=1)
    sealed_by(built, other)

    report = judged(built, built.signer, other)

    assert report.verdict is Verdict.VALID
    (found,) = [check for check in report.checks if check.name == "seal-1-key"]
    assert found.status is Status.PASS
    assert "before its key was revoked" in found.detail


def test_a_seal_dated_after_the_theft_is_in_doubt(built: Built, other: FileSigner) -> None:
    revoked(built, built.signer, since_h=0)
    sealed_by(built, other)

    assert verdicts(judged(built, built.signer, other)) == {"seal-1-key": Verdict.INDETERMINATE}


def test_an_undated_seal_of_a_revoked_key_is_in_doubt(tmp_path: Path, other: FileSigner) -> None:
    built = a_case(tmp_path).with_file(b"x").sealed(stamped=False)
    revoked(built, built.signer, since_h=1)
    sealed_by(built, other)

    assert verdicts(judged(built, built.signer, other)) == {"seal-1-key": Verdict.INDETERMINATE}


def test_a_seal_that_covers_the_revocation_of_its_own_key_is_untrusted(built: Built) -> None:
    signer = certificate_of(built.signer)
    anchors = Anchors(signers=(signer,), authorities=(), now=START)
    tree = FolderTree(built.root, only=VERIFIED)
    seals, _ = judge_seals(tree, tree.entries(), SEALS, anchors)
    covered = {sha256_of(signer): RevokedKey(seq=2, since=START + HOUR)}

    (check,) = judge_revoked_keys(seals, covered)

    assert check.consequence is Verdict.UNTRUSTED


def test_a_countersigners_key_can_be_revoked(built: Built, other: FileSigner) -> None:
    countersign(built.case, other, setting=built.setting)

    assert revoked(built, other, why=Why.LOST)


def test_a_key_that_signed_nothing_here_cannot_be_revoked(built: Built, other: FileSigner) -> None:
    with pytest.raises(BadInput, match="no seal of this case"):
        revoked(built, other)


def test_a_key_is_revoked_once(built: Built) -> None:
    seq = revoked(built, built.signer)

    with pytest.raises(BadInput, match=f"already, by event {seq}"):
        revoked(built, built.signer)


def test_a_key_is_not_revoked_from_a_time_to_come(built: Built) -> None:
    with pytest.raises(BadInput, match="has come"):
        revoke_key(
            built.case, fingerprint(built.signer), why=Why.ENDED, since=START + 9 * HOUR,
            setting=built.setting,
        )  # fmt: skip
