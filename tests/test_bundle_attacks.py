"""What an enemy of the evidence can do to a bundle, and what the verifier says to it.

The rows of docs/format/bundle.md §5 have their tests here, those of §5.6 in tests/unit/verify, the
shape of a zip in tests/unit/verify/test_zip.py. A forger may make every list anew; what he
lacks is the signer's key, the device key and a trusted authority. Where a test asks what a seal or
the ledger alone would notice, the lists are made anew and the documents left unsigned, which by
itself is no worse than INDETERMINATE, or signed again by the true signer.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidencekit.demo.authority import make_stamper
from evidencekit.errors import FormatUnreadable
from evidencekit.model.json import Json
from evidencekit.model.report import Report, Verdict
from evidencekit.proof.cms import sign_detached
from evidencekit.seal.signer import FileSigner
from evidencekit.store.writer import open_writer
from tests.tools.builders import ACTOR, Built, a_device, a_signer, certificate_of
from tests.tools.bundles import (
    Files,
    Handed,
    a_bundle,
    a_small_case,
    edited,
    flipped_at,
    handed,
    joined,
    lines_of,
    pem_of,
    relisted,
    resigned,
    signer_of,
    stamped_files,
    unsigned,
    verdicts,
)
from tests.tools.fakes import START, FakeAuthority, FixedClock
from tests.tools.forging import exchange, issue, issue_stamper, signed_with

NOTE, PICTURE = "data/a2-2.txt", "data/a2-3.jpg"
LIST, SIGNED = "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s"
MANIFEST, SIGNATURE = "seal/0001/manifest.json", "seal/0001/manifest.p7s"
TOKEN, QUERY = f"{SIGNATURE}.1.tsr", f"{SIGNATURE}.1.tsq"
LEDGER, BODIES = "ledger.jsonl", "ledger-bodies.jsonl"
YEARS = timedelta(days=4 * 365)
"""Longer than a certificate of ours is valid."""
VALID = (START - timedelta(days=30), START + timedelta(days=365))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def undated(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    return a_bundle(tmp_path_factory.mktemp("undated"), stamped=False)


@pytest.fixture(scope="module")
def stranger() -> FileSigner:
    """Another key with a certificate of the same name as the true signer's."""
    return a_signer()


def by_true_signer(bundle: Handed, files: Files) -> Files:
    """Sign the lists again, so that only what lies deeper can be false."""
    return resigned(files, bundle.built.signer, bundle.built.authority)


def found_at(report: Report, path: str) -> Verdict:
    return max((c.consequence for c in report.checks if c.path == path), default=Verdict.VALID)


# What has to be VALID


def test_bundle_as_exported_is_valid_and_its_time_is_proven(bundle: Handed) -> None:
    report = bundle.judged()
    assert report.verdict is Verdict.VALID
    assert report.proven_at == START


def test_bundle_without_tokens_is_valid_and_its_time_is_not_proven(undated: Handed) -> None:
    report = undated.judged()
    assert (report.verdict, report.time_proven) == (Verdict.VALID, False)


def test_reader_who_requires_a_time_does_not_get_valid_without_one(undated: Handed) -> None:
    assert undated.judged(require_time=True).verdict is Verdict.INDETERMINATE


def test_reader_who_requires_a_time_gets_valid_with_one(bundle: Handed) -> None:
    assert bundle.judged(require_time=True).verdict is Verdict.VALID


# Payload


@pytest.mark.parametrize(
    "change",
    [lambda data: flipped_at(data, 0), lambda data: data[:-1], lambda data: data + b"\0"],
    ids=["flipped", "truncated", "grown"],
)
def test_changed_payload_is_invalid_and_named(
    bundle: Handed, change: Callable[[bytes], bytes]
) -> None:
    report = bundle.judged(bundle.having({PICTURE: change(bundle.files[PICTURE])}))
    assert report.verdict is Verdict.INVALID
    assert found_at(report, PICTURE) is Verdict.INVALID


def test_missing_payload_is_incomplete_and_named(bundle: Handed) -> None:
    report = bundle.judged(bundle.without(NOTE))
    assert report.verdict is Verdict.INCOMPLETE
    assert found_at(report, NOTE) is Verdict.INCOMPLETE


def test_missing_report_is_incomplete(bundle: Handed) -> None:
    assert bundle.judged(bundle.without("report/report.html")).verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize(
    "path",
    ["data/a9-1.txt", "data/.hidden", "data/.DS_Store", "data/sub/x.txt", ".hidden", "ca.pem",
     "seal/0001/extra", "metadata/a2-2.json", "data/._note.txt", "report/.DS_Store.html"],
)  # fmt: skip
def test_file_that_no_list_names_is_invalid(bundle: Handed, path: str) -> None:
    report = bundle.judged(bundle.having({path: b"slipped in"}))
    assert report.verdict is Verdict.INVALID
    assert found_at(report, path) is Verdict.INVALID


@pytest.mark.parametrize("path", [".DS_Store", "report/Thumbs.db", "desktop.ini", "seal/._0001"])
def test_leftover_of_a_system_is_noted_and_changes_no_verdict(bundle: Handed, path: str) -> None:
    report = bundle.judged(bundle.having({path: b"leftover"}))
    assert report.verdict is Verdict.VALID
    assert [check.path for check in report.checks if check.name == "foreign-file"] == [path]


def test_artifact_listed_twice_under_two_extensions_is_invalid(bundle: Handed) -> None:
    files = by_true_signer(bundle, bundle.having({"data/a2-2.html": b"another note"}))
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_payload_that_the_ledger_does_not_know_is_invalid_though_listed(bundle: Handed) -> None:
    files = by_true_signer(bundle, bundle.having({"data/a9-1.txt": b"planted"}))
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_payload_taken_out_of_the_list_too_is_incomplete(bundle: Handed) -> None:
    files = by_true_signer(bundle, bundle.without(NOTE))
    assert bundle.judged(files).verdict is Verdict.INCOMPLETE


def test_metadata_record_exchanged_is_invalid_though_listed(bundle: Handed) -> None:
    path = "metadata/a2-3.json"
    files = by_true_signer(bundle, bundle.having({path: flipped_at(bundle.files[path], -9)}))
    assert found_at(bundle.judged(files), path) is Verdict.INVALID


# Lists and documents


def test_white_space_in_the_sealed_manifest_is_invalid(bundle: Handed) -> None:
    files = bundle.having({MANIFEST: bundle.files[MANIFEST].replace(b'"seal":1', b'"seal": 1')})
    assert bundle.judged(by_true_signer(bundle, files)).verdict is Verdict.INVALID


def test_white_space_in_the_list_is_invalid(bundle: Handed) -> None:
    files = bundle.having({LIST: bundle.files[LIST] + b"\n"})
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_removed_signature_of_the_documents_is_invalid(bundle: Handed) -> None:
    report = bundle.judged(bundle.without(SIGNED, f"{SIGNED}.1.tsr", f"{SIGNED}.1.tsq"))
    assert report.verdict is Verdict.INVALID
    assert found_at(report, SIGNED) is Verdict.INVALID


def test_removed_signature_with_the_statement_rewritten_is_no_better_than_indeterminate(
    bundle: Handed,
) -> None:
    assert bundle.judged(unsigned(bundle.files)).verdict is Verdict.INDETERMINATE


def test_statement_alone_rewritten_is_invalid(bundle: Handed) -> None:
    about = edited(bundle.files["bundle.json"], signed=False)
    files = bundle.without(SIGNED, f"{SIGNED}.1.tsr", f"{SIGNED}.1.tsq")
    assert bundle.judged({**files, "bundle.json": about}).verdict is Verdict.INVALID


def test_documents_exported_unsigned_are_indeterminate(tmp_path: Path) -> None:
    assert a_bundle(tmp_path, is_signed=False).judged().verdict is Verdict.INDETERMINATE


def test_token_left_behind_by_a_removed_signature_is_no_signature(bundle: Handed) -> None:
    assert bundle.judged(bundle.without(SIGNED)).verdict is Verdict.INVALID


def test_token_of_the_documents_taken_away_shows_only_when_the_signer_has_expired(
    bundle: Handed,
) -> None:
    """Said in docs/explanation/threat-model.md: no list can name what stands over the list."""
    files = bundle.without(f"{SIGNED}.1.tsr", f"{SIGNED}.1.tsq")
    assert bundle.judged(files).verdict is Verdict.VALID
    late = bundle.judged(files, now=START + YEARS)
    assert verdicts(late) == {"documents-signer": Verdict.INDETERMINATE}


def test_token_without_its_predecessor_is_invalid(bundle: Handed) -> None:
    found = bundle.without(f"{SIGNED}.1.tsr", f"{SIGNED}.1.tsq")
    found[f"{SIGNED}.2.tsr"] = bundle.files[f"{SIGNED}.1.tsr"]
    assert bundle.judged(found).verdict is Verdict.INVALID


def test_signature_over_other_content_is_invalid(bundle: Handed) -> None:
    other = signed_with(b"something else", bundle.built.signer)
    assert bundle.judged(bundle.having({SIGNED: other})).verdict is Verdict.INVALID


def test_seal_signature_over_other_content_is_invalid(bundle: Handed) -> None:
    other = signed_with(b"something else", bundle.built.signer)
    files = by_true_signer(bundle, bundle.having({SIGNATURE: other}))
    assert found_at(bundle.judged(files), SIGNATURE) is Verdict.INVALID


def test_removed_seal_signature_is_invalid_though_relisted(bundle: Handed) -> None:
    files = by_true_signer(bundle, bundle.without(SIGNATURE))
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_list_of_digests_in_another_order_is_invalid(bundle: Handed) -> None:
    lines = lines_of(bundle.files[LIST])
    files = bundle.having({LIST: joined(lines[::-1])})
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_list_with_a_path_twice_is_invalid(bundle: Handed) -> None:
    lines = lines_of(bundle.files["manifest-sha256.txt"])
    again = b"0" * 64 + lines[0][64:]
    files = bundle.having({"manifest-sha256.txt": joined([lines[0], again, *lines[1:]])})
    assert bundle.judged(files).verdict is Verdict.INVALID


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/passwd", "a//b", "./x", "C:\\x"])
def test_list_that_names_a_path_outside_is_refused(bundle: Handed, path: str) -> None:
    lines = lines_of(bundle.files[LIST])
    listed = sorted([*lines, b"0" * 64 + b"  " + path.encode()], key=lambda line: line[66:])
    files = bundle.having({LIST: joined(listed)})
    assert bundle.judged(files).verdict is Verdict.REFUSED


def test_bundle_that_asks_to_fetch_files_is_refused(bundle: Handed) -> None:
    files = bundle.having({"fetch.txt": b"http://example.org/x 1 data/a2-9.txt\n"})
    assert bundle.judged(files).verdict is Verdict.REFUSED


def test_two_names_that_differ_in_case_only_are_refused(bundle: Handed) -> None:
    files = bundle.having({"data/A2-2.txt": bundle.files[NOTE]})
    assert bundle.judged(files).verdict is Verdict.REFUSED


def test_no_files_at_all_are_incomplete(bundle: Handed) -> None:
    assert bundle.judged({}).verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize(
    "text",
    [b'\xef\xbb\xbf{"a":1}', b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a":1.5}', b"[]", b"", b"{" * 9999],
    ids=["mark", "key-twice", "nan", "fraction", "array", "empty", "deep"],
)
def test_statement_that_is_not_canonical_json_is_invalid(bundle: Handed, text: bytes) -> None:
    files = by_true_signer(bundle, bundle.having({"bundle.json": text}))
    assert bundle.judged(files).verdict is Verdict.INVALID


@pytest.mark.parametrize(
    "changed",
    [{"seal": 2}, {"ledger": 3}, {"case": "0" * 32}, {"shown": 2}],
    ids=lambda item: next(iter(item)),
)
def test_statement_that_disagrees_with_what_is_there_is_invalid(
    bundle: Handed, changed: dict[str, Json]
) -> None:
    about = edited(bundle.files["bundle.json"], **changed)
    files = by_true_signer(bundle, bundle.having({"bundle.json": about}))
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_statement_of_more_artifacts_than_there_are_is_incomplete(bundle: Handed) -> None:
    about = edited(bundle.files["bundle.json"], shown=4)
    files = by_true_signer(bundle, bundle.having({"bundle.json": about}))
    assert bundle.judged(files).verdict is Verdict.INCOMPLETE


# Versions that this release does not read


def test_newer_major_of_the_bundle_is_unreadable_and_not_called_forged(bundle: Handed) -> None:
    about = edited(bundle.files["bundle.json"], format="evidencekit/bundle/2")
    files = by_true_signer(bundle, bundle.having({"bundle.json": about}))
    with pytest.raises(FormatUnreadable) as caught:
        bundle.judged(files)
    assert caught.value.exit_code == 21


def test_newer_major_written_by_nobody_who_signed_is_invalid(bundle: Handed) -> None:
    about = edited(bundle.files["bundle.json"], format="evidencekit/bundle/2")
    assert bundle.judged(bundle.having({"bundle.json": about})).verdict is Verdict.INVALID


def test_newer_major_of_a_manifest_that_the_signer_signed_is_unreadable(bundle: Handed) -> None:
    manifest = edited(bundle.files[MANIFEST], format="evidencekit/manifest/2")
    signature = signed_with(manifest, bundle.built.signer)
    changed = {MANIFEST: manifest, SIGNATURE: signature}
    changed |= stamped_files(SIGNATURE, bundle.built.authority.stamp(signature))
    with pytest.raises(FormatUnreadable):
        bundle.judged(by_true_signer(bundle, bundle.having(changed)))


def test_newer_major_of_a_manifest_under_the_old_signature_is_invalid(bundle: Handed) -> None:
    manifest = edited(bundle.files[MANIFEST], format="evidencekit/manifest/2")
    files = by_true_signer(bundle, bundle.having({MANIFEST: manifest}))
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_other_kind_of_document_in_place_of_the_statement_is_invalid(bundle: Handed) -> None:
    files = by_true_signer(bundle, bundle.having({"bundle.json": bundle.files[MANIFEST]}))
    assert bundle.judged(files).verdict is Verdict.INVALID


# Signers


def test_documents_signed_again_by_a_stranger_are_untrusted(
    bundle: Handed, stranger: FileSigner
) -> None:
    report = bundle.judged(resigned(bundle.files, stranger))
    assert report.verdict is Verdict.UNTRUSTED
    assert verdicts(report) == {"documents-signer": Verdict.UNTRUSTED}


def test_seal_signed_again_by_a_stranger_of_the_same_name_is_untrusted(
    bundle: Handed, stranger: FileSigner
) -> None:
    signature = signed_with(bundle.files[MANIFEST], stranger)
    changed = {SIGNATURE: signature, "seal/0001/chain.pem": pem_of(certificate_of(stranger))}
    changed |= stamped_files(SIGNATURE, bundle.built.authority.stamp(signature))
    report = bundle.judged(by_true_signer(bundle, bundle.having(changed)))
    assert report.verdict is Verdict.UNTRUSTED


def test_reader_who_trusts_nobody_gets_untrusted(bundle: Handed) -> None:
    report = bundle.judged(signers=(), authorities=())
    assert (report.verdict, report.time_proven) == (Verdict.UNTRUSTED, False)


def test_certificates_inside_the_bundle_are_no_ground_for_trust(
    bundle: Handed, stranger: FileSigner
) -> None:
    files = resigned(
        bundle.having({"seal/0001/chain.pem": pem_of(certificate_of(stranger))}), stranger
    )
    assert bundle.judged(files).verdict is Verdict.UNTRUSTED


def test_expired_signer_whose_signatures_are_dated_is_valid_by_the_proven_time(
    bundle: Handed,
) -> None:
    report = bundle.judged(now=START + YEARS)
    assert report.verdict is Verdict.VALID
    assert report.proven_at == START


def test_expired_signer_whose_signatures_are_not_dated_is_indeterminate(undated: Handed) -> None:
    assert undated.judged(now=START + YEARS).verdict is Verdict.INDETERMINATE


def test_expired_signer_with_a_token_over_the_manifest_alone_is_indeterminate(
    undated: Handed,
) -> None:
    old = stamped_files(SIGNATURE, undated.built.authority.stamp(undated.files[MANIFEST]))
    files = resigned(undated.having(old), undated.built.signer, undated.built.authority)
    report = undated.judged(files, now=START + YEARS)
    assert report.verdict is Verdict.INDETERMINATE
    assert verdicts(report)["seal-1-timestamp-1"] is Verdict.INDETERMINATE
    assert not report.time_proven


def test_signer_not_yet_valid_at_the_proven_time_is_indeterminate(bundle: Handed) -> None:
    early = FakeAuthority(clock=FixedClock(START - timedelta(days=200)))
    stamp = early.stamp(bundle.files[SIGNATURE])
    files = by_true_signer(bundle, bundle.having(stamped_files(SIGNATURE, stamp)))
    report = bundle.judged(
        files, authorities=(*bundle.anchors.authorities, early.demo.root.certificate)
    )
    assert report.verdict is Verdict.INDETERMINATE


def test_signer_whose_certificate_is_for_web_servers_is_untrusted(bundle: Handed) -> None:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    server = issue("web server", extensions=[(usage, False)], valid=VALID)
    files = resigned(bundle.files, signer_of(server))
    report = bundle.judged(files, signers=(*bundle.anchors.signers, server.certificate))
    assert verdicts(report) == {"documents-signer": Verdict.UNTRUSTED}


def test_signer_under_an_authority_is_valid_where_nothing_names_revocation(bundle: Handed) -> None:
    files, authority = by_issued_signer(bundle)
    report = bundle.judged(files, signers=(*bundle.anchors.signers, authority))
    assert report.verdict is Verdict.VALID


def test_signer_whose_certificate_names_a_revocation_list_is_indeterminate(bundle: Handed) -> None:
    files, authority = by_issued_signer(bundle, revocable=True)
    report = bundle.judged(files, signers=(*bundle.anchors.signers, authority))
    assert verdicts(report) == {"documents-signer-revocation": Verdict.INDETERMINATE}


def test_pinned_signer_needs_no_revocation_list(bundle: Handed) -> None:
    assert bundle.judged(require_revocation=True).verdict is Verdict.VALID


def test_reader_who_requires_revocation_does_not_get_valid_under_an_authority(
    bundle: Handed,
) -> None:
    files, authority = by_issued_signer(bundle)
    signers = (*bundle.anchors.signers, authority)
    report = bundle.judged(files, signers=signers, require_revocation=True)
    assert report.verdict is Verdict.INDETERMINATE


def by_issued_signer(bundle: Handed, *, revocable: bool = False) -> tuple[Files, x509.Certificate]:
    """Sign the documents by someone whom an authority has certified."""
    authority = issue(
        "agency", constraints=x509.BasicConstraints(ca=True, path_length=None), valid=VALID
    )
    place = x509.UniformResourceIdentifier("http://agency.example/list.crl")
    points = x509.CRLDistributionPoints(
        [
            x509.DistributionPoint(
                full_name=[place], relative_name=None, reasons=None, crl_issuer=None
            )
        ]
    )
    clerk = issue(
        "clerk", by=authority, extensions=[(points, False)] if revocable else [], valid=VALID
    )
    return resigned(bundle.files, signer_of(clerk)), authority.certificate


# Timestamps


def test_token_over_something_else_is_invalid(bundle: Handed) -> None:
    stamp = bundle.built.authority.stamp(b"something else")
    files = by_true_signer(bundle, bundle.having(stamped_files(SIGNATURE, stamp)))
    assert found_at(bundle.judged(files), TOKEN) is Verdict.INVALID


def test_token_of_a_look_alike_authority_is_untrusted(bundle: Handed) -> None:
    double = FakeAuthority(clock=FixedClock())
    assert (
        double.demo.root.certificate.subject == bundle.built.authority.demo.root.certificate.subject
    )
    report = bundle.judged(authorities=(double.demo.root.certificate,))
    assert (report.verdict, report.time_proven) == (Verdict.UNTRUSTED, False)


def test_one_trusted_token_beside_an_unknown_one_suffices(bundle: Handed) -> None:
    unknown = FakeAuthority(clock=FixedClock()).stamp(bundle.files[SIGNATURE])
    second = stamped_files(SIGNATURE, unknown, 2)
    files = by_true_signer(bundle, bundle.having(second))
    report = bundle.judged(files)
    assert (report.verdict, report.time_proven) == (Verdict.VALID, True)


def test_token_from_the_future_is_indeterminate(bundle: Handed) -> None:
    report = bundle.judged(now=START - timedelta(minutes=6))
    assert report.verdict is Verdict.INDETERMINATE
    assert not report.time_proven


def test_clock_a_little_behind_the_authority_does_not_matter(bundle: Handed) -> None:
    assert bundle.judged(now=START - timedelta(minutes=4)).verdict is Verdict.VALID


def test_token_by_a_certificate_that_is_not_for_timestamping_alone_is_untrusted(
    bundle: Handed,
) -> None:
    root = bundle.built.authority.demo.root
    usages = (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    mixed = make_stamper(root, "mixed", at=START, usages=usages)
    response, request = exchange(bundle.files[SIGNATURE], mixed)
    files = by_true_signer(bundle, bundle.having({TOKEN: response, QUERY: request}))
    assert found_at(bundle.judged(files), TOKEN) is Verdict.UNTRUSTED


def test_token_under_an_authority_that_is_limited_to_tls_is_untrusted(bundle: Handed) -> None:
    anyone = x509.BasicConstraints(ca=True, path_length=None)
    root = issue("root of many", constraints=anyone, valid=VALID)
    stamper, between = issue_stamper(root, [ExtendedKeyUsageOID.SERVER_AUTH], valid=VALID)
    response, request = exchange(bundle.files[SIGNATURE], stamper, between)
    files = by_true_signer(bundle, bundle.having({TOKEN: response, QUERY: request}))
    report = bundle.judged(files, authorities=(*bundle.anchors.authorities, root.certificate))
    assert (found_at(report, TOKEN), report.time_proven) == (Verdict.UNTRUSTED, False)


def test_token_without_its_request_is_invalid(bundle: Handed) -> None:
    files = by_true_signer(bundle, bundle.without(QUERY))
    assert found_at(bundle.judged(files), TOKEN) is Verdict.INVALID


def test_token_of_another_request_is_invalid(bundle: Handed) -> None:
    other = bundle.built.authority.stamp(bundle.files[SIGNATURE])
    files = by_true_signer(bundle, bundle.having({QUERY: other.request}))
    assert found_at(bundle.judged(files), TOKEN) is Verdict.INVALID


def test_token_with_a_byte_behind_its_end_is_invalid(bundle: Handed) -> None:
    files = by_true_signer(bundle, bundle.having({TOKEN: bundle.files[TOKEN] + b"\0"}))
    assert found_at(bundle.judged(files), TOKEN) is Verdict.INVALID


def test_early_token_over_another_line_is_invalid(bundle: Handed) -> None:
    other = bundle.built.authority.stamp(b"another line")
    changed = {"heads/2.1.tsr": other.response, "heads/2.1.tsq": other.request}
    files = by_true_signer(bundle, bundle.having(changed))
    assert found_at(bundle.judged(files), "heads/2.1.tsr") is Verdict.INVALID


def test_early_token_over_a_line_that_is_not_there_is_invalid(bundle: Handed) -> None:
    changed = {f"heads/99.1.{end}": bundle.files[f"heads/2.1.{end}"] for end in ("tsr", "tsq")}
    files = by_true_signer(bundle, bundle.having(changed))
    assert bundle.judged(files).verdict is Verdict.INVALID


# Forged as a whole


def test_forged_payload_with_all_lists_made_anew_is_invalid(bundle: Handed) -> None:
    report = bundle.judged(unsigned(bundle.having({NOTE: b"I confess"})))
    assert report.verdict is Verdict.INVALID
    assert verdicts(report)["artifacts"] is Verdict.INVALID


def test_forged_payload_with_the_old_signature_over_new_lists_is_invalid(bundle: Handed) -> None:
    assert bundle.judged(relisted(bundle.having({NOTE: b"I confess"}))).verdict is Verdict.INVALID


def test_forged_payload_signed_by_a_stranger_is_invalid_even_for_whoever_trusts_him(
    bundle: Handed, stranger: FileSigner
) -> None:
    files = resigned(bundle.having({NOTE: b"I confess"}), stranger, bundle.built.authority)
    signers = (*bundle.anchors.signers, certificate_of(stranger))
    assert bundle.judged(files, signers=signers).verdict is Verdict.INVALID


def test_whole_bundle_forged_under_the_signers_name_is_untrusted(
    bundle: Handed, tmp_path: Path
) -> None:
    forged = a_bundle(tmp_path)
    assert (
        certificate_of(forged.built.signer).subject == certificate_of(bundle.built.signer).subject
    )
    assert forged.judged().verdict is Verdict.VALID  # to whoever trusts the forger
    report = bundle.judged(forged.files)
    assert report.verdict is Verdict.UNTRUSTED
    assert not report.time_proven


def test_seal_of_another_case_in_this_bundle_is_invalid(bundle: Handed, tmp_path: Path) -> None:
    built = a_small_case(tmp_path).with_file(b"more", "more.txt").built()
    built = replace(built, signer=bundle.built.signer)
    built.seal(bundle.built.authority)
    other = handed(built)
    foreign = {path: data for path, data in other.files.items() if path.startswith("seal/")}
    report = bundle.judged(by_true_signer(bundle, bundle.having(foreign)))
    assert report.verdict is Verdict.INVALID


# Ledger and bodies


def with_lines(bundle: Handed, path: str, change: Callable[[list[bytes]], list[bytes]]) -> Files:
    changed = joined(change(lines_of(bundle.files[path])))
    return by_true_signer(bundle, bundle.having({path: changed}))


def test_edited_ledger_line_is_invalid(bundle: Handed) -> None:
    def edit(lines: list[bytes]) -> list[bytes]:
        return [lines[0], edited(lines[1], at="2020-01-01T00:00:00.000000Z"), *lines[2:]]

    report = bundle.judged(with_lines(bundle, LEDGER, edit))
    assert report.verdict is Verdict.INVALID
    assert any("line 2" in c.detail for c in report.checks if c.name == "ledger")


def test_ledger_line_taken_out_is_invalid(bundle: Handed) -> None:
    report = bundle.judged(with_lines(bundle, LEDGER, lambda lines: [lines[0], *lines[2:]]))
    assert report.verdict is Verdict.INVALID


def test_ledger_cut_before_the_seal_is_invalid(bundle: Handed) -> None:
    files = bundle.having(
        {
            LEDGER: joined(lines_of(bundle.files[LEDGER])[:1]),
            BODIES: joined(lines_of(bundle.files[BODIES])[:1]),
        }
    )
    assert bundle.judged(by_true_signer(bundle, files)).verdict is Verdict.INVALID


def test_ledger_cut_behind_the_seal_is_invalid_since_the_statement_counts_lines(
    bundle: Handed,
) -> None:
    files = bundle.having(
        {
            LEDGER: joined(lines_of(bundle.files[LEDGER])[:-1]),
            BODIES: joined(lines_of(bundle.files[BODIES])[:-1]),
        }
    )
    assert bundle.judged(by_true_signer(bundle, files)).verdict is Verdict.INVALID


def test_empty_ledger_is_invalid(bundle: Handed) -> None:
    files = bundle.having({LEDGER: b"", BODIES: b""})
    assert bundle.judged(by_true_signer(bundle, files)).verdict is Verdict.INVALID


def test_ledger_line_of_another_case_is_invalid(bundle: Handed, undated: Handed) -> None:
    other = lines_of(undated.files[LEDGER])[1]
    report = bundle.judged(with_lines(bundle, LEDGER, lambda lines: [lines[0], other, *lines[2:]]))
    assert report.verdict is Verdict.INVALID


def test_swapped_bodies_are_invalid(bundle: Handed) -> None:
    files = with_lines(bundle, BODIES, lambda lines: [lines[1], lines[0], *lines[2:]])
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_withheld_body_whose_artifacts_stay_is_invalid(bundle: Handed) -> None:
    files = with_lines(bundle, BODIES, lambda lines: [lines[0], b"null", *lines[2:]])
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_body_withheld_with_everything_that_tells_of_it_is_incomplete(bundle: Handed) -> None:
    lines = lines_of(bundle.files[BODIES])
    changed: Files = {
        BODIES: joined([lines[0], b"null", *lines[2:]]),
        "bundle.json": edited(bundle.files["bundle.json"], shown=0),
    }
    kept = {
        path: data
        for path, data in bundle.having(changed).items()
        if not path.startswith(("data/", "metadata/"))
    }
    assert bundle.judged(by_true_signer(bundle, kept)).verdict is Verdict.INCOMPLETE


def test_body_too_many_is_invalid(bundle: Handed) -> None:
    files = with_lines(bundle, BODIES, lambda lines: [*lines, b"null"])
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_body_too_few_is_invalid(bundle: Handed) -> None:
    files = with_lines(bundle, BODIES, lambda lines: lines[:-1])
    assert bundle.judged(files).verdict is Verdict.INVALID


def test_changed_artifact_line_is_invalid(bundle: Handed) -> None:
    def rename(lines: list[bytes]) -> list[bytes]:
        body = json.loads(lines[1])
        body["artifacts"][1]["name"] = "another name.txt"
        return [lines[0], edited(b"{}", **body), *lines[2:]]

    assert bundle.judged(with_lines(bundle, BODIES, rename)).verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda data: data.replace(b"note.txt", b"n0te.txt"), Verdict.INVALID),
        (lambda data: data + b"null\n", Verdict.INVALID),
        (None, Verdict.INCOMPLETE),
    ],
    ids=["changed", "longer", "missing"],
)
def test_sealed_list_of_artifacts_has_to_be_the_one_that_was_sealed(
    bundle: Handed, change: Callable[[bytes], bytes] | None, verdict: Verdict
) -> None:
    path = "seal/0001/artifacts.jsonl"
    files = bundle.without(path)
    if change is not None:
        files[path] = change(bundle.files[path])
    assert bundle.judged(by_true_signer(bundle, files)).verdict is verdict


def test_later_line_signed_by_an_unknown_device_is_untrusted(tmp_path: Path) -> None:
    built = a_small_case(tmp_path).sealed()
    append(built, device=tmp_path / "other")
    report = handed(built).judged()
    assert verdicts(report) == {"ledger-keys": Verdict.UNTRUSTED}


def test_later_line_signed_by_a_device_that_a_known_one_introduced_is_accepted(
    tmp_path: Path,
) -> None:
    built = a_small_case(tmp_path).sealed()
    append(built, new_key=a_device(tmp_path / "other").public)
    append(built, device=tmp_path / "other")
    assert handed(built).judged().verdict is Verdict.VALID


def test_device_that_introduced_itself_is_untrusted(tmp_path: Path) -> None:
    built = a_small_case(tmp_path).sealed()
    other = tmp_path / "other"
    append(built, device=other, new_key=a_device(other).public)
    assert handed(built).judged().verdict is Verdict.UNTRUSTED


def append(built: Built, *, device: Path | None = None, new_key: bytes | None = None) -> None:
    """Append a line of no known action, by another device where one is named."""
    machine = built.setting.machine()
    if device is not None:
        machine = replace(machine, device=a_device(device))
    with open_writer(built.root, built.case.id, machine, command="test", wait_s=0) as writer:
        writer.commit("device.note", actor=ACTOR, detail={}, new_key=new_key)


def test_seals_that_the_ledger_records_and_the_bundle_lacks_are_missing(bundle: Handed) -> None:
    files = {path: data for path, data in bundle.files.items() if not path.startswith("seal/")}
    assert bundle.judged(by_true_signer(bundle, files)).verdict is Verdict.INCOMPLETE


def test_token_of_a_seal_that_the_ledger_records_and_the_bundle_lacks_is_missing(
    bundle: Handed,
) -> None:
    report = bundle.judged(by_true_signer(bundle, bundle.without(TOKEN, QUERY)))
    assert verdicts(report) == {"seal-1": Verdict.INCOMPLETE}


# Older seals


@pytest.fixture(scope="module")
def twice_sealed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    folder = tmp_path_factory.mktemp("twice")
    built = a_small_case(folder).sealed()
    late = folder / "late.txt"
    late.write_bytes(b"late")
    built.add(late)
    return handed(replace(built, seals=(*built.seals, built.seal(built.authority))))


def test_case_sealed_twice_is_valid(twice_sealed: Handed) -> None:
    assert twice_sealed.judged().verdict is Verdict.VALID


def test_newest_seal_taken_out_is_invalid_where_its_artifacts_stay(twice_sealed: Handed) -> None:
    files = {p: d for p, d in twice_sealed.files.items() if not p.startswith("seal/0002/")}
    assert twice_sealed.judged(unsigned(files, seal=1)).verdict is Verdict.INVALID


def test_older_state_played_as_the_newest_is_no_better_than_indeterminate(
    twice_sealed: Handed,
) -> None:
    lines = json.loads(twice_sealed.files[MANIFEST])["ledger"]["size"]
    files = {
        path: data
        for path, data in twice_sealed.files.items()
        if not path.startswith(("seal/0002/", "data/a4-"))
    }
    for path in (LEDGER, BODIES):
        files[path] = joined(lines_of(files[path])[:lines])
    report = twice_sealed.judged(unsigned(files, seal=1, ledger=lines, shown=3))
    assert report.verdict is Verdict.INDETERMINATE


def test_first_seal_taken_out_is_invalid(twice_sealed: Handed) -> None:
    files = {p: d for p, d in twice_sealed.files.items() if not p.startswith("seal/0001/")}
    assert twice_sealed.judged(by_true_signer(twice_sealed, files)).verdict is Verdict.INVALID


def test_seal_that_names_another_predecessor_is_invalid(twice_sealed: Handed) -> None:
    path, beside = "seal/0002/manifest.json", "seal/0002/manifest.p7s"
    manifest = edited(twice_sealed.files[path], previous_seal="0" * 64)
    signature = sign_detached(manifest, twice_sealed.built.signer, at=START)
    changed = {path: manifest, beside: signature}
    changed |= stamped_files(beside, twice_sealed.built.authority.stamp(signature))
    report = twice_sealed.judged(by_true_signer(twice_sealed, twice_sealed.having(changed)))
    assert found_at(report, path) is Verdict.INVALID
