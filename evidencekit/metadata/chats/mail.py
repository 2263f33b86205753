"""Mail: one message (RFC 5322) or a box of them (RFC 4155), full heads kept.

A DKIM signature (RFC 6376) is judged where its key is at hand; the DNS, in which it lies, is not
asked here (:mod:`~evidencekit.metadata.chats.signatures`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from html import unescape

from evidencekit.metadata.chats.lines import Text
from evidencekit.metadata.chats.message import MAX_TEXT, Export, Piece, named
from evidencekit.metadata.chats.signatures import judged

_FROM = re.compile(rb"^From (?=\S)", re.MULTILINE)
_TAG = re.compile(
    r"<(?:style|script).*?</(?:style|script)>|<[^>]{0,2000}>", re.DOTALL | re.IGNORECASE
)
_PARSER = BytesParser(policy=policy.default)
_MAX_HEADERS, _MAX_PARTS = 200, 500
_CHECKED = frozenset({"verified", "failed"})


def parse(text: Text, *, is_box: bool, keys: Mapping[str, str]) -> tuple[Export, Iterator[Piece]]:
    """Return the mails in order; ``keys`` are those by which signatures are judged."""
    export = Export(platform="mail", variant="mbox" if is_box else "eml")
    places = _places(text.data, is_box=is_box)
    return export, (_mail(text.data, *place, keys=keys, is_in_box=is_box) for place in places)


def _places(data: bytes, *, is_box: bool) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of each mail."""
    starts = [found.start() for found in _FROM.finditer(data)] if is_box else [0]
    for number, start in enumerate(starts):
        yield number, start, starts[number + 1] if number + 1 < len(starts) else len(data)


def _mail(
    data: bytes, number: int, start: int, end: int, *, keys: Mapping[str, str], is_in_box: bool
) -> Piece:
    raw = data[start:end]
    content = raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw
    try:
        message = _PARSER.parsebytes(content)
        piece = _piece(message, number, start, end, raw)
        found = judged(content, keys, is_in_box=is_in_box)
        unchecked = any(one["result"] not in _CHECKED for one in found)
        return replace(piece, dkim=found, warnings=("dkim-not-checked",) if unchecked else ())
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as exc:
        return Piece(
            kind="unparsed", start=start, end=end, pointer=f"/{number}",
            text=f"{type(exc).__name__}", raw=raw[:MAX_TEXT].decode("utf-8", "replace"),
        )  # fmt: skip


def _piece(message: EmailMessage, number: int, start: int, end: int, raw: bytes) -> Piece:
    name, address = parseaddr(str(message.get("From", "")))
    moment = _date(str(message.get("Date", "")))
    parts = [part for part, _ in zip(message.walk(), range(_MAX_PARTS), strict=False)]
    files = tuple(part.get_filename() or "" for part in parts if part.get_filename())
    return Piece(
        kind="message", start=start, end=end, pointer=f"/{number}", sender=name or address,
        sender_id=address, conversation=str(message.get("Subject", "")), at=moment,
        at_raw=str(message.get("Date", "")), precision="second" if moment else "none",
        text=_text(message), raw=raw[:MAX_TEXT].decode("utf-8", "replace"),
        message_id=str(message.get("Message-ID", "")),
        reply_to=str(message.get("In-Reply-To", "")), attachments=named(files),
        headers=_headers(message),
    )  # fmt: skip


def _headers(message: EmailMessage) -> dict[str, str]:
    """All fields, in order; of those that are there several times, numbered."""
    found: dict[str, str] = {}
    for name, value in list(message.raw_items())[:_MAX_HEADERS]:
        key, number = name, 2
        while key in found:
            key, number = f"{name} ({number})", number + 1
        found[key] = str(value)
    return found


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        text = str(body.get_content())
    except (LookupError, UnicodeError, KeyError):
        payload = body.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if body.get_content_type() == "text/html":
        text = unescape(_TAG.sub(" ", text))
    return text.strip()
