"""Credentials in one record of a WARC: its own header, and its block by what the record is.

Bodies that are packed are not looked into here (:mod:`.packing`).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evidencekit.capture.credentials.answers import in_answer
from evidencekit.capture.credentials.bodies import Body, body_of, header_of
from evidencekit.capture.credentials.everywhere import repeated
from evidencekit.capture.credentials.found import Found, Octets, mark, outermost
from evidencekit.capture.credentials.heads import headers_in, in_fields, in_head
from evidencekit.capture.credentials.posted import in_message, in_posted
from evidencekit.capture.credentials.records import Record
from evidencekit.capture.credentials.unfolded import json_string
from evidencekit.capture.credentials.urls import in_addresses

_ADDRESSES = (b"WARC-Target-URI", b"WARC-Refers-To-Target-URI")
_MESSAGES = b"urn:evidencekit:websocket"
_PAYLOAD = re.compile(rb"\"payload\": ?\"([A-Za-z0-9+/]*={0,2})\"")
_FIELD_LINE = re.compile(rb"\"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}:(?:[^\"\\]|\\.)*+)\"")
"""A header field in a string of our JSON: early hints, trailers of HTTP/2."""
_QUANTUM, _OCTETS = 4, 3  # RFC 4648 §4: four letters for three bytes
_DIGESTS = frozenset(
    {
        b"content-digest",
        b"content-md5",
        b"digest",
        b"repr-digest",
        b"x-amz-content-sha256",
        b"x-goog-hash",
    }
)
"""Of a body; by them a short value that is covered in it could be guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A find and what goes in its place: as many bytes."""

    found: Found
    value: bytes
    """What was found, decoded where the record holds it encoded."""
    mark: bytes


def read_body(record: Record) -> Body | None:
    """Return the body of an HTTP message that may hold text; None where there is none."""
    return body_of(record) if is_message(record) and is_text(record) else None


def in_record(record: Record, body: Body | None, values: Sequence[bytes] = ()) -> Iterator[Edit]:
    """Yield what a record holds; offsets are of the record.

    ``body`` is what :func:`read_body` returns. ``values`` are looked for too where a record is
    read through an encoding, in which nobody else would find them.
    """
    for name in _ADDRESSES:
        span = record.field(name)
        if span is not None:
            yield from edits(record.data, in_addresses(record.data, *span))
    if is_message(record):
        yield from edits(record.data, in_head(record.data, record.block, record.head_end()))
        if body is not None and not body.coding:
            yield from in_plain(record, body, in_body(record, body))
        if body is not None:
            yield from edits(record.data, in_fields(record.data, *body.trailers))
    elif record.text(b"WARC-Type") in (b"metadata", b"resource") and is_text(record):
        yield from _in_ours(record, values)


def in_body(record: Record, body: Body) -> Iterator[Found]:
    """Yield what a body holds by itself; offsets are of the body."""
    if record.text(b"WARC-Type") == b"request":
        kind = header_of(record, b"content-type")
        yield from in_posted(body.data, body.start, body.end, content_type=kind)
    else:
        yield from in_answer(body.data, body.start, body.end)


def in_plain(record: Record, body: Body, finds: Iterable[Found]) -> Iterator[Edit]:
    """Yield the edits for finds in a body that is not packed."""
    yield from edits(record.data, body.back(outermost(finds)))


def body_digests(record: Record) -> Iterator[Edit]:
    """Yield the fields of a message that hold a digest of its body."""
    for one in headers_in(record.data, record.block, record.head_end()):
        if one.name in _DIGESTS:
            where = Found(
                kind="body-digest", field=one.name.decode("ascii"), start=one.start, end=one.end
            )
            yield from edits(record.data, [where] if one.start < one.end else [])


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


def edits(data: Octets, finds: Iterable[Found]) -> Iterator[Edit]:
    """Yield the edits for finds in bytes that hold them as they are."""
    for one in outermost(finds):
        value = bytes(data[one.start : one.end])
        yield Edit(found=one, value=value, mark=mark(value))


def _in_ours(record: Record, values: Sequence[bytes]) -> Iterator[Edit]:
    yield from edits(record.data, _in_our_json(record))
    if record.text(b"WARC-Target-URI").startswith(_MESSAGES):
        yield from _in_messages(record, values)


def _in_our_json(record: Record) -> Iterator[Found]:
    yield from in_addresses(record.data, record.block, record.end)
    for one in _FIELD_LINE.finditer(record.data, record.block, record.end):
        line = json_string(record.data, *one.span(1))
        yield from line.back(outermost(in_fields(line.data, 0, len(line.data))))


def _in_messages(record: Record, values: Sequence[bytes]) -> Iterator[Edit]:
    """Look into the messages of WebSockets, which are kept in base64."""
    for one in _PAYLOAD.finditer(record.data, record.block, record.end):
        try:
            payload = base64.b64decode(one[1], validate=True)
        except binascii.Error:
            continue
        finds = outermost(_in_payload(payload, values))
        if finds:
            yield from _encoded_edits(payload, finds, at=one.start(1))


def _in_payload(data: bytes, values: Sequence[bytes]) -> Iterator[Found]:
    yield from in_message(data, 0, len(data))
    yield from repeated(data, 0, len(data), values)


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
