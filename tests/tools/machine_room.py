"""Conditions that a laptop has and a test machine has not: no rights, a full disk."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
NOBODY = 65534
_DROP = f"if os.geteuid() == 0: os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
PAGE = 4096


def environment(home: Path | None = None) -> dict[str, str]:
    """Return what a child process of ours needs, and nothing of the tester's own."""
    names = {"PATH", "LANG", "LC_ALL", "TMPDIR"}
    kept = {name: value for name, value in os.environ.items() if name in names}
    kept |= {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    kept |= {"EVIDENCEKIT_NO_KEYRING": "1", "EVIDENCEKIT_LANG": "en"}
    return kept | ({"EVIDENCEKIT_HOME": str(home)} if home is not None else {})


def run_as_nobody(imports: str, code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python code whom permissions bind: root is bound by none.

    ``imports`` run before the rights are dropped: the interpreter itself may lie in a folder that
    is root's alone.
    """
    whole = f"import os, sys\n{imports}\n{_DROP}\n{code}"
    return subprocess.run(
        [sys.executable, "-c", whole, *map(str, arguments)],
        env=environment(),
        cwd="/",
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


@contextmanager
def open_folder() -> Iterator[Path]:
    """Yield a folder that everybody may enter; ``tmp_path`` is its owner's alone."""
    with tempfile.TemporaryDirectory(prefix="evidencekit-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """Mount a small file system at ``folder``; needs root."""
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
        check=True,
        capture_output=True,
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True, capture_output=True)


def can_mount() -> bool:
    """Tell whether :func:`small_disk` works here."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as name:
        try:
            with small_disk(Path(name) / "disk", megabytes=1):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextmanager
def nearly_full(disk: Path, *, spare_pages: int) -> Iterator[None]:
    """Fill ``disk`` until so many pages are left."""
    status = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as stream:
        stream.write(bytes(max(0, status.f_bavail - spare_pages) * status.f_frsize))
    try:
        yield
    finally:
        ballast.unlink()
