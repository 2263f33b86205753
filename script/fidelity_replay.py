"""Whether pywb gives back what the site sent: one stock player for all WARC files."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import requests
from fidelity_running import RecorderFailed, free_port, run, serving

from tests.tools.fidelity import Findings, Pair, decoded
from tests.tools.recordings import warcs_of

_ANSWER_S = 60
_OK = 200


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """How many of the page's answers came back with the body that was sent."""

    same: int
    of: int
    others: tuple[str, ...] = ()
    """Which came back otherwise, or not at all."""


def replayed(files: Sequence[Path], findings: Findings, folder: Path) -> Replayed | None:
    """Ask pywb for every GET that was answered with 200; None where there is no pywb."""
    if shutil.which("wayback") is None:
        return None
    place = folder / "replay"
    place.mkdir()
    try:
        run(["wb-manager", "init", "kept"], folder=place)
        warcs = [str(one) for file in files for one in warcs_of(file, place)]
        run(["wb-manager", "add", "kept", *warcs], folder=place)
        port = free_port()
        command = ["wayback", "-b", "127.0.0.1", "-p", str(port)]
        wanted = {one.sent.url: one for one in findings.pairs if _is_asked_for(one)}
        with serving(command, port, folder=place):
            others = tuple(one.name for one in wanted.values() if not _is_same(port, one))
    except RecorderFailed:
        return Replayed(same=0, of=len(findings.pairs))
    return Replayed(same=len(wanted) - len(others), of=len(wanted), others=others)


def _is_asked_for(pair: Pair) -> bool:
    return pair.sent.method == "GET" and pair.sent.reply.status == _OK


def _is_same(port: int, pair: Pair) -> bool:
    reply = pair.sent.reply
    coding = dict(reply.headers).get(b"Content-Encoding", b"")
    address = f"http://127.0.0.1:{port}/kept/2026id_/{pair.sent.url}"
    answer = requests.get(address, timeout=_ANSWER_S, stream=True)
    raw = answer.raw.read(decode_content=False)
    declared = answer.headers.get("Content-Encoding", "").encode()
    wanted = reply.body if declared else decoded(reply.body, coding)
    return answer.ok and declared in {coding, b""} and raw == wanted
