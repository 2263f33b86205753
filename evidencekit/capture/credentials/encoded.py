"""What is packed inside a record: it can be looked into, but nothing of the same length put back.

So it is left as it is, and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from evidencekit.capture.credentials.everywhere import Budget, repeated
from evidencekit.capture.credentials.posted import in_posted
from evidencekit.capture.credentials.recorded import coding_of, header_of, is_text
from evidencekit.capture.credentials.records import Record
from evidencekit.capture.decoding import decode_body

MAX_DECODED = 32 * 2**20

Why = Literal["encoded-body", "unread-body", "unsearched-body"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A place that holds, or may hold, a credential and stays."""

    why: Why
    """``encoded-body``: found in it. ``unread-body``: not decoded to its end.
    ``unsearched-body``: the search would have taken too long."""
    count: int


def left_in(record: Record, values: Sequence[bytes], budget: Budget) -> list[Left]:
    """Return what the encoded body of an HTTP message holds; nothing, where it is not encoded.

    An upload is searched by the rules too, an answer for ``values`` only.
    """
    coding = coding_of(record)
    start = record.head_end()
    is_upload = record.text(b"WARC-Type") == b"request"
    if not values and not is_upload:
        return []
    if not coding or not is_text(record) or start == record.end:
        return []
    packed = BytesIO(bytes(record.data[start : record.end]))
    decoded = decode_body(packed, coding.decode("latin-1"), limit=MAX_DECODED)
    content = decoded.content
    if not budget.allows(len(content), values):
        return [Left(why="unsearched-body", count=1)]
    found = sum(1 for _ in repeated(content, 0, len(content), values))
    if is_upload:
        kind = header_of(record, b"content-type")
        found += sum(1 for _ in in_posted(content, 0, len(content), content_type=kind))
    left = [Left(why="encoded-body", count=found)] if found else []
    return [*left, Left(why="unread-body", count=1)] if decoded.cut else left
