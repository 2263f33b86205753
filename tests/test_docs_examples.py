"""What the documentation shows, runs."""

import re
import subprocess
import sys
from pathlib import Path

from tests.tools.machine_room import REPOSITORY, environment
from tests.tools.media import MAKE, Jpeg, exif, exif_segment

PAGE = REPOSITORY / "docs/how-to/use-from-python.md"
_WITHOUT_CLICK = """

import sys
loaded = sorted({"click", "rich"} & {name.partition(".")[0] for name in sys.modules})
assert not loaded, loaded
"""


def examples(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_example_for_python_runs_without_the_command_line_libraries(tmp_path: Path) -> None:
    (example,) = examples(PAGE)
    (tmp_path / "picture.jpg").write_bytes(
        Jpeg(before=exif_segment(exif({MAKE: "Maker"}))).encode()
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example + _WITHOUT_CLICK],
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "derived from" in done.stdout
