"""Who is asked for the time, and what becomes of a bundle when nobody answers."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from evidencekit.demo.authority import make_root
from evidencekit.protocols import TimestampAuthority
from evidencekit.workflow.dating import authorities
from evidencekit.workflow.export import Exported, export
from evidencekit.workflow.setting import Setting
from tests.tools.builders import Built
from tests.tools.bundles import a_small_case
from tests.tools.fakes import START, AbsentAuthority

SET, NAMED = "http://set.example/", "http://named.example/"


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    root = tmp_path / "root.pem"
    root.write_bytes(make_root("root", at=START).pem)
    return Setting(home=tmp_path, tsa_urls=(SET,), tsa_ca=(root,))


def exported(built: Built, *asked: TimestampAuthority) -> Exported:
    return export(
        built.case,
        profile="police",
        out=built.root.parent / "bundle",
        form="bag",
        signer=built.signer,
        authorities=asked,
        language="en",
        setting=built.setting,
    )


def tokens(folder: Path) -> Sequence[str]:
    return sorted(path.name for path in folder.glob("tagmanifest-sha256.txt.p7s.*"))


def test_authorities_that_are_set_are_asked_where_none_is_named(setting: Setting) -> None:
    assert [item.name for item in authorities((), (), setting)] == [SET]


def test_authorities_that_are_named_are_asked_instead(setting: Setting) -> None:
    assert [item.name for item in authorities((NAMED,), (), setting)] == [NAMED]


def test_no_authority_is_asked_where_none_is_set(tmp_path: Path) -> None:
    assert authorities((), (), Setting(home=tmp_path)) == ()


def test_bundle_whose_authority_is_away_is_written_and_the_sender_is_told(tmp_path: Path) -> None:
    done = exported(a_small_case(tmp_path).sealed(), AbsentAuthority())

    assert tokens(done.path) == []
    assert len(done.missing) == 1
    assert done.missing[0].message in done.warnings[-1]


def test_authority_that_is_away_does_not_keep_another_from_dating(tmp_path: Path) -> None:
    built = a_small_case(tmp_path).sealed()
    done = exported(built, AbsentAuthority(), built.authority)

    name = "tagmanifest-sha256.txt.p7s.1"
    assert tokens(done.path) == [f"{name}.tsq", f"{name}.tsr"]
    assert len(done.missing) == 1
