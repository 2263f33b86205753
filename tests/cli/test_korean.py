"""The whole command line speaks Korean, click's own words included."""

import re

import pytest

from evidencekit.cli.root import ENTRIES
from tests.cli.transcripts import Cli

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize("environ", [{"EVIDENCEKIT_LANG": "ko"}, {"LANG": "ko_KR.UTF-8"}])
def test_korean_is_chosen_by_the_environment(cli: Cli, environ: dict[str, str]) -> None:
    settings = {"EVIDENCEKIT_LANG": "", "LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", **environ}
    done = cli.apart("--help", **settings).ok()
    assert "사용법" in done.out
    assert all(HANGUL.search(line) for line in done.out.splitlines() if "  --" in line)
    assert not re.search(r"^(Usage|Options|Commands)", done.out, re.MULTILINE)


def test_the_option_wins_over_the_environment(cli: Cli) -> None:
    assert "Usage" in cli.apart("--lang", "en", "--help", EVIDENCEKIT_LANG="ko").ok().out
    assert "사용법" in cli.apart("--lang=ko", "--help", EVIDENCEKIT_LANG="en").ok().out


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_command_explains_itself_in_korean(cli: Cli, name: str) -> None:
    out = cli.apart("--lang", "ko", name, "--help").ok().out
    assert HANGUL.search(out.splitlines()[2])


def test_an_error_and_its_hint_are_korean_and_the_code_stays(cli: Cli) -> None:
    done = cli.apart("--lang", "ko", "list", "--json")
    assert done.code == 10
    assert HANGUL.search(done.err)
    assert done.object["error"]["code"] == "bad-input"


def test_clicks_own_errors_are_korean(cli: Cli) -> None:
    done = cli.apart("--lang", "ko", "list", "--nonsense")
    assert done.code == 2
    assert HANGUL.search(done.err)
