"""How each recorder is driven: command lines and settings, nothing of theirs.

A recorder gets the site's own authority, or the option to accept any certificate; ``trust`` says
which. Limits are left as they come; what reaches beyond this machine is turned off.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fidelity_proxies import (
    through_mitmproxy,
    through_mitmproxy_as_har,
    through_pywb,
    through_warcprox,
    written,
)
from fidelity_running import RecorderFailed, Target, Written, free_port, run

from tests.tools.fidelity_site import REPLIES
from tests.tools.recordings import Recording, read_raw

SCRIPTS = Path(__file__).parent
LISTED = [path for path, one in REPLIES.items() if not one.hang and path not in {"/ws", "/range"}]
"""What a recorder without a browser is told to fetch, since it runs no script."""
_NOWHERE = "http://127.0.0.1:1/"
_WITH_WARCIO = """
import sys
from warcio.capture_http import capture_http
import requests
out, authority, *urls = sys.argv[1:]
with capture_http(out, warc_version="1.1"):
    for url in urls:
        requests.get(url, verify=authority)
"""
_SAY_WARCIO = """
from importlib.metadata import version
print("warcio", version("warcio"), "requests", version("requests"))
"""


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """One way to record a page."""

    name: str
    command: Sequence[str]
    """Looked for in PATH; as given here it says its version."""
    run: Callable[[Target], Written]
    trust: str
    """How it comes to accept the site's certificate."""

    @property
    def word(self) -> str:
        """The name as a name of a folder."""
        return "".join(one if one.isalnum() else "-" for one in self.name.lower())

    def version(self) -> str | None:
        """Return what it says of itself, None where it is not installed."""
        if shutil.which(self.command[0]) is None:
            return None
        done = subprocess.run(self.command, capture_output=True, text=True, check=False)
        lines = [one.strip() for one in done.stdout.splitlines() if any(map(str.isdigit, one))]
        return lines[0] if lines else "version not stated"


def ours(target: Target) -> Written:
    """The whole command, with case and replay check."""
    return _ours(target, [target.site.url()], [])


def ours_http(target: Target) -> Written:
    return _ours(target, [target.site.url(path) for path in LISTED], ["--engine", "http"])


def _ours(target: Target, urls: Sequence[str], options: Sequence[str]) -> Written:
    program = [sys.executable, str(SCRIPTS / "fidelity_ours.py"), target.site.spki]
    case = target.folder / "case"
    home = {"EVIDENCEKIT_HOME": str(target.folder / "home")}
    trust = {"SSL_CERT_FILE": str(target.authority)} if target.authority.exists() else {}
    run([*program, "init", str(case), "--title", "t", "--actor", "a", "--no-input"], home)
    program += ["-C", str(case)]
    capture = ["capture", *options, "--allow-private", "--no-input", "--quiet", *urls]
    run([*program, *capture], {**home, **trust}, may_fail=frozenset({3}))
    listed = map(json.loads, run([*program, "list", "--json"], home).splitlines())
    kept = [
        case / "objects" / "sha256" / one["sha256"][:2] / one["sha256"]
        for one in listed
        if one["media_type"] in {"application/wacz", "application/warc+gzip"}
        and one["derived_from"] is None
    ]
    return written(kept)


def wget(target: Target) -> Written:
    options = ["--page-requisites", "--no-verbose", f"--warc-file={target.folder / 'kept'}"]
    if target.authority.exists():
        options.append(f"--ca-certificate={target.authority}")
    urls = [target.site.url(path) for path in LISTED]
    run(["wget", *options, *urls], folder=target.folder, may_fail=frozenset({8}))
    return written(target.folder.glob("*.warc.gz"))


def requests_with_warcio(target: Target) -> Written:
    kept = target.folder / "kept.warc.gz"
    urls = [target.site.url(path) for path in LISTED]
    run([sys.executable, "-c", _WITH_WARCIO, str(kept), str(target.authority), *urls])
    return written([kept])


def scoop(target: Target) -> Written:
    return written([_scoop(target, "wacz")])


def scoop_raw(target: Target) -> Written:
    """The messages that it can put beside its WARC."""
    kept = _scoop(target, "wacz-with-raw")
    return Written(recording=read_raw(kept))


def _scoop(target: Target, kind: str) -> Path:
    kept = target.folder / "kept.wacz"
    options = [
        *("--format", kind),
        *("--output", str(kept), "--proxy-host", "127.0.0.1", "--proxy-port", str(free_port())),
        *("--blocklist", "203.0.113.0/24", "--public-ip-resolver-endpoint", _NOWHERE),
    ]
    run(["scoop", target.site.url(), *options], _node_trust(target), folder=target.folder)
    return kept


def browsertrix(target: Target) -> Written:
    options = [
        *("--scopeType", "page", "--limit", "1", "--headless", "--generateWACZ"),
        *("--cwd", str(target.folder), "--collection", "kept"),
    ]
    run(["crawl", "--url", target.site.url(), *options], _node_trust(target), folder=target.folder)
    return written(target.folder.glob("collections/kept/*.wacz"))


def _node_trust(target: Target) -> dict[str, str]:
    if not target.authority.exists():
        return {}
    return {"NODE_EXTRA_CA_CERTS": str(target.authority)}


def archivebox(target: Target) -> Written:
    off = ("ARCHIVE_DOT_ORG", "FAVICON", "MEDIA", "GIT")  # ask others, or need what is not here
    settings = {
        **{f"SAVE_{one}": "False" for one in off},
        "CHECK_SSL_VALIDITY": "False",
        "CHROME_SANDBOX": "False",
    }
    run(["archivebox", "init"], settings, folder=target.folder)
    run(["archivebox", "add", "--depth=0", target.site.url()], settings, folder=target.folder)
    return written(target.folder.glob("archive/*/warc/*.warc.gz"))


def single_file(target: Target) -> Written:
    """A page in one file: no exchange is in it."""
    options = [
        *("--browser-executable-path", "/usr/bin/chromium", "--browser-arg=--no-sandbox"),
        "--browser-ignore-insecure-certs=true",
    ]
    page = target.folder / "page.html"
    said = run(["single-file", target.site.url(), str(page), *options])
    if not page.exists():
        raise RecorderFailed(f"it wrote no page: {said.strip()[-200:]}")
    return Written(recording=Recording(beside=[page.read_bytes()]))


RECORDERS = (
    Recorder(
        name="evidencekit",
        command=(sys.executable, "-m", "evidencekit", "--version"),
        run=ours,
        trust="the authority's key, by a flag of the browser",
    ),
    Recorder(
        name="evidencekit --engine http",
        command=(sys.executable, "-m", "evidencekit", "--version"),
        run=ours_http,
        trust="the authority, SSL_CERT_FILE",
    ),
    Recorder(
        name="Scoop", command=("scoop", "--version"), run=scoop, trust="it accepts any certificate"
    ),
    Recorder(
        name="Scoop, its raw messages",
        command=("scoop", "--version"),
        run=scoop_raw,
        trust="it accepts any certificate",
    ),
    Recorder(
        name="Browsertrix Crawler",
        command=("crawl", "--version"),
        run=browsertrix,
        trust="it accepts any certificate",
    ),
    Recorder(
        name="mitmproxy, its flows",
        command=("mitmdump", "--version"),
        run=through_mitmproxy,
        trust="the authority, ssl_verify_upstream_trusted_ca",
    ),
    Recorder(
        name="mitmproxy, its HAR",
        command=("mitmdump", "--version"),
        run=through_mitmproxy_as_har,
        trust="the authority, ssl_verify_upstream_trusted_ca",
    ),
    Recorder(
        name="warcprox",
        command=("warcprox", "--version"),
        run=through_warcprox,
        trust="it checks no certificate",
    ),
    Recorder(
        name="pywb, recording proxy",
        command=("wayback", "--version"),
        run=through_pywb,
        trust="it checks no certificate",
    ),
    Recorder(
        name="ArchiveBox",
        command=("archivebox", "--version"),
        run=archivebox,
        trust="CHECK_SSL_VALIDITY=False",
    ),
    Recorder(
        name="SingleFile",
        command=("single-file", "--version"),
        run=single_file,
        trust="--browser-ignore-insecure-certs",
    ),
    Recorder(
        name="wget --warc-file",
        command=("wget", "--version"),
        run=wget,
        trust="the authority, --ca-certificate",
    ),
    Recorder(
        name="warcio with requests",
        command=(sys.executable, "-c", _SAY_WARCIO),
        run=requests_with_warcio,
        trust="the authority, verify=",
    ),
)
