import pytest

from tests.cli.transcripts import Cli


@pytest.mark.network
def test_the_demonstration_ends_well_without_a_browser(cli: Cli) -> None:
    done = cli("demo", "--no-browser").ok()
    assert (cli.folder / "evidencekit-demo").is_dir()
    assert "INVALID" in done.out
    again = cli("demo", "--no-browser", "--json").ok()
    assert again.object == {"folder": "evidencekit-demo-2", "ok": True}
