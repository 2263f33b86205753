"""Recorders that sit between Chromium and the site, with certificates of their own making.

Chromium is driven as in a capture of ours, and trusts the proxy's authority and nothing else that
it did not trust before.
"""

import base64
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fidelity_running import RecorderFailed, Target, Written, free_port, run, serving

from tests.tools.recordings import read_flows, read_har, read_warcs

SCRIPTS = Path(__file__).parent


def through_mitmproxy(target: Target) -> Written:
    """Its flows, dumped as it holds them by an addon of ours."""
    return Written(recording=read_flows(_mitmproxy(target) / "flows.jsonl"))


def through_mitmproxy_as_har(target: Target) -> Written:
    """The HAR that it writes itself."""
    return Written(recording=read_har(_mitmproxy(target) / "flows.har"))


def _mitmproxy(target: Target) -> Path:
    port, folder = free_port(), target.folder
    trust = ["--set", f"ssl_verify_upstream_trusted_ca={target.authority}"]
    command = [
        *("mitmdump", "-q", "--listen-host", "127.0.0.1", "-p", str(port)),
        *("--set", f"confdir={folder}", "--set", f"hardump={folder / 'flows.har'}"),
        *(trust if target.authority.exists() else []),
        *("-s", str(SCRIPTS / "fidelity_mitmproxy.py")),
    ]
    environment = {"FIDELITY_DUMP": str(folder / "flows.jsonl")}
    with serving(command, port, folder=folder, environment=environment):
        _visit(target.site.url(), port, folder / "mitmproxy-ca-cert.pem")
    return folder


def through_warcprox(target: Target) -> Written:
    port, folder = free_port(), target.folder
    command = [
        *("warcprox", "-b", "127.0.0.1", "-p", str(port), "-z", "-d", str(folder / "warcs")),
        *("-c", str(folder / "ca.pem"), "--certs-dir", str(folder / "certificates")),
        *("--plugin", "fidelity_warcprox.AllowLoopback"),
    ]
    with serving(command, port, folder=folder, environment={"PYTHONPATH": str(SCRIPTS)}):
        _visit(target.site.url(), port, folder / "ca.pem")
    return written(folder.glob("warcs/*.warc*"))


def through_pywb(target: Target) -> Written:
    port, folder = free_port(), target.folder
    run(["wb-manager", "init", "kept"], folder=folder)
    command = [
        *("wayback", "-b", "127.0.0.1", "-p", str(port)),
        *("--live", "--proxy", "kept", "--proxy-record"),
    ]
    with serving(command, port, folder=folder):
        _visit(target.site.url(), port, folder / "proxy-certs" / "pywb-ca.pem")
    return written(folder.glob("collections/kept/archive/*.warc*"))


def record_by_mitmproxy(url: str, folder: Path) -> None:
    """Record with its own flow file, the least that it can do; for measuring time."""
    port = free_port()
    command = [
        *("mitmdump", "-q", "--listen-host", "127.0.0.1", "-p", str(port)),
        *("--set", f"confdir={folder}", "-w", str(folder / "kept.mitm")),
    ]
    with serving(command, port, folder=folder):
        _visit(url, port, folder / "mitmproxy-ca-cert.pem")


def _visit(url: str, port: int, authority: Path) -> None:
    program = [sys.executable, str(SCRIPTS / "visit_proxied.py")]
    run([*program, url, str(port), _key_of(authority)])


def written(files: Sequence[Path]) -> Written:
    """Return what lies in those WARC files, of which there must be one."""
    found = tuple(sorted(files))
    if not found:
        raise RecorderFailed("it wrote no WARC")
    return Written(recording=read_warcs(found), for_replay=found)


def _key_of(certificate: Path) -> str:
    """Return the SHA-256 of its public key, as Chromium's option takes it."""
    found = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    key = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key)
    return base64.b64encode(digest.finalize()).decode()
