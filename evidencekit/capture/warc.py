"""Writes what went over the wire into a WARC 1.1 file (ISO 28500:2017), byte for byte.

Rules: a block is written exactly as the recorder hands it over, never parsed and put together
again; every record is a gzip member of its own and carries its SHA-256; nothing about the operator,
the machine or the case goes in, since WARC files get passed on. warcio is used for the record
framing only: importing ``warcio.capture_http`` would replace ``http.client`` in the whole process.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from evidencekit.capture.warc_stream import Member, Stream
from evidencekit.errors import BadInput
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json
from evidencekit.text.catalog import _

Truncated = Literal["length", "time", "disconnect", "unspecified"]
"""Why a block ends before its message did (WARC 1.1 §5.13)."""

EXCHANGE = "urn:evidencekit:exchange"
"""Target of what is said of one exchange, which ``WARC-Concurrent-To`` names.

Never the exchange's own URL: pywb lists metadata records and would show this one for the page.
"""

_VERSION = "WARC/1.1"
_FORMAT = "WARC File Format 1.1"
_CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_NOT_IN_URI = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One HTTP message as it was on the wire; the writer seeks in ``body`` and never closes it."""

    head: bytes
    """Start line, headers and the empty line; empty where the peer sent nothing at all."""
    body: BinaryIO | None
    """Seekable, positioned where the body begins; still content-encoded, and transfer-encoded too
    where the recorder saw the chunks."""
    body_size: int
    """How many bytes of ``body`` belong to the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came back."""

    url: str
    at: datetime
    """When the request was sent, aware."""
    request: Block
    response: Block
    ip: str | None
    """The peer's address on this very connection; None where the recorder cannot know it."""
    protocols: tuple[str, ...]
    """Lower-case names for WARC-Protocol, e.g. ``("http/1.1", "tls/1.3")``."""
    truncated: Truncated | None
    page_id: str | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
    """Becomes a ``metadata`` record (application/json) concurrent to the response."""


class WarcWriter:
    """Creates one file at ``path``, which must not exist, and closes it on leaving the context.

    ``new_id`` returns a fresh UUID as text each time; ``clock`` dates the warcinfo record only.
    ``settings`` are more warcinfo fields: name no operator, machine, case or own address in them.
    """

    def __init__(
        self,
        path: Path,
        *,
        software: str,
        settings: Mapping[str, str],
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._new_id = new_id
        self._file = path.open("xb", buffering=0)
        self._out = _ExactWriter(self._file, gzip=False, warc_version=_VERSION)
        self._info_id: str | None = None
        fields = {"software": software, "format": _FORMAT, "conformsTo": _CONFORMS_TO, **settings}
        content = "".join(f"{_line(k)}: {_line(v)}\r\n" for k, v in fields.items()).encode()
        self._info_id = self._write(
            "warcinfo",
            [("WARC-Date", write_time(clock()))],
            "application/warc-fields",
            Stream(content),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        self._file.close()

    @property
    def size_bytes(self) -> int:
        """How large the file has become."""
        return self._file.tell()

    def write_exchange(self, exchange: Exchange) -> str:
        """Write response, request and metadata; return the WARC-Record-ID of the response.

        Where nothing at all came back there is no response record, since an empty one would be
        replayed as a page; then the id is that of the request.
        """
        common = _common(exchange)
        written: str | None = None
        if exchange.response.head or exchange.response.body_size:
            cut = [("WARC-Truncated", exchange.truncated)] if exchange.truncated else []
            written = self._write_http("response", [*common, *cut], exchange.response)
        linked = [("WARC-Concurrent-To", written)] if written else []
        request = self._write_http("request", [*common, *linked], exchange.request)
        main = written or request
        if exchange.metadata:
            headers = [*_common(exchange, target=EXCHANGE), ("WARC-Concurrent-To", main)]
            self._write_json(headers, exchange.metadata)
        return main

    def write_metadata(self, target: str, value: Json, *, at: datetime) -> str:
        """Write ``value`` as JSON about ``target``, a URL or URN; return the record's id."""
        return self._write_json(
            [("WARC-Target-URI", warc_uri(target)), ("WARC-Date", write_time(at))], value
        )

    def write_resource(
        self, target: str, media_type: str, content: BinaryIO, size: int, *, at: datetime
    ) -> str:
        """Write ``size`` bytes of ``content``, seekable, e.g. a screenshot; return the id."""
        headers = [("WARC-Target-URI", warc_uri(target)), ("WARC-Date", write_time(at))]
        return self._write("resource", headers, _line(media_type), Stream(b"", content, size))

    def _write_http(
        self, kind: Literal["request", "response"], headers: list[tuple[str, str]], block: Block
    ) -> str:
        stream = Stream(block.head, block.body, block.body_size)
        has_payload = bool(block.body_size) and _ends_where_readers_think(block.head)
        return self._write(
            kind,
            headers,
            f"application/http; msgtype={kind}",
            stream,
            payload_at=len(block.head) if has_payload else None,
        )

    def _write_json(self, headers: list[tuple[str, str]], value: Json) -> str:
        # ensure_ascii: text from a page may hold lone surrogates, which UTF-8 has no bytes for.
        content = json.dumps(value, ensure_ascii=True, sort_keys=True, default=_plain).encode()
        return self._write("metadata", headers, "application/json", Stream(content))

    def _write(
        self,
        kind: str,
        headers: Iterable[tuple[str, str]],
        content_type: str,
        stream: Stream,
        *,
        payload_at: int | None = None,
    ) -> str:
        record_id = f"<urn:uuid:{_line(self._new_id())}>"
        fields = [("WARC-Type", kind), ("WARC-Record-ID", record_id), *headers]
        if self._info_id is not None:
            fields.append(("WARC-Warcinfo-ID", self._info_id))
        of_block, of_payload = stream.digests(payload_at=payload_at)
        fields.append(("WARC-Block-Digest", of_block))
        if of_payload is not None:
            fields.append(("WARC-Payload-Digest", of_payload))
        head = StatusAndHeaders("", fields, protocol=_VERSION)
        record = ArcWarcRecord("warc", kind, head, stream, None, content_type, stream.size)
        self._append(record, stream.gzip_level())
        return record_id

    def _append(self, record: ArcWarcRecord, level: int) -> None:
        """Write a record whole or, where that fails, not at all: the file stays readable."""
        start = self._file.tell()
        try:
            self._out.write_member(record, level)
        except BaseException:
            self._file.seek(start)
            self._file.truncate()
            raise


def warc_uri(url: str) -> str:
    """Return ``url`` fit for a WARC header: printable ASCII, the rest percent-encoded as UTF-8.

    Raises :class:`BadInput` for a line break, which no URL parser lets through.
    """
    if not url or any(c in url for c in "\r\n"):
        raise BadInput(_("not a URL that a WARC record can carry"))
    known = url.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    octets = known.encode().decode("latin-1")
    return _NOT_IN_URI.sub(lambda found: f"%{ord(found[0]):02X}", octets)


class _ExactWriter(WARCWriter):  # type: ignore[misc]  # warcio is untyped
    def write_member(self, record: ArcWarcRecord, level: int) -> None:
        """Write one record as a gzip member; warcio itself packs everything at level 9."""
        self._write_warc_record(Member(self.out, level), record)

    def ensure_digest(
        self, record: ArcWarcRecord, block: bool = True, payload: bool = True
    ) -> None:
        """Do nothing: ours are in place, and warcio would add SHA-1 where we leave one out."""


def _ends_where_readers_think(head: bytes) -> bool:
    # The payload digest covers the stored bytes after the first empty line, chunk framing included:
    # that is what `warcio check` (1.8.1) compares, although WARC 1.1 §5.9 means the body without
    # its transfer encoding. A malformed head has no such place that all agree on, so no digest.
    lines = io.BytesIO(head)
    if not lines.readline().rstrip():
        return False
    while line := lines.readline():
        if not line.rstrip():
            return lines.tell() == len(head)
    return False


def _common(exchange: Exchange, *, target: str | None = None) -> list[tuple[str, str]]:
    """Return fields of a message of ``exchange``, or of what is about it, with a ``target``."""
    peer = target is None
    headers = [
        ("WARC-Target-URI", target or warc_uri(exchange.url)),
        ("WARC-Date", write_time(exchange.at)),
    ]
    if exchange.page_id is not None:
        headers.append(("WARC-Page-ID", _line(exchange.page_id)))
    if peer and exchange.ip is not None:
        headers.append(("WARC-IP-Address", _line(exchange.ip)))
    if peer:
        headers.extend(("WARC-Protocol", _line(name)) for name in exchange.protocols)
    return headers


def _line(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        raise BadInput(_("{text!a} cannot stand in a WARC header").format(text=text[:80]))
    return text


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
