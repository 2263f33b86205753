"""Whether a certificate was revoked: who is believed, and for how long."""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags, ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidencekit.errors import EvidenceDoubted
from evidencekit.proof.revocation import (
    MAX_CRL_BYTES,
    MAX_OCSP_BYTES,
    Evidence,
    judge_revocation,
    read_crl,
    read_ocsp,
)
from evidencekit.proof.standing import Good, Revoked
from tests.tools.agency import Agency, Held
from tests.tools.fakes import START
from tests.tools.flips import accepted_flips
from tests.tools.revocation import DAY, NAMED, POINT, answer, crl, entry

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def agency() -> Agency:
    return Agency()


@pytest.fixture(scope="module")
def held(agency: Agency) -> Held:
    return agency.desk(more=(NAMED,))


def listed(data: bytes) -> Evidence:
    return read_crl(data, what="1.crl")


def answered(data: bytes) -> Evidence:
    return read_ocsp(data, what="1.ocsp")


def judged(
    held: Held,
    agency: Agency,
    *evidence: Evidence,
    at: datetime = START,
    now: datetime = START + 9 * DAY,
) -> Revoked | Good | None:
    whole = Evidence()
    for item in evidence:
        whole += item
    issuer = agency.between.certificate
    return judge_revocation(held.certificate, issuer, whole, at=at, now=now)


def test_a_list_without_the_certificate_says_good_as_of_its_time(
    held: Held, agency: Agency
) -> None:
    assert judged(held, agency, listed(crl(agency.between))) == Good(as_of=START - DAY)


def test_a_list_with_the_certificate_says_revoked_and_since_when(
    held: Held, agency: Agency
) -> None:
    data = crl(agency.between, entry(held, START - 2 * DAY))

    assert judged(held, agency, listed(data)) == Revoked(at=START - 2 * DAY, is_compromise=True)


def test_the_invalidity_date_counts_where_it_is_earlier(held: Held, agency: Agency) -> None:
    revoked = entry(held, START, invalid_since=START - 5 * DAY)

    said = judged(held, agency, listed(crl(agency.between, revoked)))

    assert isinstance(said, Revoked)
    assert said.at == START - 5 * DAY


@pytest.mark.parametrize(
    ("reason", "is_compromise"),
    [
        (None, True),
        (ReasonFlags.key_compromise, True),
        (ReasonFlags.superseded, False),
        (ReasonFlags.cessation_of_operation, False),
    ],
)
def test_the_reason_tells_whether_the_key_may_be_in_other_hands(
    held: Held, agency: Agency, reason: ReasonFlags | None, is_compromise: bool
) -> None:
    said = judged(held, agency, listed(crl(agency.between, entry(held, START, reason=reason))))

    assert isinstance(said, Revoked)
    assert said.is_compromise is is_compromise


def test_another_certificate_on_the_list_is_another(held: Held, agency: Agency) -> None:
    other = agency.desk()

    assert isinstance(judged(held, agency, listed(crl(agency.between, entry(other, START)))), Good)


def test_good_is_believed_up_to_the_next_update_and_no_longer(held: Held, agency: Agency) -> None:
    found = listed(crl(agency.between, until=START))

    assert isinstance(judged(held, agency, found, at=START), Good)
    assert judged(held, agency, found, at=START + SECOND) is None


def test_revoked_is_believed_also_when_the_list_is_out_of_date(held: Held, agency: Agency) -> None:
    data = crl(agency.between, entry(held, START - 3 * DAY), until=START - DAY / 2)

    assert isinstance(judged(held, agency, listed(data)), Revoked)


def test_a_list_from_the_future_says_nothing(held: Held, agency: Agency) -> None:
    data = crl(agency.between, at=START + DAY, until=START + 2 * DAY)

    assert judged(held, agency, listed(data), now=START) is None


def test_a_list_of_a_namesake_says_nothing(held: Held, agency: Agency) -> None:
    namesake = Agency().between
    data = crl(namesake, entry(held, START - DAY), name=agency.between.certificate.subject)

    assert judged(held, agency, listed(data)) is None


def test_a_list_of_another_authority_says_nothing(held: Held, agency: Agency) -> None:
    assert judged(held, agency, listed(crl(agency.root, entry(held, START - DAY)))) is None


def point(**flags: object) -> x509.IssuingDistributionPoint:
    members: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**members, **flags})  # type: ignore[arg-type]  # as the test says


OTHER_POINT = x509.UniformResourceIdentifier("http://crl.example/2.crl")


@pytest.mark.parametrize(
    ("extension", "speaks"),
    [
        (point(full_name=[POINT]), True),
        (point(full_name=[OTHER_POINT]), False),
        (point(full_name=[OTHER_POINT, POINT]), True),
        (point(only_contains_user_certs=True), True),
        (point(only_contains_ca_certs=True), False),
        (point(only_contains_attribute_certs=True), False),
        (point(indirect_crl=True), False),
        (point(only_some_reasons=frozenset({ReasonFlags.key_compromise})), False),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False),
        (x509.DeltaCRLIndicator(1), False),
    ],
)
def test_a_list_speaks_only_for_what_it_is_about(
    held: Held, agency: Agency, extension: x509.ExtensionType, speaks: bool
) -> None:
    data = crl(agency.between, entry(held, START - DAY), more=[(extension, True)])

    assert (judged(held, agency, listed(data)) is not None) is speaks


def test_an_uncritical_extension_takes_nothing_away(held: Held, agency: Agency) -> None:
    data = crl(agency.between, more=[(x509.CRLNumber(7), False)])

    assert isinstance(judged(held, agency, listed(data)), Good)


def test_an_authority_that_may_not_sign_lists_says_nothing(agency: Agency) -> None:
    by = agency.desk(usages=frozenset({"key_cert_sign"}))
    held = Held(key=by.key, certificate=agency.desk().certificate)
    data = crl(Held(key=by.key, certificate=by.certificate))

    said = judge_revocation(held.certificate, by.certificate, listed(data), at=START, now=START)

    assert said is None


def test_an_answer_of_the_issuer_says_good(held: Held, agency: Agency) -> None:
    assert judged(held, agency, answered(answer(held, agency.between))) == Good(as_of=START - DAY)


def test_an_answer_of_the_issuer_says_revoked(held: Held, agency: Agency) -> None:
    data = answer(held, agency.between, revoked_at=START - DAY, reason=ReasonFlags.superseded)

    assert judged(held, agency, answered(data)) == Revoked(at=START - DAY, is_compromise=False)


def appointed(agency: Agency, *usages: x509.ObjectIdentifier) -> Held:
    more = (x509.ExtendedKeyUsage(usages),) if usages else ()
    return agency.desk(name="Responder", more=more)


def test_an_answer_of_an_appointed_responder_counts(held: Held, agency: Agency) -> None:
    responder = appointed(agency, ExtendedKeyUsageOID.OCSP_SIGNING)
    data = answer(held, agency.between, by=responder, carries=(responder.certificate,))

    assert isinstance(judged(held, agency, answered(data)), Good)


@pytest.mark.parametrize("usages", [(), (ExtendedKeyUsageOID.CODE_SIGNING,)])
def test_an_answer_of_somebody_whom_nobody_appointed_says_nothing(
    held: Held, agency: Agency, usages: tuple[x509.ObjectIdentifier, ...]
) -> None:
    responder = appointed(agency, *usages)
    data = answer(held, agency.between, by=responder, carries=(responder.certificate,))

    assert judged(held, agency, answered(data)) is None


def test_a_responder_that_another_agency_appointed_says_nothing(held: Held, agency: Agency) -> None:
    responder = appointed(Agency(), ExtendedKeyUsageOID.OCSP_SIGNING)
    data = answer(held, agency.between, by=responder, carries=(responder.certificate,))

    assert judged(held, agency, answered(data)) is None


def test_a_responder_whose_certificate_had_expired_says_nothing(held: Held, agency: Agency) -> None:
    responder = agency.desk(
        name="Responder",
        more=(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]),),
        valid=(START - 9 * DAY, START - 8 * DAY),
    )
    data = answer(held, agency.between, by=responder, carries=(responder.certificate,))

    assert judged(held, agency, answered(data)) is None


def test_an_answer_about_another_certificate_says_nothing(held: Held, agency: Agency) -> None:
    assert judged(held, agency, answered(answer(agency.desk(), agency.between))) is None


def test_an_answer_that_the_certificate_is_unknown_says_nothing(held: Held, agency: Agency) -> None:
    assert judged(held, agency, answered(answer(held, agency.between, is_unknown=True))) is None


def test_an_answer_without_next_update_is_believed_up_to_its_own_time(
    held: Held, agency: Agency
) -> None:
    found = answered(answer(held, agency.between, at=START, until=None))

    assert isinstance(judged(held, agency, found, at=START), Good)
    assert judged(held, agency, found, at=START + SECOND) is None


def test_whoever_says_revoked_decides(held: Held, agency: Agency) -> None:
    good = answered(answer(held, agency.between, at=START))
    bad = listed(crl(agency.between, entry(held, START - DAY)))

    assert isinstance(judged(held, agency, good, bad), Revoked)
    assert isinstance(judged(held, agency, bad, good), Revoked)


def test_of_several_good_ones_the_most_recent_counts(held: Held, agency: Agency) -> None:
    found = [listed(crl(agency.between, at=START - days * DAY)) for days in (3, 1, 2)]

    assert judged(held, agency, *found) == Good(as_of=START - DAY)


@pytest.mark.parametrize("kind", ["crl", "ocsp"])
def test_no_byte_of_what_is_believed_can_change_unnoticed(
    held: Held, agency: Agency, kind: str
) -> None:
    data = crl(agency.between) if kind == "crl" else answer(held, agency.between)
    read = listed if kind == "crl" else answered

    def believe(changed: bytes) -> object:
        if judged(held, agency, read(changed)) is None:
            raise EvidenceDoubted("not believed")
        return None

    assert accepted_flips(data, believe) == []


@pytest.mark.parametrize("read", [listed, answered])
@pytest.mark.parametrize("data", [b"", b"nothing", b"\x30\x03\x0a\x01\x06"])
def test_what_is_no_evidence_is_refused(read: object, data: bytes) -> None:
    with pytest.raises(EvidenceDoubted):
        read(data)  # type: ignore[operator]  # one of both


@pytest.mark.parametrize(("read", "limit"), [(listed, MAX_CRL_BYTES), (answered, MAX_OCSP_BYTES)])
def test_what_is_longer_than_it_may_be_is_refused_unread(read: object, limit: int) -> None:
    with pytest.raises(EvidenceDoubted, match="longer"):
        read(bytes(limit + 1))  # type: ignore[operator]  # one of both


def test_a_responder_that_refuses_says_nothing() -> None:
    refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)

    with pytest.raises(EvidenceDoubted, match="says nothing"):
        answered(refusal.public_bytes(Encoding.DER))


@pytest.mark.openssl
@pytest.mark.parametrize("is_revoked", [False, True])
def test_openssl_says_the_same_of_a_list(agency: Agency, tmp_path: Path, is_revoked: bool) -> None:
    held = agency.desk(more=(NAMED,))
    revoked = [entry(held, START - DAY)] if is_revoked else []
    data = crl(agency.between, *revoked)
    (tmp_path / "leaf.pem").write_bytes(held.pem)
    (tmp_path / "ca.pem").write_bytes(agency.root.pem + agency.between.pem)
    (tmp_path / "crl.pem").write_bytes(x509.load_der_x509_crl(data).public_bytes(Encoding.PEM))
    answer = subprocess.run(
        [
            *("openssl", "verify", "-crl_check", "-attime", str(int(START.timestamp()))),
            *("-CAfile", "ca.pem", "-CRLfile", "crl.pem", "leaf.pem"),
        ],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip

    assert (answer.returncode != 0) is is_revoked
    assert isinstance(judged(held, agency, listed(data)), Revoked) is is_revoked
