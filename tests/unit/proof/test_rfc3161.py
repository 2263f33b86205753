"""Timestamps: what openssl and rfc3161-client take of ours, and what we refuse of theirs."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from shutil import which

import pytest
import rfc3161_client
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidencekit.demo.authority import DemoAuthority, Identity, make_root, make_stamper, sign_token
from evidencekit.errors import EvidenceDoubted
from evidencekit.proof.certificates import Trust, judge_certificate, unexplained
from evidencekit.proof.rfc3161 import (
    NotAnAuthority,
    OtherImprint,
    Token,
    ahead_of,
    build_request,
    plain_response,
    read_token,
)
from tests.tools.fakes import START, FixedClock
from tests.tools.flips import flipped
from tests.tools.forging import (
    exchange,
    issue,
    issue_stamper,
    response,
    statement,
    with_certificates,
)

MESSAGE = b"the bytes of manifest.p7s"
NONCE = 0xFEDCBA9876543210
YEAR = timedelta(days=365)
ROOT_NAME = "evidencekit demo root - not for evidence"
needs_openssl = pytest.mark.skipif(which("openssl") is None, reason="no openssl command")


@lru_cache
def authority() -> DemoAuthority:
    return DemoAuthority(clock=FixedClock())


def sound() -> tuple[bytes, bytes]:
    request = build_request(MESSAGE, nonce=NONCE)
    return plain_response(authority().answer(request)), request


def read(reply: bytes, request: bytes) -> Token:
    return read_token(reply, request, MESSAGE, what="token")


def judge(token: Token, root: Identity | None = None) -> Trust:
    anchor = (root or authority().root).certificate
    return judge_certificate(token.signer, token.others, [anchor], at=token.gen_time).trust


def refuse(reply: bytes, request: bytes) -> str:
    with pytest.raises(EvidenceDoubted) as caught:
        read(reply, request)
    return caught.value.message


def test_a_demo_token_is_read_and_leads_to_its_root() -> None:
    token = read(*sound())

    assert token.gen_time == START
    assert judge(token) is Trust.PATH


@needs_openssl
@pytest.mark.openssl
def test_openssl_verifies_demo_tokens(tmp_path: Path) -> None:
    from evidencekit.files.clock import system_clock

    demo = DemoAuthority(clock=system_clock)
    request = build_request(MESSAGE, nonce=NONCE)
    (tmp_path / "tsr").write_bytes(plain_response(demo.answer(request)))
    (tmp_path / "tsq").write_bytes(request)
    (tmp_path / "data").write_bytes(MESSAGE)
    (tmp_path / "root.pem").write_bytes(demo.root.pem)

    for against in (["-data", "data"], ["-queryfile", "tsq"]):
        subprocess.run(
            ["openssl", "ts", "-verify", *against, "-in", "tsr", "-CAfile", "root.pem"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )


@needs_openssl
@pytest.mark.openssl
def test_openssl_overlooks_what_an_authority_above_the_signer_is_limited_to(
    tmp_path: Path,
) -> None:
    """Said in proof/certificates.py: the same chain leads to nothing here."""
    from evidencekit.files.clock import system_clock

    now = system_clock().replace(microsecond=0)
    life = (now - YEAR / 2, now + YEAR / 2)
    root = issue("root", constraints=x509.BasicConstraints(ca=True, path_length=1), valid=life)
    stamper, between = issue_stamper(root, [ExtendedKeyUsageOID.SERVER_AUTH], valid=life)
    reply, request = exchange(MESSAGE, stamper, between, gen_time=now)
    (tmp_path / "tsr").write_bytes(reply)
    (tmp_path / "data").write_bytes(MESSAGE)
    (tmp_path / "root.pem").write_bytes(root.pem)

    assert judge(read(reply, request), root) is Trust.UNKNOWN
    subprocess.run(
        ["openssl", "ts", "-verify", "-data", "data", "-in", "tsr", "-CAfile", "root.pem"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )


def test_a_second_witness_accepts_demo_tokens() -> None:
    reply, _ = sound()
    parsed = rfc3161_client.decode_timestamp_response(reply)
    builder = rfc3161_client.VerifierBuilder()
    builder = builder.add_root_certificate(authority().root.certificate)

    assert builder.nonce(NONCE).build().verify_message(parsed, MESSAGE)


def unnoticed(reply: bytes, request: bytes, *, which_part: str) -> list[int]:
    """Return places where a change leaves a token that a careful reader would still believe."""
    places = []
    for at, changed in flipped(reply if which_part == "reply" else request):
        try:
            token = read(*((changed, request) if which_part == "reply" else (reply, changed)))
        except EvidenceDoubted:
            continue
        verified = judge_certificate(
            token.signer, token.others, [authority().root.certificate], at=token.gen_time
        )
        if verified.trust is Trust.PATH and not unexplained(token.others, verified.path):
            places.append(at)
    return places


@pytest.mark.parametrize("which_part", ["reply", "request"])
def test_no_byte_of_an_exchange_can_change_unnoticed(which_part: str) -> None:
    assert unnoticed(*sound(), which_part=which_part) == []


def test_no_beginning_of_a_token_is_one() -> None:
    reply, request = sound()
    for size in range(len(reply)):
        refuse(reply[:size], request)


def test_bytes_after_the_end_are_refused() -> None:
    reply, request = sound()

    assert "bytes after its end" in refuse(reply + b"\0", request)


def test_a_token_over_other_bytes_names_the_imprint_that_it_has() -> None:
    reply, request = sound()

    with pytest.raises(OtherImprint) as caught:
        read_token(reply, request, b"other", what="token")

    import hashlib

    assert caught.value.imprint == hashlib.sha256(MESSAGE).digest()


def test_another_nonce_than_asked_for_is_refused() -> None:
    reply, _ = sound()

    assert "nonce" in refuse(reply, build_request(MESSAGE, nonce=NONCE + 1))


def test_a_token_without_nonce_is_refused() -> None:
    told = statement(MESSAGE, nonce=None, gen_time=START)

    assert "nonce" in refuse(response(told, authority().signer), sound()[1])


def test_a_nonce_that_can_be_guessed_is_refused() -> None:
    reply, request = exchange(MESSAGE, authority().signer, nonce=7)

    assert "nonce" in refuse(reply, request)


def test_another_policy_than_asked_for_is_refused() -> None:
    reply, _ = sound()
    asked = build_request(MESSAGE, nonce=NONCE, policy="1.2.3.4")

    assert "policy" in refuse(reply, asked)


def test_a_policy_that_was_asked_for_is_read() -> None:
    request = build_request(MESSAGE, nonce=NONCE, policy="1.2.3.4")

    assert read(plain_response(authority().answer(request)), request).policy == "1.2.3.4"


def test_a_request_that_did_not_ask_for_certificates_is_refused() -> None:
    reply, request = sound()
    asked = tsp.TimeStampReq.load(request)
    asked["cert_req"] = False

    assert "asked something else" in refuse(reply, asked.dump(force=True))


def test_an_imprint_by_sha1_is_refused() -> None:
    told = statement(MESSAGE, nonce=NONCE, gen_time=START, algorithm="sha1")

    assert "sha1 is not accepted" in refuse(response(told, authority().signer), sound()[1])


def stamper(*usages: x509.ObjectIdentifier, is_critical: bool = True) -> Identity:
    usage = [(x509.ExtendedKeyUsage(usages), is_critical)] if usages else []
    return issue(
        "stamper",
        by=authority().root,
        constraints=x509.BasicConstraints(ca=False, path_length=None),
        extensions=usage,
        valid=(START - YEAR, START + YEAR),
    )


@pytest.mark.parametrize(
    "signer",
    [
        pytest.param(stamper, id="none"),
        pytest.param(lambda: stamper(ExtendedKeyUsageOID.EMAIL_PROTECTION), id="email"),
        pytest.param(
            lambda: stamper(
                ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION
            ),
            id="two",
        ),
        pytest.param(
            lambda: stamper(ExtendedKeyUsageOID.TIME_STAMPING, is_critical=False), id="uncritical"
        ),
        pytest.param(
            lambda: make_stamper(
                authority().root, "x", at=START, usages=(ExtendedKeyUsageOID.CODE_SIGNING,)
            ),
            id="code",
        ),
    ],
)
def test_a_signer_that_is_not_for_timestamping_alone_is_no_authority(signer: object) -> None:
    assert callable(signer)
    reply, request = exchange(MESSAGE, signer())

    with pytest.raises(NotAnAuthority):
        read(reply, request)


def test_a_root_that_only_looks_alike_is_unknown() -> None:
    double = make_root(ROOT_NAME, at=START)
    reply, request = exchange(MESSAGE, make_stamper(double, "stamper", at=START))

    assert judge(read(reply, request)) is Trust.UNKNOWN


def test_a_signer_expired_since_then_leads_to_its_root_at_that_time() -> None:
    then = START - 2 * YEAR
    demo = DemoAuthority(clock=FixedClock(then))
    request = build_request(MESSAGE, nonce=NONCE)
    token = read(plain_response(demo.answer(request)), request)

    assert judge(token, demo.root) is Trust.PATH
    late = judge_certificate(token.signer, token.others, [demo.root.certificate], at=START)
    assert late.trust is Trust.EXPIRED


def test_a_time_outside_the_life_of_the_signer_does_not_lead_to_its_root() -> None:
    reply, request = exchange(MESSAGE, authority().signer, gen_time=START + 2 * YEAR)

    assert judge(read(reply, request)) is Trust.EXPIRED


def test_a_time_ahead_of_the_clock_is_told() -> None:
    reply, request = exchange(MESSAGE, authority().signer, gen_time=START + timedelta(minutes=6))

    assert ahead_of(read(reply, request), START)


def test_a_signature_by_another_key_than_the_certificate_says_is_false() -> None:
    from dataclasses import replace

    mixed = replace(authority().signer, key=make_root("x", at=START).key)
    reply, request = exchange(MESSAGE, mixed)

    assert "signature is false" in refuse(reply, request)


def wrapped(status: dict[str, object]) -> bytes:
    token = sign_token(statement(MESSAGE, nonce=NONCE, gen_time=START), authority().signer)
    encoded: bytes = tsp.TimeStampResp({"status": status, "time_stamp_token": token}).dump()
    return encoded


def test_free_text_in_the_wrapper_is_refused_when_kept_and_dropped_when_received() -> None:
    received = wrapped({"status": "granted", "status_string": ["Operation Okay"]})
    request = sound()[1]

    assert "wrapper" in refuse(received, request)
    assert b"Okay" not in plain_response(received)
    read(plain_response(received), request)


@pytest.mark.parametrize("status", ["granted_with_mods", "rejection", "waiting"])
def test_a_response_that_grants_less_is_refused_with_the_words_of_the_authority(
    status: str,
) -> None:
    received = wrapped({"status": status, "status_string": ["not today"]})

    with pytest.raises(EvidenceDoubted, match="not today"):
        plain_response(received)


# PKIStatusInfo { rejection, "bad request" }, and no token, as RFC 3161 §2.4.2 has it.
REJECTED = core.Sequence(
    contents=core.Sequence(
        contents=bytes.fromhex("020102")
        + core.Sequence(contents=core.UTF8String("bad request").dump()).dump()
    ).dump()
).dump()


def test_a_rejection_without_a_token_is_refused() -> None:
    with pytest.raises(EvidenceDoubted):
        plain_response(REJECTED)


def test_a_rejection_without_a_token_is_told_in_the_words_of_the_authority() -> None:
    with pytest.raises(EvidenceDoubted, match="bad request"):
        plain_response(REJECTED)


def test_a_grant_without_a_token_is_refused() -> None:
    with pytest.raises(EvidenceDoubted):
        plain_response(bytes.fromhex("30053003020100"))
    with pytest.raises(EvidenceDoubted):
        read(bytes.fromhex("30053003020100"), sound()[1])


@pytest.mark.parametrize("garbage", [b"", b"<html>busy</html>", b"\x30\x00", b"\x30\x80\x00\x00"])
def test_what_is_no_response_is_refused(garbage: bytes) -> None:
    with pytest.raises(EvidenceDoubted):
        plain_response(garbage)


def test_unsigned_attributes_are_refused() -> None:
    token = sign_token(statement(MESSAGE, nonce=NONCE, gen_time=START), authority().signer)
    info = token["content"]["signer_infos"][0]
    info["unsigned_attrs"] = [{"type": "1.2.3.4", "values": [core.Null()]}]
    signed = cms.ContentInfo.load(token.dump(force=True))
    received = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": signed})

    assert "nobody signed" in refuse(plain_response(received.dump()), sound()[1])


def test_a_year_that_no_calendar_has_is_refused() -> None:
    told = statement(MESSAGE, nonce=NONCE, gen_time=START)
    never = told.replace(b"20261121093000Z", b"00001121093000Z")

    assert never != told
    refuse(response(never, authority().signer), sound()[1])


def padded_to_0x80(make: Callable[[int], bytes]) -> bytes:
    """Return what ``make`` makes at a padding that leaves a DER length whose last byte is 0x80."""
    paddings = (padding for _again in range(8) for padding in range(240))  # signatures vary too
    return next(made for made in map(make, paddings) if made[3] == 0x80 and made[1] == 0x82)


def test_a_token_is_kept_byte_for_byte_whatever_its_length() -> None:
    told = statement(MESSAGE, nonce=NONCE, gen_time=START)

    def unsorted(padding: int) -> bytes:
        lengths = [min(60, max(1, padding - 60 * number)) for number in range(4)]
        extra = [issue("x" * size, valid=(START, START + YEAR)).certificate for size in lengths]
        own = authority().signer.certificate.public_bytes(Encoding.DER)
        listed = [own, *(item.public_bytes(Encoding.DER) for item in extra)]
        listed.sort(reverse=True)
        return with_certificates(sign_token(told, authority().signer).dump(), own, b"".join(listed))

    token = padded_to_0x80(unsorted)
    received = core.Sequence(contents=bytes.fromhex("3003020100") + token).dump()

    assert token in plain_response(received)
