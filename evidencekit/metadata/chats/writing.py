"""Parses one export into lines of JSON; runs in the sandbox, by the name ``chats.write``."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import BinaryIO

from evidencekit.metadata.chats import (
    kakaotalk,
    line,
    mail,
    short_messages,
    structured,
    telegram_page,
    whatsapp,
)
from evidencekit.metadata.chats.lines import Text, as_text
from evidencekit.metadata.chats.message import Export, Piece, piece_to_json
from evidencekit.metadata.chats.recognising import HEAD
from evidencekit.model.json import Json, JsonObject

MAX_SIZE = 512 * 2**20
"""Bytes of an export that is parsed; a larger one is said to be too large."""


def write(stream: BinaryIO, out: BinaryIO, argument: Json) -> JsonObject:
    """Write each piece as one line; return what is known of the whole.

    ``argument`` holds the ``platform``, and ``keys`` by which signatures of mails are judged.
    """
    match argument:
        case {"platform": str(platform), "keys": dict(keys)}:
            given = {str(name): str(key) for name, key in keys.items()}
        case _:
            raise ValueError("no platform")
    data = stream.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        return {"refused": f"more than {MAX_SIZE} bytes"}
    export, pieces = _parse(as_text(data), platform, given)
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts[piece.kind] += 1
        line = json.dumps(piece_to_json(piece), ensure_ascii=False)
        out.write(line.encode("utf-8", "replace") + b"\n")  # halves of surrogate pairs
    out.flush()
    return {
        "platform": export.platform,
        "variant": export.variant,
        "conversation": export.conversation,
        "saved": export.saved,
        "notes": list(export.notes),
        "counts": dict(counts),
    }


def _parse(text: Text, platform: str, keys: Mapping[str, str]) -> tuple[Export, Iterator[Piece]]:
    if platform in _OF_LINES:
        return _OF_LINES[platform](text)
    if platform == "mail":
        return mail.parse(text, keys=keys)
    head = text.data[:HEAD].decode(text.encoding, errors="replace")
    if platform == "x":
        return structured.parse(text, structured.variant_of_x(head))
    if platform == "telegram" and telegram_page.fits(head):
        return telegram_page.parse(text)
    return structured.parse(text, platform)


_OF_LINES: Mapping[str, Callable[[Text], tuple[Export, Iterator[Piece]]]] = MappingProxyType(
    {
        "kakaotalk": kakaotalk.parse,
        "whatsapp": whatsapp.parse,
        "line": line.parse,
        "sms": short_messages.parse,
    }
)
