"""The browser run under strace: what it really asks of the system."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evidencekit.capture.chromium.installed import Browser, find_browser


@contextmanager
def traced_browser(*calls: str) -> Iterator[tuple[Browser, Path]]:
    """Yield a browser and the file that its ``calls`` are written to, each a line."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace")
    real = find_browser()
    folder = Path(tempfile.mkdtemp(prefix="evidencekit-trace-"))  # its user may go there
    folder.chmod(0o777)
    wrapper, written = folder / "browser", folder / "calls"
    trace = f"{strace} -f -qq -yy -e trace={','.join(calls)} -o '{written}'"
    wrapper.write_text(f"#!/bin/sh\nexec {trace} '{real.path}' \"$@\"\n")
    wrapper.chmod(0o755)
    yield Browser(path=wrapper, name=real.name, version=real.version), written
    shutil.rmtree(folder)
