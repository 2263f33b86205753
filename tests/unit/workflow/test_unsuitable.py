"""Seals and bundles are not signed with a certificate that a verifier would refuse."""

from datetime import timedelta
from pathlib import Path

import pytest

from evidencekit.errors import CertificateUnsuitable
from evidencekit.seal.signer import FileSigner
from evidencekit.workflow.export import export
from evidencekit.workflow.seal import seal
from tests.tools.agency import YEAR, Agency
from tests.tools.builders import a_case
from tests.tools.fakes import START


@pytest.fixture
def expired() -> FileSigner:
    held = Agency().desk(valid=(START - YEAR, START - timedelta(days=1)))
    return FileSigner(held.key, (held.certificate,))


def test_a_seal_is_not_made_and_nothing_is_recorded(tmp_path: Path, expired: FileSigner) -> None:
    built = a_case(tmp_path).with_file(b"x").built()
    before = [event.line.seq for event in built.case.events()]

    with pytest.raises(CertificateUnsuitable, match="expired"):
        seal(built.case, expired, setting=built.setting)

    assert [event.line.seq for event in built.case.events()] == before
    assert not list((built.root / "seals").iterdir())


def test_a_bundle_is_not_made(tmp_path: Path, expired: FileSigner) -> None:
    built = a_case(tmp_path).with_file(b"x").sealed(stamped=False)
    out = tmp_path / "bundle"

    with pytest.raises(CertificateUnsuitable, match="expired"):
        export(
            built.case, profile="police", out=out, form="bag", signer=expired, language="en",
            setting=built.setting,
        )  # fmt: skip

    assert not out.exists()
