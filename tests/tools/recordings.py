"""What a recorder has written, ours or another's: WARC, WACZ, HAR, or our dump of a proxy's flows.

Read without any library of ours, so that what we write is judged as a stranger would.
"""

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from tests.tools.h2_site import PING_FRAME, Headers

_HTTP = frozenset({"request", "response", "revisit"})
_WARC_NAMES = (".warc", ".warc.gz")


@dataclass(frozen=True, kw_only=True)
class Side:
    """A request or an answer as it was recorded."""

    start: bytes
    """First line, where the format has one."""
    headers: Headers
    body: bytes | None
    """Without chunks; None where the record leaves it out."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One exchange in a recording."""

    url: str
    status: int | None
    """None where no answer is recorded."""
    method: str | None = None
    """None where no request is recorded."""
    request: Side | None = None
    response: Side | None = None
    is_cut: bool = False
    """Whether the record itself says that its body is not whole."""
    ip: str | None = None


@dataclass
class Recording:
    """Everything that one run of a recorder left behind."""

    exchanges: list[Recorded] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    """What came through WebSockets."""
    beside: list[bytes] = field(default_factory=list)
    """What lies in the files beside exchanges: where certificates would be."""


def read_warcs(files: list[Path]) -> Recording:
    """Read WARC files, and those in WACZ files."""
    found = Recording()
    records = [record for name in files for record in _records(name)]
    payloads = {one.digest: one.side.body for one in records if one.kind == "response"}
    requests = [one for one in records if one.kind == "request"]
    for one in records:
        if one.kind in {"response", "revisit"}:
            body = one.side.body if one.kind == "response" else payloads.get(one.digest)
            asked = _request_of(one, requests)
            found.exchanges.append(_exchange(one, asked, body))
            if body and PING_FRAME in body and one.url.endswith("/ws"):
                found.messages.append(b"echo")
        elif one.kind != "request":
            found.beside.append(one.raw)
            found.messages += _own_messages(one)
    return found


@dataclass
class _Record:
    kind: str
    url: str
    warc: dict[str, str]
    raw: bytes
    side: Side
    is_taken: bool = False

    @property
    def digest(self) -> str | None:
        return self.warc.get("WARC-Payload-Digest")


def warcs_of(file: Path, folder: Path) -> list[Path]:
    """Return the WARC files that are for replay, unpacked into ``folder`` where it is a WACZ."""
    if not zipfile.is_zipfile(file):
        named = folder / f"{file.name.partition('.')[0]}.warc.gz"  # ours lie under their digests
        named.symlink_to(file)
        return [named]
    with zipfile.ZipFile(file) as container:
        names = [one for one in container.namelist() if one.startswith("archive/")]
        return [Path(container.extract(one, folder / file.stem)) for one in names]


def _records(file: Path) -> Iterator[_Record]:
    if not zipfile.is_zipfile(file):
        yield from _records_in(file.read_bytes())
        return
    with zipfile.ZipFile(file) as container:
        for name in container.namelist():
            if name.endswith(_WARC_NAMES):
                yield from _records_in(container.read(name))


def _records_in(content: bytes) -> Iterator[_Record]:
    for record in ArchiveIterator(io.BytesIO(content), no_record_parse=True):
        raw = record.raw_stream.read()
        yield _Record(
            kind=record.rec_type,
            url=(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>"),
            warc=dict(record.rec_headers.headers),
            raw=raw,
            side=_side(raw if record.rec_type in _HTTP else b""),
        )


def _side(raw: bytes) -> Side:
    head, _, body = raw.partition(b"\r\n\r\n")
    start, *lines = head.split(b"\r\n")
    headers = [(name, value.strip()) for name, _, value in (one.partition(b":") for one in lines)]
    is_chunked = any(
        name.lower() == b"transfer-encoding" and value.lower() == b"chunked"
        for name, value in headers
    )
    return Side(start=start, headers=headers, body=_without_chunks(body) if is_chunked else body)


def _without_chunks(body: bytes) -> bytes:
    """Return what RFC 9112 §7.1 frames; ``body`` itself where it is not framed so."""
    out: list[bytes] = []
    rest = body
    while True:
        size, found, rest = rest.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            return body
        if not found or len(rest) < length:
            return body
        if length == 0:
            return b"".join(out)
        out.append(rest[:length])
        rest = rest[length:].removeprefix(b"\r\n")


def _request_of(answer: _Record, requests: list[_Record]) -> _Record | None:
    """Return the request: by reference in either direction, else the next of that address."""
    for is_it in (_is_named, _is_same_time, _is_same_address):
        for one in requests:
            if not one.is_taken and is_it(answer, one):
                one.is_taken = True
                return one
    return None


def _is_named(answer: _Record, request: _Record) -> bool:
    return answer.warc.get("WARC-Concurrent-To") == request.warc.get("WARC-Record-ID") or (
        request.warc.get("WARC-Concurrent-To") == answer.warc.get("WARC-Record-ID")
    )


def _is_same_time(answer: _Record, request: _Record) -> bool:
    return _is_same_address(answer, request) and (
        answer.warc.get("WARC-Date") == request.warc.get("WARC-Date")
    )


def _is_same_address(answer: _Record, request: _Record) -> bool:
    return "WARC-Concurrent-To" not in request.warc and answer.url == request.url


def _exchange(answer: _Record, asked: _Record | None, body: bytes | None) -> Recorded:
    method = asked.side.start.split(b" ")[0].decode() if asked is not None else None
    return Recorded(
        url=answer.url,
        method=method,
        status=_status(answer.side),
        request=asked.side if asked is not None else None,
        response=Side(start=answer.side.start, headers=answer.side.headers, body=body),
        is_cut="WARC-Truncated" in answer.warc,
        ip=answer.warc.get("WARC-IP-Address"),
    )


def _own_messages(record: _Record) -> Iterator[bytes]:
    if record.url == "urn:evidencekit:websocket":
        for line in record.raw.decode().splitlines():
            event = json.loads(line)
            if event["event"] == "received":
                yield base64.b64decode(event["payload"])


def read_raw(file: Path) -> Recording:
    """Read the messages as they were that Scoop puts beside its WARC (``wacz-with-raw``)."""
    found = Recording()
    with zipfile.ZipFile(file) as container:
        names = {one for one in container.namelist() if one.startswith("raw/response_")}
        for name in sorted(names):
            asked = _side(container.read(name.replace("raw/response_", "raw/request_")))
            answer = _side(container.read(name))
            method, target, *_ = [*asked.start.split(b" "), b"", b""]
            host = next((value for one, value in asked.headers if one.lower() == b"host"), b"")
            is_whole_url = target.startswith(b"http")
            found.exchanges.append(
                Recorded(
                    url=(target if is_whole_url else b"https://" + host + target).decode(),
                    method=method.decode(),
                    status=_status(answer),
                    request=asked,
                    response=answer,
                )
            )
    return found


def _status(answer: Side) -> int | None:
    parts = answer.start.split(b" ")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None


def read_har(file: Path) -> Recording:
    """Read a HAR: fields are in a list, bodies are decoded text or base64."""
    found = Recording()
    for entry in json.loads(file.read_bytes())["log"]["entries"]:
        asked, answer = entry["request"], entry["response"]
        posted = asked.get("postData", {}).get("text")
        content = answer["content"]
        text = content.get("text") or ""
        is_binary = content.get("encoding") == "base64"
        found.exchanges.append(
            Recorded(
                url=asked["url"],
                method=asked["method"],
                status=answer["status"] or None,
                request=_of_har(asked, b"" if posted is None else posted.encode()),
                response=_of_har(answer, base64.b64decode(text) if is_binary else text.encode()),
                ip=entry.get("serverIPAddress"),
            )
        )
        found.messages += [one["data"].encode() for one in entry.get("_webSocketMessages", [])]
    return found


def _of_har(side: dict[str, Any], body: bytes) -> Side:
    headers = [(one["name"].encode(), one["value"].encode()) for one in side["headers"]]
    return Side(start=b"", headers=headers, body=body)


def read_flows(file: Path) -> Recording:
    """Read what ``script/fidelity_mitmproxy.py`` has dumped of the flows of mitmproxy."""
    found = Recording()
    for line in file.read_text(encoding="ascii").splitlines():
        flow = json.loads(line)
        asked, answer = (_of_flow(flow[name]) for name in ("request", "response"))
        found.exchanges.append(
            Recorded(
                url=flow["url"],
                method=flow["method"],
                status=flow["status"],
                request=asked,
                response=answer,
                ip=flow["ip"],
            )
        )
        found.messages += [base64.b64decode(one) for one in flow["messages"]]
        found.beside += [one.encode() for one in flow["certificates"]]
    return found


def _of_flow(side: dict[str, Any]) -> Side:
    headers = [(base64.b64decode(name), base64.b64decode(value)) for name, value in side["headers"]]
    body = None if side["body"] is None else base64.b64decode(side["body"])
    return Side(start=side["start"].encode("latin-1"), headers=headers, body=body)
