"""The browser's profile: a fresh folder for one capture, removed when it is done or found dead.

Cookies and the network log are in it. It cannot lie in the case, which the browser's user may not
enter. Like a writer's spool it is locked while its capture lives, so what a killed one left can be
told from what another one is using.
"""

import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from evidencekit.errors import BrowserUnavailable
from evidencekit.files.held_folder import held_if_dead, hold_fresh
from evidencekit.text.catalog import _

UNPRIVILEGED_ID = 65534  # nobody / nogroup: exists everywhere, owns nothing
EMPTY, TEMPORARY = "no-programs", "tmp"
"""Folders in it: one in which nothing lies, and one for the browser's temporary files."""
_PREFIX = "evidencekit-browser-"
_MAX_PATH = 62
"""Chromium makes a socket in a folder of its own among its temporary files, 45 bytes further down;
the path of a socket has 107 at most (unix(7)), and without it no browser starts (seen with 156)."""
# Without it a certificate that is refused makes Chromium ask Google whether it is behind a captive
# portal (seen with 156). No switch turns that off.
_SETTINGS: Mapping[str, Any] = {"alternate_error_pages": {"enabled": False}}
# A scheme that does not exist: a page that asks for a password is then shown with its 401, and not
# held by a prompt that nobody sees (seen with 156: 100 s for one picture).
_LOCAL_STATE: Mapping[str, Any] = {"auth": {"schemes": "none"}}
# 2 is "never": what speculation rules name is asked for by the browser process, unheld (seen with
# 156).
_NOTHING_IN_ADVANCE: Mapping[str, Any] = {"net": {"network_prediction_options": 2}}


@contextmanager
def fresh_profile(*, is_without_media: bool = False) -> Iterator[Path]:
    """Make a folder that only the browser's user can enter; it is removed whatever happens.

    Without media the browser fetches nothing in advance.
    """
    home, fd = hold_fresh(_make_folder)
    try:
        settings = home / "Default" / "Preferences"
        made = (settings.parent, home / EMPTY, home / TEMPORARY)
        for folder in made:
            folder.mkdir(mode=0o700)
        wanted = {**_SETTINGS, **(_NOTHING_IN_ADVANCE if is_without_media else {})}
        settings.write_text(json.dumps(wanted), encoding="utf-8")
        state = home / "Local State"
        state.write_text(json.dumps(_LOCAL_STATE), encoding="utf-8")
        if os.geteuid() == 0:
            _require_passage(home.parent)
            for path in (home, *made, settings, state):
                os.chown(path, UNPRIVILEGED_ID, UNPRIVILEGED_ID)
        yield home
    finally:
        try:
            with suppress(OSError):
                _set_mode(home / TEMPORARY, 0o700)
            shutil.rmtree(home, ignore_errors=True)
            if home.exists():  # a process that was still dying wrote once more
                shutil.rmtree(home)
        finally:
            os.close(fd)


def forbid_temporary_files(home: Path) -> None:
    """Let a browser that runs make none from now on; what it made while it started stays.

    Chromium begins a file for what a script saves before it asks whether that is allowed (seen with
    156). Where it can begin none, nothing is written.
    """
    _set_mode(home / TEMPORARY, 0o500)


def remove_dead_profiles() -> None:
    """Remove what killed captures of this user left behind; never fails."""
    found: list[Path] = []
    with suppress(OSError):
        found += Path(tempfile.gettempdir()).glob(_PREFIX + "*")
    for folder in found:
        with suppress(OSError):  # somebody else's, in use, or gone by now
            _remove_if_dead(folder)


def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    if sys.platform == "linux" and len(os.fsencode(folder / TEMPORARY)) > _MAX_PATH:
        folder.rmdir()
        raise BrowserUnavailable(
            _("the folder for temporary files has too long a path: {path}").format(
                path=folder.parent
            ),
            hint=_("set TMPDIR to a shorter one"),
        )
    return folder


def _remove_if_dead(folder: Path) -> None:
    with held_if_dead(folder) as fd:
        if fd is not None and os.fstat(fd).st_uid in _owners():
            with suppress(OSError):
                _set_mode(folder / TEMPORARY, 0o700)
            shutil.rmtree(folder)


def _set_mode(folder: Path, mode: int) -> None:
    """Change a folder that is there, and never what a link in its place leads to."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchmod(fd, mode)
    finally:
        os.close(fd)


def _owners() -> frozenset[int]:
    own = os.geteuid()
    return frozenset({own, UNPRIVILEGED_ID} if own == 0 else {own})


def _require_passage(folder: Path) -> None:
    for one in (folder, *folder.parents):
        if not one.stat().st_mode & stat.S_IXOTH:
            raise BrowserUnavailable(
                _("as root, the browser runs as nobody, who cannot enter {path}").format(path=one),
                hint=_("set TMPDIR to a folder that everybody can enter"),
            )
