"""What every timestamping authority does, whoever runs it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from evidencekit.demo.authority import DemoAuthority, serve
from evidencekit.errors import TsaUnavailable
from evidencekit.files.clock import system_clock
from evidencekit.proof.certificates import Trust, judge_certificate
from evidencekit.proof.rfc3161 import ahead_of, read_token
from evidencekit.protocols import TimestampAuthority
from evidencekit.seal.tsa import HttpAuthority
from tests.tools.fakes import AbsentAuthority, FakeAuthority
from tests.tools.openssl_tsa import make_openssl_tsa, serve_openssl

MESSAGE = b"the bytes of a signature file"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl command")


@dataclass(frozen=True)
class Subject:
    authority: TimestampAuthority
    root: x509.Certificate


@pytest.fixture(
    params=[
        "fake",
        pytest.param("demo", marks=pytest.mark.network),
        pytest.param("openssl", marks=[pytest.mark.network, pytest.mark.openssl, needs_openssl]),
    ]
)
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    if request.param == "fake":
        fake = FakeAuthority(clock=system_clock)
        yield Subject(fake, fake.demo.root.certificate)
    elif request.param == "demo":
        demo = DemoAuthority(clock=system_clock)
        root = demo.root.certificate
        with serve(demo) as url:
            yield Subject(HttpAuthority(url, roots=[root], clock=system_clock), root)
    else:
        tsa = make_openssl_tsa(tmp_path / "tsa")
        with serve_openssl(tsa) as url:
            yield Subject(HttpAuthority(url, roots=[tsa.root], clock=system_clock), tsa.root)


def test_a_stamp_is_a_token_over_the_message_and_its_request(subject: Subject) -> None:
    stamp = subject.authority.stamp(MESSAGE)

    token = read_token(stamp.response, stamp.request, MESSAGE, what="token")
    assert token.gen_time == stamp.gen_time
    assert stamp.tsa == subject.authority.name


def test_the_signer_of_a_stamp_leads_to_the_root_of_its_authority(subject: Subject) -> None:
    stamp = subject.authority.stamp(MESSAGE)

    token = read_token(stamp.response, stamp.request, MESSAGE, what="token")
    judged = judge_certificate(token.signer, token.others, [subject.root], at=token.gen_time)
    assert judged.trust is Trust.PATH
    assert stamp.is_authority_checked


def test_the_time_of_a_stamp_is_now(subject: Subject) -> None:
    stamp = subject.authority.stamp(MESSAGE)

    assert abs(stamp.gen_time - datetime.now(UTC)) < timedelta(minutes=1)
    assert stamp.gen_time.tzinfo is UTC


def test_no_two_stamps_are_the_same(subject: Subject) -> None:
    first, second = subject.authority.stamp(MESSAGE), subject.authority.stamp(MESSAGE)

    assert first.request != second.request
    assert first.response != second.response


def nobody_listens() -> TimestampAuthority:
    return HttpAuthority("http://127.0.0.1:9/", roots=[], clock=system_clock, timeout_s=(1, 1))


@pytest.mark.network
@pytest.mark.parametrize("absent", [AbsentAuthority, nobody_listens])
def test_an_authority_that_is_away_is_unavailable_and_named(absent: type) -> None:
    authority = absent()

    with pytest.raises(TsaUnavailable) as caught:
        authority.stamp(MESSAGE)

    assert authority.name in caught.value.message


@pytest.mark.network
def test_an_authority_under_another_root_than_given_is_unavailable() -> None:
    stranger = DemoAuthority(clock=system_clock).root.certificate

    with serve(DemoAuthority(clock=system_clock)) as url:
        authority = HttpAuthority(url, roots=[stranger], clock=system_clock)
        with pytest.raises(TsaUnavailable, match="does not lead to the given root"):
            authority.stamp(MESSAGE)


@pytest.mark.network
def test_without_a_root_a_stamp_is_taken_and_proves_nothing_yet() -> None:
    with serve(DemoAuthority(clock=system_clock)) as url:
        stamp = HttpAuthority(url, roots=[], clock=system_clock).stamp(MESSAGE)

    assert not stamp.is_authority_checked


@pytest.mark.network
def test_a_token_ahead_of_this_clock_is_not_taken() -> None:
    def soon() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=6)

    demo = DemoAuthority(clock=soon)
    with serve(demo) as url:
        authority = HttpAuthority(url, roots=[demo.root.certificate], clock=system_clock)
        with pytest.raises(TsaUnavailable, match="ahead of this computer's clock"):
            authority.stamp(MESSAGE)


def test_five_minutes_ahead_are_forgiven_and_no_more(subject: Subject) -> None:
    stamp = subject.authority.stamp(MESSAGE)
    token = read_token(stamp.response, stamp.request, MESSAGE, what="token")

    assert not ahead_of(token, token.gen_time - timedelta(minutes=5))
    assert ahead_of(token, token.gen_time - timedelta(minutes=5, seconds=1))


@needs_openssl
@pytest.mark.openssl
def test_a_reply_of_openssl_with_its_chain_is_unsorted_and_taken(tmp_path: Path) -> None:
    from asn1crypto import tsp

    from evidencekit.proof.rfc3161 import build_request, plain_response

    tsa = make_openssl_tsa(tmp_path / "tsa")
    request = build_request(MESSAGE, nonce=1 << 127)
    reply = tsa.answer(request)

    token = read_token(plain_response(reply), request, MESSAGE, what="token")

    sent = tsp.TimeStampResp.load(reply)["time_stamp_token"]["content"]["certificates"]
    encoded = [choice.dump() for choice in sent]
    assert len(encoded) == 3
    assert encoded != sorted(encoded)
    assert judge_certificate(token.signer, token.others, [tsa.root], at=token.gen_time).trust is (
        Trust.PATH
    )


@needs_openssl
@pytest.mark.openssl
def test_an_ess_cert_id_with_sha1_still_binds_the_signer(tmp_path: Path) -> None:
    from evidencekit.proof.rfc3161 import build_request, plain_response

    tsa = make_openssl_tsa(tmp_path / "tsa", ess="sha1")
    request = build_request(MESSAGE, nonce=1 << 127)

    token = read_token(plain_response(tsa.answer(request)), request, MESSAGE, what="token")

    assert "stamper" in token.signer.subject.rfc4514_string()
