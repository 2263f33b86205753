"""Programs of others that read what we write, fetched once from their registries, never shipped.

They get a folder of their own: what they pin clashes with what we need, and their licences (GPL,
AGPL) are fine for a witness and not for a part of this project. Nothing of them is imported here.
"""

import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

PYTHON = ("cdxj-indexer==1.5.0", "pywb==2.10.0", "setuptools==80.9.0", "wacz==0.6.0")
NODE = "replaywebpage@2.4.6"
FETCH_S = 600
RUN_S = 120


def python_command(entry: str, arguments: Sequence[str | Path]) -> list[str]:
    """Return the command line for an entry point, ``module:function``."""
    module, _, function = entry.partition(":")
    start = f"import sys; from {module} import {function} as main; sys.exit(main())"
    return [sys.executable, "-c", start, *map(str, arguments)]


def python_witness(
    entry: str, arguments: Sequence[str | Path], *, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a Python witness in ``folder`` and return what it said."""
    return subprocess.run(
        python_command(entry, arguments),
        cwd=folder,
        env=python_environment(),
        capture_output=True,
        text=True,
        timeout=RUN_S,
        check=False,
    )


def python_environment() -> dict[str, str]:
    """Return the environment in which the Python witnesses are found; skips where there is none."""
    return {**os.environ, "PYTHONPATH": str(_python_folder()), "PYTHONWARNINGS": "ignore"}


def replay_web_page() -> Path:
    """Return the folder with ``ui.js`` and ``sw.js``; skips where there is none."""
    folder = _cache() / NODE.replace("@", "-")
    if not (folder / "package" / "sw.js").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _fetch(["npm", "pack", "--silent", NODE], folder)
        with tarfile.open(next(folder.glob("*.tgz"))) as packed:
            for name in ("package/ui.js", "package/sw.js"):  # the only ones that are served
                packed.extract(name, folder)
    return folder / "package"


def _python_folder() -> Path:
    folder = _cache() / "-".join(["python", *(one.replace("==", "-") for one in PYTHON)])
    if not (folder / "complete").exists():
        quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-conflicts"]
        _fetch(
            [sys.executable, "-m", "pip", "install", *quiet, "--target", str(folder), *PYTHON],
            _cache(),
        )
        (folder / "complete").touch()
    return folder


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "evidencekit-witnesses"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fetch(command: Sequence[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, capture_output=True, timeout=FETCH_S, check=True)
    except (OSError, subprocess.SubprocessError) as exc:
        pytest.skip(f"cannot be fetched here: {' '.join(command[-4:])} ({type(exc).__name__})")
