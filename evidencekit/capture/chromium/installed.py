"""The installed browser: where it is, which version, which flags.

Rules: never a downloaded browser, never without its sandbox. The binary itself is preferred to a
distribution's wrapper script, since a wrapper adds flags of its own (Debian: ``/etc/chromium.d``)
that would change the capture without our record saying so. Every flag that we pass is in
:func:`flags` and therefore in the record of the capture.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import BrowserUnavailable
from evidencekit.text.catalog import _

VARIABLE = "EVIDENCEKIT_BROWSER"
VERSION_TIMEOUT_S = 20
TESTED_MAJORS = frozenset({156})
"""Versions whose network log we have met; outside it we work all the same and note it."""
_PATHS = (
    "/usr/lib/chromium/chromium",
    "/usr/lib64/chromium-browser/chromium-browser",
    "/opt/google/chrome/chrome",
    "/opt/microsoft/msedge/msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_NAMES = (
    "chromium",
    "google-chrome-stable",
    "google-chrome",
    "chromium-browser",
    "microsoft-edge-stable",
    "microsoft-edge",
)
_VERSION = re.compile(r"(Google Chrome|Chromium|Microsoft Edge)\D{0,40}?(\d+)\.(\d+)\.(\d+)\.(\d+)")
# Chromium refuses this port before it connects, so what is sent there stays here. It takes the
# calls home that no switch turns off (seen with 156), which would tell Google of every capture.
_NOWHERE = "http://0.0.0.0:1"
NO_DOOR = "127.0.0.1:1"
"""A guard at which nobody answers: a browser that is given no other reaches nothing at all."""
_QUIET_FEATURES = (
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "CompressionDictionaryTransport",  # the log has such bodies only decoded
    "GlobalMediaControls",
    "InterestFeedContentSuggestions",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "Prerender2",  # pages loaded in advance that nobody opened
    "Translate",
    "WebUIOmniboxAimPopup",  # pages of its own for an address bar that nobody sees
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxPopup",
)
# Requests of the browser process, which the debugging protocol does not hold.
_ASKING_FEATURES = ("BackgroundFetch", "FedCm")
# Shared memory, through which bodies go: containers give 64 MB, and Chromium crashes when it is
# full; with this switch it is made of files on the disk instead.
_IN_FILES = ("--disable-dev-shm-usage",)
_WITHOUT_MEDIA = (
    "--disable-crash-reporter",
    "--disable-gpu-shader-disk-cache",
    # What early hints name (RFC 8297) is asked for by the browser process, unheld; it heeds them on
    # HTTP/2 only (seen with 156).
    "--disable-http2",
)
WHOLE_MODE, BODILESS_MODE = "Everything", "IncludeSensitive"
"""How much the network log holds: all bytes, or all but those of bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """One installed browser."""

    path: Path
    name: str
    """As it names itself: ``Chromium``, ``Google Chrome``, ``Microsoft Edge``."""
    version: str

    @property
    def is_tested(self) -> bool:
        """Whether this major version is among those that our tests have met."""
        return int(self.version.split(".")[0]) in TESTED_MAJORS


def find_browser(environ: Mapping[str, str] = os.environ) -> Browser:
    """Return the browser to use; raises :class:`BrowserUnavailable` where there is none.

    ``EVIDENCEKIT_BROWSER`` decides alone where it is set: somebody who names a browser does not
    want another one used in silence.
    """
    wanted = environ.get(VARIABLE)
    for path in [Path(wanted)] if wanted else _candidates(environ):
        if path.is_file() and os.access(path, os.X_OK):
            return identify(path)
    if wanted:
        raise BrowserUnavailable(
            _("{variable} names {path}, which is not a program").format(
                variable=VARIABLE, path=wanted
            )
        )
    raise BrowserUnavailable(
        _("no Chrome, Chromium or Edge found"),
        hint=_("install one, set {variable}, or use --engine http").format(variable=VARIABLE),
    )


def identify(path: Path) -> Browser:
    """Ask the program for its name and version."""
    try:
        answer = subprocess.run(  # noqa: S603 (a path found above or named by the user, no shell)
            [path, "--version"],
            capture_output=True,
            timeout=VERSION_TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        ).stdout.decode("utf-8", errors="replace")
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise BrowserUnavailable(_("{path} does not start").format(path=path)) from exc
    found = _VERSION.search(answer)
    if found is None:
        raise BrowserUnavailable(_("{path} is no browser that we know").format(path=path))
    return Browser(path=path, name=found[1], version=".".join(found.groups()[1:]))


def flags(
    *,
    profile: Path,
    netlog: Path | None,
    door: str = NO_DOOR,
    is_without_media: bool = False,
) -> tuple[str, ...]:
    """Return every argument for a capture: fresh profile, quiet, recorded, guarded, sandbox on.

    ``door`` is ``address:port`` of the guard (:mod:`evidencekit.capture.guard.socks`);
    without ``netlog`` nothing is recorded. Without media the log has no bodies, and what the
    browser would put on a disk stays in memory.
    """
    mode = BODILESS_MODE if is_without_media else WHOLE_MODE
    recording = (f"--log-net-log={netlog}", f"--net-log-capture-mode={mode}")
    off = (*_QUIET_FEATURES, *(_ASKING_FEATURES if is_without_media else ()))
    return (
        "--headless=new",
        "--remote-debugging-pipe",
        f"--user-data-dir={profile}",
        *(recording if netlog is not None else ()),
        # All traffic through the guard, this machine's own addresses too, which are not proxied
        # otherwise. No name is resolved here: that ends prefetching and DNS over HTTPS as well.
        f"--proxy-server=socks5://{door}",
        "--proxy-bypass-list=<-loopback>",
        f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {door.rpartition(':')[0]}",
        # What a SOCKS proxy does not carry is UDP: neither QUIC nor WebRTC past the guard.
        "--disable-quic",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        f"--component-updater=url-source={_NOWHERE}",
        f"--gaia-url={_NOWHERE}",
        "--disable-background-networking",
        "--disable-breakpad",
        "--disable-client-side-phishing-detection",
        "--disable-component-extensions-with-background-pages",
        "--disable-component-update",
        "--disable-default-apps",
        *(_WITHOUT_MEDIA if is_without_media else _IN_FILES),
        "--disable-domain-reliability",
        "--disable-extensions",
        # A script that prints again and again would leave a preview open that nobody sees, and no
        # PDF could be made (seen with 156). A print dialog there is none.
        "--disable-print-preview",
        "--disable-gpu",
        "--disable-sync",
        "--hide-scrollbars",
        "--metrics-recording-only",
        "--mute-audio",
        "--no-default-browser-check",
        "--no-first-run",
        "--no-service-autorun",
        "--password-store=basic",
        "--use-mock-keychain",
        "--window-size=1366,900",
        f"--disable-features={','.join(off)}",
        "--no-startup-window",  # ours is the only page, so any other is a popup
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    yield from map(Path, _PATHS)
    for name in _NAMES:
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            yield Path(found)
