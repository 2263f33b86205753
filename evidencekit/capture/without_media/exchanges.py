"""An exchange as it may be recorded: its heads, cleaned, and no body.

Heads stay as they were, but for runs of letters that are long enough to hold a picture; of such a
field there is the name, and how long the value was. A head that is larger than any that people
need is cut down in the same way, field by field.
"""

import re
from dataclasses import replace

from evidencekit.capture.warc import Block, Exchange
from evidencekit.capture.without_media.codes import Cleaning
from evidencekit.capture.without_media.values import cleaned_value

CHANGES = (
    "no bodies, of requests neither; in heads and addresses, runs of more than 200 letters of "
    "base64 and what else could be bytes are replaced by [n characters]"
)
MAX_HEAD_BYTES = 16 << 10
MAX_FIELD_CHARS = 64
"""In a head that is larger than that."""
_LENGTH_NONE = re.compile(rb"\ncontent-length:[ \t]*0+[ \t]*\r?\n", re.IGNORECASE)
_BODILESS = re.compile(rb"HTTP/[0-9.]{1,3} (?:1\d\d|204|205|304)\b")


def bare_exchange(exchange: Exchange, cleaning: Cleaning) -> Exchange:
    """Return ``exchange`` without its bodies, which the caller closes, and with clean heads.

    ``cleaning`` is the same for all exchanges of a capture, and counts them together.
    """
    return cleaning.twice(lambda one: _bare_exchange(exchange, one))


def _bare_exchange(exchange: Exchange, cleaning: Cleaning) -> Exchange:
    head = exchange.response.head
    is_bodiless = (
        not head
        or exchange.request.head.startswith(b"HEAD ")
        or _BODILESS.match(head) is not None
        or _LENGTH_NONE.search(head) is not None
    )
    metadata = cleaned_value(exchange.metadata, cleaning)
    return replace(
        exchange,
        url=cleaning.text(exchange.url),
        request=_bare(exchange.request, cleaning),
        response=_bare(exchange.response, cleaning),
        truncated=None if is_bodiless else "unspecified",
        metadata=metadata if isinstance(metadata, dict) else {},
    )


def _bare(block: Block, cleaning: Cleaning) -> Block:
    return Block(head=cleaned_head(block.head, cleaning), body=None, body_size=0)


def cleaned_head(head: bytes, cleaning: Cleaning) -> bytes:
    """Return a head whose lines are cleaned one by one; octets stay as they are where they may."""
    is_large = len(head) > MAX_HEAD_BYTES
    return b"\n".join(_line(line, cleaning, is_large=is_large) for line in head.split(b"\n"))


def _line(line: bytes, cleaning: Cleaning, *, is_large: bool) -> bytes:
    end = b"\r" if line.endswith(b"\r") else b""
    text, is_utf8 = _decoded(line.removesuffix(b"\r"))
    name, colon, value = text.partition(":") if not text.startswith("HTTP/") else ("", "", text)
    cleaned = cleaning.text(text)
    if is_large and len(value) > MAX_FIELD_CHARS:
        cleaned = f"{name[:MAX_FIELD_CHARS]}{colon} {cleaning.length_of(value, 'heads')}"
    return cleaned.encode("utf-8" if is_utf8 else "latin-1", "replace") + end


def _decoded(line: bytes) -> tuple[str, bool]:
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return line.decode("latin-1"), False
