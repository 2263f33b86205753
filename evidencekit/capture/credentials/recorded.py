"""Credentials in one record of a WARC: its own header, and its block by what the record is.

A response body is searched for what was found elsewhere only (:mod:`.everywhere`): pages are full
of fields named like secrets, and what a page shows to whoever asks for it is evidence.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evidencekit.capture.credentials.everywhere import repeated
from evidencekit.capture.credentials.found import Found, Octets, mark, outermost
from evidencekit.capture.credentials.heads import Header, headers_in, in_head
from evidencekit.capture.credentials.posted import in_json, in_posted
from evidencekit.capture.credentials.records import Record
from evidencekit.capture.credentials.urls import in_addresses

_ADDRESSES = (b"WARC-Target-URI", b"WARC-Refers-To-Target-URI")
_MESSAGES = b"urn:evidencekit:websocket"
_PAYLOAD = re.compile(rb"\"payload\": ?\"([A-Za-z0-9+/]*={0,2})\"")
_QUANTUM, _OCTETS = 4, 3  # RFC 4648 §4: four letters for three bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A find and what goes in its place: as many bytes."""

    found: Found
    value: bytes
    """What was found, decoded where the record holds it encoded."""
    mark: bytes


def in_record(record: Record, values: Sequence[bytes] = ()) -> Iterator[Edit]:
    """Yield what a record holds; offsets are of the record.

    ``values`` are looked for too where a record is read through an encoding, in which nobody else
    would find them.
    """
    for name in _ADDRESSES:
        span = record.field(name)
        if span is not None:
            yield from edits(record.data, in_addresses(record.data, *span))
    kind = record.text(b"WARC-Type")
    if is_message(record):
        yield from edits(record.data, in_head(record.data, record.block, record.head_end()))
        if kind == b"request" and not coding_of(record):
            yield from edits(record.data, _in_upload(record))
    elif kind in (b"metadata", b"resource") and is_text(record):
        yield from _in_ours(record, values)


def is_message(record: Record) -> bool:
    """Tell whether the block is an HTTP message."""
    return record.text(b"Content-Type").lower().startswith(b"application/http")


def is_text(record: Record) -> bool:
    """Tell whether the body may hold text: what is declared as a picture or the like does not."""
    declared = record.text(b"Content-Type")
    if is_message(record):
        declared = header_of(record, b"content-type")
    declared = declared.lower().lstrip()
    is_drawing = declared.startswith(b"image/svg")  # a picture made of text
    return is_drawing or not declared.startswith((b"image/", b"video/", b"audio/", b"font/"))


def coding_of(record: Record) -> bytes:
    """Return how the body of an HTTP message is encoded; empty where it is plain."""
    coding = header_of(record, b"content-encoding") if is_message(record) else b""
    return b"" if coding.lower() == b"identity" else coding


def header_of(record: Record, name: bytes) -> bytes:
    """Return a field of the HTTP message in a record, all of its values joined."""
    values = [
        bytes(record.data[header.start : header.end])
        for header in _headers(record)
        if header.name == name
    ]
    return b", ".join(values)


def _in_ours(record: Record, values: Sequence[bytes]) -> Iterator[Edit]:
    yield from edits(record.data, in_addresses(record.data, record.block, record.end))
    if record.text(b"WARC-Target-URI").startswith(_MESSAGES):
        yield from _in_messages(record, values)


def _in_messages(record: Record, values: Sequence[bytes]) -> Iterator[Edit]:
    """Look into the messages of WebSockets, which are kept in base64."""
    for one in _PAYLOAD.finditer(record.data, record.block, record.end):
        try:
            payload = base64.b64decode(one[1], validate=True)
        except binascii.Error:
            continue
        finds = outermost(_in_message(payload, values))
        if finds:
            yield from _encoded_edits(payload, finds, at=one.start(1))


def _in_message(data: bytes, values: Sequence[bytes]) -> Iterator[Found]:
    yield from in_json(data, 0, len(data))
    yield from in_addresses(data, 0, len(data))
    yield from repeated(data, 0, len(data), values)


def _in_upload(record: Record) -> Iterator[Found]:
    yield from in_posted(
        record.data,
        record.head_end(),
        record.end,
        content_type=header_of(record, b"content-type"),
    )


def _headers(record: Record) -> Iterator[Header]:
    if is_message(record):
        yield from headers_in(record.data, record.block, record.head_end())


def edits(data: Octets, finds: Iterable[Found]) -> Iterator[Edit]:
    """Yield the edits for finds in bytes that hold them as they are."""
    for one in outermost(finds):
        value = bytes(data[one.start : one.end])
        yield Edit(found=one, value=value, mark=mark(value))


def _encoded_edits(payload: bytes, finds: list[Found], *, at: int) -> Iterator[Edit]:
    marked = bytearray(payload)
    for one in finds:
        marked[one.start : one.end] = mark(payload[one.start : one.end])
    encoded = base64.b64encode(marked)
    for one in finds:
        first = one.start // _OCTETS * _QUANTUM
        last = -(-one.end // _OCTETS) * _QUANTUM
        where = Found(kind=one.kind, field=one.field, start=at + first, end=at + last)
        yield Edit(found=where, value=payload[one.start : one.end], mark=encoded[first:last])
