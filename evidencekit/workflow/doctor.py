"""What this computer has and lacks, and what a lack costs; never touches the network."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from evidencekit.capture.chromium.installed import TESTED_MAJORS, find_browser
from evidencekit.errors import BrowserUnavailable
from evidencekit.intake.packed import can_unpack
from evidencekit.metadata.identify.magic import OpinionUnavailable, second_opinion
from evidencekit.text.catalog import _
from evidencekit.workflow.setting import Setting

_OLDEST_PYTHON = (3, 11)
_OTHERS_MAY_WRITE = 0o022


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked for."""

    name: str
    """Stable short word."""
    is_well: bool
    detail: str
    costs: str | None = None
    """What does not work without it; None where nothing is amiss."""


def examine(setting: Setting) -> tuple[Finding, ...]:
    """Look at everything that this release can use."""
    looks: tuple[Callable[[], Finding], ...] = (
        _python,
        lambda: _home(setting.home),
        lambda: _clock(setting),
        lambda: _authority(setting),
        _browser,
        _openssl,
        _libmagic,
        _keyring,
        lambda: _extra("heif", "pillow-heif", _("copies of HEIC are compared by no decoder")),
        lambda: _extra(
            "video",
            "av",
            _("copies of films and sound are compared by no decoder; films get no fingerprint"),
        ),
        lambda: _extra(
            "pkcs11", "python-pkcs11", _("no signing with keys on smart cards and tokens")
        ),
        lambda: _extra(
            "pdf", "pypdfium2", _("copies of PDF are compared by no viewer; no --as-pictures")
        ),
        lambda: _extra("svg", "resvg_py", _("copies of drawings (SVG) are compared by no viewer")),
        lambda: _extra("mail", "dkimpy", _("signatures of mails (DKIM) are not checked")),
        _archives,
    )
    return tuple(look() for look in looks)


def _python() -> Finding:
    is_well = sys.version_info >= _OLDEST_PYTHON and sys.platform != "win32"
    return Finding(
        name="python",
        is_well=is_well,
        detail=f"{platform.python_version()}, {platform.system()}",
        costs=None if is_well else _("on Windows only verify is meant to work"),
    )


def _home(home: Path) -> Finding:
    there = home
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK | os.X_OK):
        costs = _("no device key can be made, so no case can be written")
        return Finding(name="home", is_well=False, detail=str(home), costs=costs)
    if there == home and home.stat().st_mode & _OTHERS_MAY_WRITE:
        costs = _("others may replace your keys: chmod 700 {path}").format(path=home)
        return Finding(name="home", is_well=False, detail=str(home), costs=costs)
    return Finding(name="home", is_well=True, detail=str(home))


def _clock(setting: Setting) -> Finding:
    # Whether it is right cannot be known without the network; people can compare it with a watch.
    now = setting.clock().astimezone()
    return Finding(name="clock", is_well=True, detail=f"{now:%Y-%m-%d %H:%M:%S %Z (%z)}")


def _authority(setting: Setting) -> Finding:
    if not setting.tsa_urls:
        return Finding(
            name="timestamp-authority",
            is_well=False,
            detail=_("none configured"),
            costs=_("a seal without --tsa does not prove when it was made (EVIDENCEKIT_TSA)"),
        )
    if not setting.tsa_ca:
        return Finding(
            name="timestamp-authority",
            is_well=False,
            detail=" ".join(setting.tsa_urls),
            costs=_("without its root (EVIDENCEKIT_TSA_CA) its tokens are kept but not judged"),
        )
    return Finding(name="timestamp-authority", is_well=True, detail=" ".join(setting.tsa_urls))


def _browser() -> Finding:
    try:
        browser = find_browser()
    except BrowserUnavailable as exc:
        costs = _("pages are captured without running their scripts, and without a picture")
        return Finding(name="browser", is_well=False, detail=exc.message, costs=costs)
    detail = f"{browser.name} {browser.version}, {browser.path}"
    if browser.is_tested:
        return Finding(name="browser", is_well=True, detail=f"{detail} " + _("(tested)"))
    majors = ", ".join(str(one) for one in sorted(TESTED_MAJORS))
    return Finding(
        name="browser",
        is_well=True,
        detail=f"{detail} " + _("(not tested; tested: {majors})").format(majors=majors),
        costs=_(
            "a capture stops where its network log lacks what we need: use a tested version, or "
            "capture --recorder protocol, which keeps less and says so"
        ),
    )


def _openssl() -> Finding:
    found = shutil.which("openssl")
    return Finding(
        name="openssl",
        is_well=found is not None,
        detail=found or _("not found"),
        costs=None if found else _("seals can be checked here by this program only"),
    )


def _libmagic() -> Finding:
    opinion = second_opinion(b"%PDF-1.7\n")
    if isinstance(opinion, OpinionUnavailable):
        costs = _("no second opinion on the type of a file")
        return Finding(name="libmagic", is_well=False, detail=opinion.why, costs=costs)
    return Finding(name="libmagic", is_well=True, detail=opinion.version)


def _extra(name: str, distribution: str, costs: str) -> Finding:
    """Look for a decoder without loading it."""
    try:
        detail = f"{distribution} {version(distribution)}"
    except PackageNotFoundError:
        hint = _("not installed (pip install 'evidencekit[{extra}]')").format(extra=name)
        return Finding(name=name, is_well=False, detail=hint, costs=costs)
    return Finding(name=name, is_well=True, detail=detail)


def _archives() -> Finding:
    """Ask a worker whether it can load what opens 7z and RAR."""
    costs = _("7z and RAR are kept and not opened")
    found = can_unpack()
    hint = _("not installed (pip install 'evidencekit[{extra}]')").format(extra="archives")
    return Finding(
        name="archives",
        is_well=found is not None,
        detail=found or f"{hint}, libarchive",
        costs=None if found else costs,
    )


def _keyring() -> Finding:
    costs = _("the device key lies in a file that only you can read")
    try:
        import keyring  # noqa: PLC0415 (an extra)
    except ImportError:
        return Finding(name="keyring", is_well=False, detail=_("not installed"), costs=costs)
    backend = keyring.get_keyring()
    is_well = backend.priority >= 1 and not os.environ.get("EVIDENCEKIT_NO_KEYRING")
    return Finding(
        name="keyring", is_well=is_well, detail=backend.name, costs=None if is_well else costs
    )
