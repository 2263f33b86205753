"""A browser whose network log calls one event by another name, as that of a newer version might."""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidencekit.capture.chromium.installed import find_browser

# Its own arguments are rebuilt by a loop over their number, as "$@" is all that sh has of lists.
_SCRIPT = """#!/bin/sh
left=$#
while [ "$left" -gt 0 ]; do
  one=$1
  shift
  left=$((left - 1))
  case $one in
  --log-net-log=*)
    pipe=${one#--log-net-log=}
    PATH=/usr/bin:/bin mkfifo -m 600 "$pipe.real"
    PATH=/usr/bin:/bin sed -u 's/"%(known)s"/"%(other)s"/' <"$pipe.real" >"$pipe" 3>&- 4>&- &
    one=$one.real
    ;;
  esac
  set -- "$@" "$one"
done
exec %(real)s "$@"
"""


@contextmanager
def browser_with_renamed_event(known: str, other: str) -> Iterator[Path]:
    """Return a program that runs the real browser and renames ``known`` in its network log."""
    with tempfile.TemporaryDirectory(prefix="doctored-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root the browser runs as somebody else
        path = folder / "browser"
        real = shlex.quote(str(find_browser().path))
        path.write_text(_SCRIPT % {"known": known, "other": other, "real": real}, encoding="utf-8")
        path.chmod(0o755)
        yield path
