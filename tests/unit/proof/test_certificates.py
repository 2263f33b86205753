"""Where a certificate leads, for a reader who names the anchors."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from evidencekit.demo.authority import Identity
from evidencekit.errors import BadInput
from evidencekit.proof.certificates import Trust, fingerprint, judge_certificate, load_anchors
from tests.tools.fakes import START
from tests.tools.forging import issue, issue_stamper

YEAR = timedelta(days=365)
LIFE = (START - YEAR, START + YEAR)
CA = x509.BasicConstraints(ca=True, path_length=None)
LAST_CA = x509.BasicConstraints(ca=True, path_length=0)
END = x509.BasicConstraints(ca=False, path_length=None)
CODE = ExtendedKeyUsageOID.CODE_SIGNING
USAGE_WITHOUT_SIGNING_CERTIFICATES = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@pytest.fixture(scope="module")
def root() -> Identity:
    return issue("root", constraints=CA, valid=LIFE)


def judge(
    leaf: Identity, *others: Identity, anchors: list[Identity], at: datetime = START
) -> Trust:
    return judge_certificate(
        leaf.certificate,
        [item.certificate for item in others],
        [item.certificate for item in anchors],
        at=at,
    ).trust


def test_a_certificate_that_the_reader_names_is_pinned() -> None:
    leaf = issue("signer", constraints=END, valid=LIFE)

    assert judge(leaf, anchors=[leaf]) is Trust.PINNED


def test_a_pinned_certificate_expires_all_the_same() -> None:
    leaf = issue("signer", constraints=END, valid=LIFE)

    assert judge(leaf, anchors=[leaf], at=START + 2 * YEAR) is Trust.EXPIRED
    assert judge(leaf, anchors=[leaf], at=START - 2 * YEAR) is Trust.EXPIRED


def test_a_certificate_under_a_named_authority_is_on_a_path(root: Identity) -> None:
    between = issue("between", by=root, constraints=LAST_CA, valid=LIFE)
    leaf = issue("signer", by=between, constraints=END, valid=LIFE)

    assert judge(leaf, between, anchors=[root]) is Trust.PATH


def test_a_path_outside_its_time_is_expired(root: Identity) -> None:
    leaf = issue("signer", by=root, constraints=END, valid=(START - YEAR, START))

    assert judge(leaf, anchors=[root], at=START + timedelta(days=1)) is Trust.EXPIRED


def test_an_authority_expired_before_its_certificate_makes_it_expired() -> None:
    short = issue("short", constraints=CA, valid=(START - YEAR / 2, START))
    leaf = issue("signer", by=short, constraints=END, valid=LIFE)

    assert judge(leaf, anchors=[short], at=START - timedelta(days=1)) is Trust.PATH
    assert judge(leaf, anchors=[short], at=START + timedelta(days=1)) is Trust.EXPIRED


def test_nothing_named_means_nothing_known(root: Identity) -> None:
    leaf = issue("signer", by=root, constraints=END, valid=LIFE)

    assert judge(leaf, root, anchors=[]) is Trust.UNKNOWN


def test_a_root_that_came_along_is_never_an_anchor(root: Identity) -> None:
    own = issue("own root", constraints=CA, valid=LIFE)
    leaf = issue("signer", by=own, constraints=END, valid=LIFE)

    assert judge(leaf, own, anchors=[root]) is Trust.UNKNOWN


def test_a_root_of_the_same_name_with_another_key_is_another_root(root: Identity) -> None:
    double = issue("root", constraints=CA, valid=LIFE)
    leaf = issue("signer", by=double, constraints=END, valid=LIFE)

    assert judge(leaf, double, anchors=[root]) is Trust.UNKNOWN


def test_a_signer_cannot_issue_further_signers(root: Identity) -> None:
    honest = issue("honest signer", by=root, constraints=END, valid=LIFE)
    forged = issue("forged signer", by=honest, constraints=END, valid=LIFE)

    assert judge(forged, honest, anchors=[root]) is Trust.UNKNOWN


def test_a_certificate_without_basic_constraints_cannot_issue(root: Identity) -> None:
    honest = issue("honest signer", by=root, valid=LIFE)
    forged = issue("forged signer", by=honest, constraints=END, valid=LIFE)

    assert judge(forged, honest, anchors=[root]) is Trust.UNKNOWN


def test_an_authority_cannot_go_deeper_than_its_path_length(root: Identity) -> None:
    last = issue("last", by=root, constraints=LAST_CA, valid=LIFE)
    further = issue("further", by=last, constraints=CA, valid=LIFE)
    leaf = issue("signer", by=further, constraints=END, valid=LIFE)

    assert judge(leaf, further, last, anchors=[root]) is Trust.UNKNOWN


def test_an_authority_whose_key_usage_forbids_it_cannot_issue(root: Identity) -> None:
    between = issue(
        "between",
        by=root,
        constraints=CA,
        extensions=[(USAGE_WITHOUT_SIGNING_CERTIFICATES, True)],
        valid=LIFE,
    )
    leaf = issue("signer", by=between, constraints=END, valid=LIFE)

    assert judge(leaf, between, anchors=[root]) is Trust.UNKNOWN


@pytest.mark.parametrize(
    "usages",
    [[ExtendedKeyUsageOID.SERVER_AUTH], [ExtendedKeyUsageOID.OCSP_SIGNING, CODE]],
    ids=["tls", "two-others"],
)
def test_an_authority_limited_to_other_usages_cannot_vouch_for_a_timestamp_authority(
    root: Identity, usages: list[ObjectIdentifier]
) -> None:
    stamper, between = issue_stamper(root, usages, valid=LIFE)

    assert judge(stamper, between, anchors=[root]) is Trust.UNKNOWN


@pytest.mark.parametrize(
    "usages",
    [
        None,
        [ExtendedKeyUsageOID.TIME_STAMPING],
        [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
        [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.TIME_STAMPING],
    ],
    ids=["none", "timestamping", "any", "among-others"],
)
def test_an_authority_whose_usages_allow_it_vouches_for_a_timestamp_authority(
    root: Identity, usages: list[ObjectIdentifier] | None
) -> None:
    stamper, between = issue_stamper(root, usages, valid=LIFE)

    assert judge(stamper, between, anchors=[root]) is Trust.PATH


def test_an_authority_that_the_reader_names_itself_is_not_restricted(root: Identity) -> None:
    stamper, between = issue_stamper(root, [ExtendedKeyUsageOID.SERVER_AUTH], valid=LIFE)

    assert judge(stamper, anchors=[between]) is Trust.PATH


def test_usages_of_an_authority_do_not_touch_signers_of_documents(root: Identity) -> None:
    tls = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    between = issue("tls", by=root, constraints=CA, extensions=[(tls, False)], valid=LIFE)
    leaf = issue("signer", by=between, constraints=END, valid=LIFE)

    assert judge(leaf, between, anchors=[root]) is Trust.PATH


def test_an_unknown_critical_extension_breaks_the_path(root: Identity) -> None:
    odd = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    leaf = issue("signer", by=root, constraints=END, extensions=[(odd, True)], valid=LIFE)

    assert judge(leaf, anchors=[root]) is Trust.UNKNOWN


def test_an_end_entity_as_anchor_vouches_for_itself_only(root: Identity) -> None:
    pinned = issue("pinned", constraints=END, valid=LIFE)
    forged = issue("forged", by=pinned, constraints=END, valid=LIFE)

    assert judge(forged, pinned, anchors=[pinned]) is Trust.UNKNOWN


def test_a_file_without_a_certificate_gives_no_anchors() -> None:
    with pytest.raises(BadInput, match=r"trust\.pem"):
        load_anchors(b"no PEM", what="trust.pem")


def test_anchors_are_all_certificates_of_a_file(root: Identity) -> None:
    other = issue("other", constraints=CA, valid=LIFE)

    assert load_anchors(root.pem + other.pem, what="trust.pem") == (
        root.certificate,
        other.certificate,
    )


def test_a_fingerprint_reads_as_openssl_prints_it(root: Identity) -> None:
    printed = fingerprint(root.certificate)

    assert len(printed.split(":")) == 32
    assert printed == printed.upper()
