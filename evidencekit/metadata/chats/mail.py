"""Mail: one message (RFC 5322) or a box of them (RFC 4155), full heads kept.

A mail within a mail is a message of its own, after the one that it came in. A DKIM signature
(RFC 6376) is judged where its key is at hand; the DNS, in which it lies, is not asked here
(:mod:`~evidencekit.metadata.chats.signatures`).
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape

from evidencekit.metadata.chats.lines import Text
from evidencekit.metadata.chats.mail_box import begins, is_box, unquoted
from evidencekit.metadata.chats.mail_fields import address, decoded, moment, read_head
from evidencekit.metadata.chats.mail_parts import MAX_PARTS, Part, parts_of
from evidencekit.metadata.chats.message import MAX_TEXT, Attached, Export, Piece
from evidencekit.metadata.chats.signatures import judged

MAX_WITHIN = 5
"""Mails in mails in mails; a deeper one is an attachment and no message."""
_TOKEN = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]{0,20})?[^<>]{0,4000}>|[^<]+|<")
_UNSEEN = frozenset({"style", "script", "title"})
_MAX_HTML = 2**20
_RAW = 4 * (MAX_TEXT + 1)  # bytes, of which enough characters can be made
_CHECKED = frozenset({"verified", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A mail in ``data``, and where in the file it stands, or the mail that it came in."""

    data: bytes
    start: int
    end: int
    shown: tuple[int, int]
    pointer: str
    is_in_box: bool
    is_in_file: bool = True
    """Whether ``data`` is the file, and not what was encoded in it."""
    depth: int = 0


def parse(text: Text, *, keys: Mapping[str, str]) -> tuple[Export, Iterator[Piece]]:
    """Return the mails in order; ``keys`` are those by which signatures are judged."""
    in_box = is_box(text.data)
    export = Export(platform="mail", variant="mbox" if in_box else "eml")
    return export, _pieces(text.data, keys, in_box=in_box)


def _pieces(data: bytes, keys: Mapping[str, str], *, in_box: bool) -> Iterator[Piece]:
    starts = list(begins(data)) if in_box else [0]
    if starts[0] > 0:
        yield Piece(kind="header", start=0, end=starts[0], raw=data[: starts[0]].decode("latin-1"))
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(data)
        head = data.find(b"\n", start, end) + 1 if in_box else start
        place = _Place(
            data=data, start=head, end=end, shown=(start, end), pointer=f"/{number}",
            is_in_box=in_box,
        )  # fmt: skip
        yield from _mails(place, keys)


def _mails(place: _Place, keys: Mapping[str, str]) -> Iterator[Piece]:
    """Yield a mail, then those within it."""
    try:
        parts = list(parts_of(place.data, place.start, place.end))
        yield _mail(place, parts, keys)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as exc:
        yield _not_understood(place, exc)
        return
    for part in parts:
        inner = _within(place, part) if part.type == "message/rfc822" else None
        if inner is not None:
            yield from _mails(inner, keys)


def _within(place: _Place, part: Part) -> _Place | None:
    """Return where a mail within a mail stands: in the file, where it is not encoded."""
    if place.depth == MAX_WITHIN:
        return None
    pointer = f"{place.pointer}/{part.number or '0'}"
    if part.is_as_sent:
        within = part.head.body, part.end
        shown = within if place.is_in_file else place.shown
        return replace(
            place, start=within[0], end=within[1], pointer=pointer, depth=place.depth + 1,
            shown=shown,
        )  # fmt: skip
    content = part.content(is_in_box=place.is_in_box)
    if content is None:
        return None
    return replace(
        place, data=content, start=0, end=len(content), pointer=pointer, depth=place.depth + 1,
        is_in_box=place.is_in_box and part.encoding != "base64", is_in_file=False,
    )  # fmt: skip


def _mail(place: _Place, parts: Sequence[Part], keys: Mapping[str, str]) -> Piece:
    head = read_head(place.data, place.start, place.end)
    name, mailbox = address(head.first("from"))
    at = moment(head.first("date"))
    said = _text(parts, is_in_box=place.is_in_box)
    mail = place.data[place.start : place.end]
    signatures = judged(mail, keys, is_in_box=place.is_in_box)
    raw = mail if place.depth else place.data[place.shown[0] : place.shown[1]]
    warnings = (
        ("cut",) if head.is_cut or len(parts) == MAX_PARTS else (),
        ("within-a-mail",) if place.depth else (),
        ("from-unquoted",) if place.is_in_box and _is_quoted(parts) else (),
        ("dkim-not-checked",) if any(one["result"] not in _CHECKED for one in signatures) else (),
    )
    return Piece(
        kind="message" if head.fields else "unparsed", start=place.shown[0], end=place.shown[1],
        pointer=place.pointer, sender=name or mailbox, sender_id=mailbox,
        conversation=decoded(head.first("subject")), at=at, at_raw=head.first("date"),
        precision="second" if at else "none", text=said, raw=raw[:_RAW].decode("utf-8", "replace"),
        message_id=head.first("message-id"), reply_to=head.first("in-reply-to"),
        attachments=tuple(_files(parts, is_in_box=place.is_in_box)),
        headers=head.numbered(), dkim=signatures,
        warnings=tuple(word for words in warnings for word in words),
    )  # fmt: skip


def _not_understood(place: _Place, exc: Exception) -> Piece:
    raw = place.data[place.start : place.end][:_RAW].decode("utf-8", "replace")
    return Piece(
        kind="unparsed", start=place.shown[0], end=place.shown[1], pointer=place.pointer,
        text=type(exc).__name__, raw=raw,
    )  # fmt: skip


def _files(parts: Sequence[Part], *, is_in_box: bool) -> Iterator[Attached]:
    for part in parts:
        if not part.is_file:
            continue
        name, content = part.name or part.type, part.content(is_in_box=is_in_box)
        if content is None:
            yield Attached(name=name)
        else:
            digest = hashlib.sha256(content).hexdigest()
            yield Attached(name=name, sha256=digest, size=len(content))


def _is_quoted(parts: Sequence[Part]) -> bool:
    """Whether a mark that boxes put before lines was taken away."""
    for part in parts:
        raw = part.data[part.head.body : part.end]
        if part.encoding != "base64" and b">From " in raw and unquoted(raw) != raw:
            return True
    return False


def _text(parts: Sequence[Part], *, is_in_box: bool) -> str:
    """Return what is written in plain text; where nothing is, what a page says."""
    shown = [one for one in parts if one.disposition != "attachment"]
    for kind, read in (("text/plain", str.strip), ("text/html", _seen)):
        found = [one for one in shown if one.type == kind]
        found = [one for one in found if not one.name] or found
        if found:
            return "\n".join(read(one.text(is_in_box=is_in_box)) for one in found)
    return ""


def _seen(page: str) -> str:
    """Return the words of a page, without its marks; each is looked at once."""
    words: list[str] = []
    hidden = ""
    for token in _TOKEN.finditer(page[:_MAX_HTML]):
        tag = (token[1] or "").lower()
        if hidden:
            hidden = "" if tag == f"/{hidden}" else hidden
        elif tag in _UNSEEN:
            hidden = tag
        else:
            words.append(" " if token[0].startswith("<") and len(token[0]) > 1 else token[0])
    return unescape("".join(words)).strip()
