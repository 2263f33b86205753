"""Reads a finished WARC of ours and tells where each answer in it is.

Only responses are listed. Our metadata records are about answers and none themselves; a
replay that found them in the index would show a page of JSON in the place of the page.
"""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeadersParserException

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.cdxj import IndexEntry
from evidencekit.formats.cdxj_body import MAX_BODY, body_text
from evidencekit.text.catalog import _

UNREADABLE = (ArchiveLoadFailed, StatusAndHeadersParserException)
"""What warcio raises for a record that it cannot read."""


def index_warc(path: Path, *, filename: str) -> tuple[IndexEntry, ...]:
    """Return the answers in the order of the file; ``filename`` is its name in ``archive/``.

    Raises :class:`FormatUnreadable`.
    """
    try:
        return _indexed(path, filename)
    except UNREADABLE as exc:
        raise FormatUnreadable(_("a WARC file cannot be indexed")) from exc


def _indexed(path: Path, filename: str) -> tuple[IndexEntry, ...]:
    found: dict[str, IndexEntry] = {}
    with path.open("rb") as stream:
        records = ArchiveIterator(stream)
        for record in records:
            if record.rec_type == "response" and record.http_headers is not None:
                entry = _answer(record, filename)
                offset, length = records.get_record_offset(), records.get_record_length()
                number = record.rec_headers.get_header("WARC-Record-ID")
                found[number] = replace(entry, offset=offset, length=length)
            elif record.rec_type == "request" and record.http_headers is not None:
                number = record.rec_headers.get_header("WARC-Concurrent-To")
                if number in found:
                    found[number] = _asked(found[number], record)
    return tuple(found.values())


def _answer(record: ArcWarcRecord, filename: str) -> IndexEntry:
    status = record.http_headers.get_statuscode()
    return IndexEntry(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
        status=int(status) if status.isascii() and status.isdigit() else 0,
        mime=_mime(record.http_headers.get_header("Content-Type")),
        digest=record.rec_headers.get_header("WARC-Payload-Digest"),
        filename=filename,
        offset=0,
        length=0,
    )


def _asked(entry: IndexEntry, request: ArcWarcRecord) -> IndexEntry:
    method = request.http_headers.protocol  # where warcio puts the first word of a request line
    if method == "GET":
        return entry
    kind = request.http_headers.get_header("Content-Type") or ""
    body = request.raw_stream.read(MAX_BODY + 1)
    return replace(entry, method=method, request_body=body_text(body, kind))


def _mime(content_type: str | None) -> str | None:
    words = (content_type or "").replace(";", " ").split()
    return words[0] if words else None
