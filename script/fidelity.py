"""What recorders of web pages keep of what a server received and sent, as tables in Markdown.

One site is served over HTTP/1.1, HTTP/1.1 with TLS, and HTTP/2; every recorder that is installed
visits it; what it wrote is compared with what the server remembers. Recorders are looked for in
PATH; one that is not there gives a row of its own. Everything is on 127.0.0.1.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import fidelity_running  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding  # noqa: E402
from fidelity_recorders import RECORDERS, Recorder  # noqa: E402
from fidelity_replay import Replayed, replayed  # noqa: E402
from fidelity_running import RecorderFailed, Target, Written  # noqa: E402
from fidelity_table import Row, tables  # noqa: E402

from tests.tools.fidelity import Findings, judge  # noqa: E402
from tests.tools.fidelity_site import answer as answer_of_site  # noqa: E402
from tests.tools.h2_site import Answer, H2Site, Headers, Reply, h2_site  # noqa: E402


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How the site is served."""

    name: str
    offered: tuple[str, ...]
    is_tls: bool


PROTOCOLS = (
    Protocol(name="HTTP/1.1", offered=("http/1.1",), is_tls=False),
    Protocol(name="HTTP/1.1 with TLS", offered=("http/1.1",), is_tls=True),
    Protocol(name="HTTP/2 offered", offered=("h2", "http/1.1"), is_tls=True),
)


def main() -> None:
    """Compare and print."""
    names = [one.name for one in RECORDERS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="WORD", help="recorders whose name holds WORD")
    parser.add_argument("--protocol", type=int, choices=(1, 2, 3), help="only one of the three")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep what they wrote")
    parser.add_argument(
        "--rare", action="store_true", help="let the site send early hints and trailers, too"
    )
    parser.add_argument(
        "--patience", type=int, default=fidelity_running.RUN_S, metavar="S", help="for each run"
    )
    parser.add_argument("--list", action="store_true", help=f"which there are: {', '.join(names)}")
    options = parser.parse_args()
    fidelity_running.RUN_S = options.patience
    chosen = [one for one in RECORDERS if not options.only or options.only in one.name]
    if options.list:
        for one in chosen:
            print(f"{one.name}: {one.version() or 'not installed'}")
        return
    protocols = PROTOCOLS if options.protocol is None else [PROTOCOLS[options.protocol - 1]]
    site = answer_of_site if options.rare else without_the_rare
    with folder_for(options.keep) as folder:
        rows = [row for protocol in protocols for row in visits(protocol, chosen, site, folder)]
    print(tables(rows, [(one.name, one.version()) for one in chosen]))


def without_the_rare(method: str, path: str, body: bytes, headers: Headers) -> Reply:
    """Answer without early hints and trailers.

    Where HTTP/1.1 is spoken, several recorders take the former for the answer, or stop at either,
    and then there would be nothing else to compare.
    """
    return replace(answer_of_site(method, path, body, headers), hints=[], trailers=[])


@contextmanager
def folder_for(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
    else:
        with tempfile.TemporaryDirectory() as name:
            Path(name).chmod(0o755)  # a browser that is not root's reads here
            yield Path(name)


def visits(
    protocol: Protocol, chosen: list[Recorder], answer: Answer, folder: Path
) -> Iterator[Row]:
    """Let each recorder visit a site of its own."""
    for number, recorder in enumerate(chosen):
        print(f"{protocol.name}: {recorder.name}", file=sys.stderr)
        own = folder / f"{PROTOCOLS.index(protocol) + 1}-{number:02}-{recorder.word}"
        yield visit(protocol, recorder, answer, own)


def visit(protocol: Protocol, recorder: Recorder, answer: Answer, folder: Path) -> Row:
    if recorder.version() is None:
        return Row(protocol=protocol.name, recorder=recorder.name, failure="not run here")
    out = folder / "out"
    out.mkdir(parents=True)
    with h2_site(answer, folder, protocols=protocol.offered, tls=protocol.is_tls) as site:
        chain = certificates(folder) if protocol.is_tls else ()
        try:
            written = recorder.run(target(site, folder, out))
        except RecorderFailed as exc:
            return Row(protocol=protocol.name, recorder=recorder.name, failure=f"failed: {exc}")
        site.closing.set()  # ends the event stream, which no count holds
        sent = [*site.sent]
    findings = judge(sent, written.recording, chain)
    return Row(
        protocol=protocol.name,
        recorder=recorder.name,
        findings=findings,
        spoken=spoken(findings),
        replay=replay(written, findings, folder),
        certificates_of=len(chain),
    )


def target(site: H2Site, folder: Path, out: Path) -> Target:
    authority = folder / "authority.pem"
    if site.scheme == "https":
        last = (folder / "site.pem").read_text().rpartition("-----BEGIN CERTIFICATE-----")
        authority.write_text(last[1] + last[2])
    return Target(site=site, folder=out, authority=authority)


def certificates(folder: Path) -> tuple[bytes, ...]:
    found = x509.load_pem_x509_certificates((folder / "site.pem").read_bytes())
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def spoken(findings: Findings) -> str:
    return ", ".join(sorted({one.sent.protocol for one in findings.pairs}))


def replay(written: Written, findings: Findings, folder: Path) -> Replayed | None:
    return replayed(written.for_replay, findings, folder) if written.for_replay else None


if __name__ == "__main__":
    main()
