import subprocess
import sys

from tests.cli.transcripts import ROOT


def test_the_reference_is_what_help_says() -> None:
    done = subprocess.run([sys.executable, ROOT / "script/make-reference", "--check"], check=False)
    assert done.returncode == 0, "run script/make-reference"
