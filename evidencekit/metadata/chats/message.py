"""One message as a parser found it, and everything else that stands in an export.

The pieces of a file of lines cover it from the first byte to the last: nothing is dropped, and what
was not understood is a piece of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from evidencekit.model.json import Json, JsonObject

Kind = Literal["message", "system", "deleted", "call", "day", "header", "unparsed"]
Precision = Literal["second", "minute", "day", "none"]
SAID = frozenset({"message", "system", "deleted", "call"})
"""Kinds that are part of a conversation; the others are its frame, or not understood."""
UNCERTAIN = "uncertain-kind"
"""Warning: it reads like a line of the program, but a person can have written it."""
MAX_TEXT = 65_536
"""Characters of a text or of raw text that are told; the place says where the rest is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that a message names; with digest and size where the export holds its bytes."""

    name: str
    sha256: str | None = None
    size: int | None = None


def named(names: Iterable[str]) -> tuple[Attached, ...]:
    """Return files of which an export has no more than a name."""
    return tuple(Attached(name=name) for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of an export. All texts are hostile."""

    kind: Kind
    start: int
    """First byte in the file; for mail and archives in which places are not bytes, -1."""
    end: int
    line: int | None = None
    """Number of its first line, from 1, where the file is made of lines."""
    pointer: str = ""
    """Where it stands in a structured file: a JSON pointer (RFC 6901), or the number of a mail."""
    sender: str = ""
    sender_id: str = ""
    at: datetime | None = None
    """With a zone where the export states one; else what the device's clock showed."""
    at_raw: str = ""
    precision: Precision = "none"
    text: str = ""
    raw: str = ""
    conversation: str = ""
    message_id: str = ""
    reply_to: str = ""
    forwarded_from: str = ""
    edited: str = ""
    attachments: tuple[Attached, ...] = ()
    """In the words of the export."""
    warnings: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of a mail."""
    dkim: tuple[JsonObject, ...] = ()
    """Of a mail: what its signatures say, and what came of judging them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is known of the whole file."""

    platform: str
    """``kakaotalk``, ``telegram``, ``whatsapp``, ``line``, ``discord``, ``meta``, ``sms``,
    ``mail``, ``x``."""
    variant: str = ""
    conversation: str = ""
    saved: str = ""
    """When it was exported, as written."""
    notes: tuple[str, ...] = ()
    """Assumptions that concern all messages, as stable words: ``day-before-month assumed``."""


def piece_to_json(piece: Piece) -> JsonObject:
    """Return what crosses from the worker; empty values are left out."""
    found: dict[str, Json] = {
        "kind": piece.kind,
        "start": piece.start,
        "end": piece.end,
        "line": piece.line,
        "pointer": piece.pointer,
        "sender": piece.sender,
        "sender_id": piece.sender_id,
        "at": piece.at.isoformat() if piece.at is not None else None,
        "at_raw": piece.at_raw,
        "precision": piece.precision,
        "text": piece.text[:MAX_TEXT],
        "raw": piece.raw[:MAX_TEXT],
        "conversation": piece.conversation,
        "message_id": piece.message_id,
        "reply_to": piece.reply_to,
        "forwarded_from": piece.forwarded_from,
        "edited": piece.edited,
        "attachments": [_attached_to_json(one) for one in piece.attachments],
        "warnings": [*piece.warnings, *(("cut",) if len(piece.raw) > MAX_TEXT else ())],
        "headers": dict(piece.headers),
        "dkim": list(piece.dkim),
    }
    return {name: value for name, value in found.items() if value or value == 0}


def _attached_to_json(one: Attached) -> JsonObject:
    if one.sha256 is None:
        return {"name": one.name}
    return {"name": one.name, "sha256": one.sha256, "size": one.size}
