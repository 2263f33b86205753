"""Seals below an authority: what stored lists and those that the reader brings come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ReasonFlags

from evidencekit.errors import BadInput, CertificateUnsuitable, EvidenceDoubted
from evidencekit.model.report import Report, Status, Verdict
from evidencekit.proof.cms import sign_detached
from evidencekit.seal.signer import FileSigner
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.signature import judge_signature
from evidencekit.workflow.countersign import countersign
from evidencekit.workflow.export import export
from evidencekit.workflow.revocation import read_kept
from evidencekit.workflow.seal import seal
from evidencekit.workflow.verify import verify
from tests.tools.agency import Agency, Held
from tests.tools.builders import Built, a_case, a_signer, certificate_of
from tests.tools.bundles import pem_of, verdicts
from tests.tools.fakes import START
from tests.tools.flips import accepted_flips
from tests.tools.revocation import DAY, NAMED, answer, crl, entry

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Office:
    """A case, the agency whose certificate seals it, and a place for files."""

    built: Built
    agency: Agency
    held: Held
    folder: Path

    @property
    def signer(self) -> FileSigner:
        return FileSigner(self.held.key, (self.held.certificate, self.agency.between.certificate))

    def file(self, name: str, data: bytes) -> Path:
        (self.folder / name).write_bytes(data)
        return self.folder / name

    def sealed(self, *crls: bytes, ocsp: Sequence[bytes] = (), stamped: bool = True) -> None:
        lists = [self.file(f"{number}.crl", data) for number, data in enumerate(crls)]
        answers = [self.file(f"{number}.ocsp", data) for number, data in enumerate(ocsp)]
        seal(
            self.built.case,
            self.signer,
            authorities=[self.built.authority] if stamped else [],
            kept=read_kept(lists, answers),
            setting=self.built.setting,
        )

    def judged(self, *crls: bytes, root: Path | None = None, later: timedelta = DAY / 4) -> Report:
        """Verify the case, or the bundle at ``root``, ``later`` than it was sealed."""
        self.built.clock.now = START + later
        return verify(
            root or self.built.root,
            trust=[self.file("root.pem", self.agency.root.pem)],
            tsa_trust=[self.file("tsa.pem", self.built.authority.demo.root.pem)],
            crls=[self.file(f"mine-{number}.crl", data) for number, data in enumerate(crls)],
            setting=self.built.setting,
        )

    def revoked(self, at: datetime, reason: ReasonFlags | None = None, *, as_of: datetime) -> bytes:
        revoked = entry(self.held, at, reason=reason)
        return crl(self.agency.between, revoked, at=as_of, until=as_of + DAY)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    agency = Agency()
    folder = tmp_path / "files"
    folder.mkdir()
    built = a_case(tmp_path).with_file(b"x").built()
    return Office(built, agency, agency.desk(more=(NAMED,)), folder)


def detail(report: Report, name: str) -> str:
    return next(check.detail for check in report.checks if check.name == name)


def test_without_a_list_the_check_is_not_made_and_the_verdict_says_so(office: Office) -> None:
    office.sealed()

    assert verdicts(office.judged()) == {
        "seal-1-signer-revocation": Verdict.INDETERMINATE,
        "ledger-keys": Verdict.INDETERMINATE,  # for which the seal alone vouches
    }


def test_a_list_that_goes_with_the_seal_makes_it_valid(office: Office) -> None:
    office.sealed(crl(office.agency.between))

    report = office.judged()

    assert report.verdict is Verdict.VALID
    assert "as of 2026-11-20" in detail(report, "seal-1-signer-revocation")


def test_it_stays_valid_when_the_list_is_long_out_of_date(office: Office) -> None:
    office.sealed(crl(office.agency.between))

    assert office.judged(later=300 * DAY).verdict is Verdict.VALID


def test_an_answer_that_goes_with_the_seal_makes_it_valid(office: Office) -> None:
    office.sealed(ocsp=[answer(office.held, office.agency.between)])

    assert office.judged().verdict is Verdict.VALID


def test_without_a_timestamp_the_list_has_to_be_current_when_it_is_read(office: Office) -> None:
    office.sealed(crl(office.agency.between), stamped=False)

    assert office.judged(later=DAY / 2).verdict is Verdict.VALID
    assert office.judged(later=2 * DAY).verdict is Verdict.INDETERMINATE


def test_a_stale_list_is_no_list(office: Office) -> None:
    office.sealed(crl(office.agency.between, at=START - 9 * DAY, until=START - 8 * DAY))

    assert office.judged().verdict is Verdict.INDETERMINATE


def test_revoked_before_the_time_that_is_proven_is_untrusted(office: Office) -> None:
    office.sealed()
    mine = office.revoked(START - HOUR, as_of=START + HOUR)

    report = office.judged(mine)

    assert verdicts(report)["seal-1-signer-revocation"] is Verdict.UNTRUSTED
    assert "2026-11-21 08:30:00" in detail(report, "seal-1-signer-revocation")


def test_revoked_after_the_time_that_is_proven_is_valid_and_said(office: Office) -> None:
    office.sealed()

    report = office.judged(office.revoked(START + HOUR, as_of=START + 2 * HOUR))

    assert report.verdict is Verdict.VALID
    assert "revoked only later" in detail(report, "seal-1-signer-revocation")


def test_revoked_since_without_a_proven_time_is_untrusted(office: Office) -> None:
    office.sealed(stamped=False)

    report = office.judged(office.revoked(START + HOUR, as_of=START + 2 * HOUR))

    assert report.verdict is Verdict.UNTRUSTED


def test_the_readers_list_outdoes_the_one_that_went_with_the_seal(office: Office) -> None:
    office.sealed(crl(office.agency.between))

    report = office.judged(office.revoked(START - HOUR, as_of=START + HOUR))

    assert report.verdict is Verdict.UNTRUSTED


def test_a_list_that_a_stranger_signed_changes_nothing(office: Office) -> None:
    name = office.agency.between.certificate.subject
    office.sealed(crl(Agency().between, name=name))

    assert office.judged().verdict is Verdict.INDETERMINATE


def test_a_stored_list_with_a_changed_byte_never_makes_valid(office: Office) -> None:
    office.sealed(crl(office.agency.between))
    path = office.built.root / "seals/0001/revocation/1.crl"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

    assert office.judged().verdict is Verdict.INDETERMINATE


def test_a_stored_list_that_is_none_is_invalid(office: Office) -> None:
    office.sealed(crl(office.agency.between))
    (office.built.root / "seals/0001/revocation/1.crl").write_bytes(b"nothing")

    assert verdicts(office.judged())["revocation"] is Verdict.INVALID


def test_a_bundle_carries_the_list_and_is_valid_for_its_documents_too(office: Office) -> None:
    office.sealed(crl(office.agency.between))
    own = FileSigner(office.held.key, (office.held.certificate,))  # the chain is in the seal
    done = export(
        office.built.case, profile="police", out=office.folder / "bundle", form="bag", signer=own,
        authorities=[office.built.authority], language="en", setting=office.built.setting,
    )  # fmt: skip

    report = office.judged(root=done.path)

    assert (done.path / "seal/0001/revocation/1.crl").is_file()
    assert report.verdict is Verdict.VALID
    assert detail(report, "documents-signer-revocation")


def test_a_timestamp_of_an_authority_whose_key_was_stolen_does_not_count(office: Office) -> None:
    office.sealed(crl(office.agency.between))
    demo = office.built.authority.demo
    stolen = x509.RevokedCertificateBuilder(
        demo.signer.certificate.serial_number, START + HOUR, []
    ).build()
    by = Held(key=demo.root.key, certificate=demo.root.certificate)

    report = office.judged(crl(by, stolen, at=START + 2 * HOUR))

    assert verdicts(report)["seal-1-timestamp-1"] is Verdict.UNTRUSTED
    assert not report.time_proven


def test_a_revoked_second_person_makes_the_seal_untrusted(office: Office) -> None:
    office.sealed(crl(office.agency.between))
    other = office.agency.desk(name="Desk 8", more=(NAMED,))
    signer = FileSigner(other.key, (other.certificate, office.agency.between.certificate))
    countersign(
        office.built.case, signer, authorities=[office.built.authority],
        setting=office.built.setting,
    )  # fmt: skip
    mine = crl(office.agency.between, entry(other, START - HOUR), at=START + HOUR)

    assert office.judged().verdict is Verdict.VALID
    assert "seal-1-counter-1-signer-revocation" in verdicts(office.judged(mine))


def test_a_pinned_signer_is_not_asked_about(office: Office) -> None:
    office.sealed()
    pinned = office.file("pinned.pem", office.held.pem)

    report = verify(office.built.root, trust=[pinned], setting=office.built.setting)

    assert not [check for check in report.checks if check.name.endswith("-revocation")]
    assert {check.status for check in report.checks if check.name == "seal-1-signer"} == {
        Status.PASS
    }


def test_no_byte_of_a_chain_can_change_unnoticed_where_the_signer_is_pinned(office: Office) -> None:
    content = b"content"
    p7s = sign_detached(content, office.signer, at=START)
    anchors = Anchors(signers=(office.held.certificate,), authorities=(), now=START)

    def read(changed: bytes) -> None:
        judged = judge_signature(
            "seal-1", content=content, p7s=changed, stamps=(), anchors=anchors, path="p7s",
            is_listed=False,
        )  # fmt: skip
        if max(check.consequence for check in judged.checks) is not Verdict.VALID:
            raise EvidenceDoubted("noticed")

    read(p7s)
    assert accepted_flips(p7s, read) == []


def test_who_brings_a_list_that_revokes_the_signer_cannot_seal(office: Office) -> None:
    with pytest.raises(CertificateUnsuitable, match="revoked at 2026-11-21 08:30:00 UTC"):
        office.sealed(office.revoked(START - HOUR, as_of=START - HOUR))


def test_a_list_about_somebody_else_is_refused(office: Office) -> None:
    with pytest.raises(BadInput, match=r"0\.crl: says nothing of the certificates"):
        office.sealed(crl(Held(key=a_signer()._key, certificate=certificate_of(a_signer()))))


def test_a_file_that_is_no_list_is_refused(office: Office) -> None:
    with pytest.raises(BadInput, match="not a revocation list"):
        office.sealed(pem_of(office.held.certificate))
