"""Conversations that Telegram Desktop writes as pages (``messages.html``, ``messages2.html`` …).

Each message is an element of its own, with its time and the offset from UTC in a title; one that is
``joined`` is by the sender of the one before. A page is cut where messages begin, so that what
stands between belongs to some message, and one broken message costs no other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from html import unescape
from urllib.parse import unquote

from evidencekit.metadata.chats.lines import Text
from evidencekit.metadata.chats.message import Export, Kind, Piece, named

MAX_MESSAGES = 2_000_000
_BEGIN = re.compile(rb'<div class="message (default|service)[^"]{0,60}"(?: id="message(-?\d+)")?')
_PAGE = re.compile(r'class="page_body chat_page"')
_TIME = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d\d):(\d\d):(\d\d)(?: UTC([+-])(\d\d):?(\d\d))?"
)
_DAY = re.compile(r"\d{1,2} \w{3,12} \d{4}")
_REPLY = re.compile(r"#go_to_message(\d+)")
_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,20})(?P<given>[^<>]{0,4000})>|[^<]+|<"
)
_GIVEN = re.compile(r'([a-z-]{1,30})="([^"]{0,2000})"')
_ALONE = frozenset({"br", "img", "meta", "link", "input", "hr"})
_MAX_DEPTH = 100


def fits(head: str) -> bool:
    """Tell by the first characters whether it is such a page."""
    return _PAGE.search(head) is not None


def parse(text: Text) -> tuple[Export, Iterator[Piece]]:
    """Return what is known of the page, and pieces that cover all of its bytes."""
    begins = [found.start() for found in _BEGIN.finditer(text.data)][:MAX_MESSAGES]
    head = _read(text.data[: begins[0] if begins else len(text.data)].decode("utf-8", "replace"))
    title = head.first("text bold")
    export = Export(platform="telegram", variant="html", conversation=title)
    return export, _pieces(text.data, text.start, begins, title)


def _pieces(data: bytes, start: int, begins: list[int], title: str) -> Iterator[Piece]:
    first = begins[0] if begins else len(data)
    if first > start:
        raw = data[start:first].decode("utf-8", "replace")
        yield Piece(kind="header", start=start, end=first, raw=raw)
    sender = ""
    for number, place in enumerate(begins):
        end = begins[number + 1] if number + 1 < len(begins) else len(data)
        piece = _piece(data, place, end, sender, title)
        sender = piece.sender if piece.kind == "message" else sender
        yield piece


def _piece(data: bytes, start: int, end: int, sender: str, title: str) -> Piece:
    raw = data[start:end].decode("utf-8", "replace")
    begun = _BEGIN.match(data, start)
    found = _read(raw)
    is_service = begun is not None and begun[1] == b"service"
    said = found.first("body details") if is_service else found.first("text")
    moment, written = _moment(found.date)
    kind = _kind(is_service=is_service, said=said, found=found)
    joined = "joined" in raw[:80]
    return Piece(
        kind=kind, start=start, end=end, raw=raw, text=said or found.first("status details"),
        sender=found.first("from_name") or (sender if joined else ""), at=moment, at_raw=written,
        precision="second" if moment else "none", conversation=title,
        message_id=begun[2].decode() if begun is not None and begun[2] else "",
        reply_to=found.reply, forwarded_from=found.forwarded, attachments=named(found.files),
    )  # fmt: skip


def _kind(*, is_service: bool, said: str, found: "_Message") -> Kind:
    if found.is_call:
        return "call"
    if is_service:
        return "day" if _DAY.fullmatch(said) else "system"
    return "message" if found.date else "unparsed"


def _moment(title: str) -> tuple[datetime | None, str]:
    found = _TIME.search(title)
    if found is None:
        return None, title
    day, month, year, hour, minute, second = map(int, found.groups()[:6])
    zone = None
    if found[7]:
        offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
        zone = timezone(-offset if found[7] == "-" else offset)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone), title
    except ValueError:
        return None, title


@dataclass(slots=True)
class _Message:
    """What stands in the elements of one message."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    date: str = ""
    reply: str = ""
    files: list[str] = field(default_factory=list)
    is_call: bool = False

    def first(self, kind: str) -> str:
        """Return what is written in elements of a class."""
        return "".join(self.texts.get(kind, ())).strip()

    @property
    def forwarded(self) -> str:
        """From whom it was forwarded."""
        return self.first("forwarded from_name")


def _read(html: str) -> _Message:
    """Read the elements of one message; what is no element is text, and nothing is tried twice."""
    reader = _Reader()
    for token in _TOKEN.finditer(html):
        if token["name"] is None:
            reader.text(unescape(token.group()))
        elif token["end"]:
            reader.close(token["name"])
        else:
            given = {name: unescape(value) for name, value in _GIVEN.findall(token["given"])}
            reader.open(token["name"], given)
    return reader.message


class _Reader:
    """Collects texts by the class of the element that they stand in."""

    def __init__(self) -> None:
        self.message = _Message()
        self._open: list[str] = []

    def open(self, tag: str, given: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        kind = given.get("class", "")
        if tag == "br":
            self.text("\n")
        if tag not in _ALONE and len(self._open) < _MAX_DEPTH:
            self._open.append(kind)
        if "date details" in kind and not self.message.date:
            self.message.date = given.get("title", "")
        if "media_call" in kind:
            self.message.is_call = True
        if tag == "a":
            self._link(given.get("href", ""))

    def _link(self, target: str) -> None:
        reply = _REPLY.fullmatch(target)
        if reply is not None:
            self.message.reply = reply[1]
        elif target and "media_wrap clearfix" in self._open and ":" not in target:
            self.message.files.append(unquote(target))

    def close(self, tag: str) -> None:
        """Take the end of an element."""
        if tag not in _ALONE and self._open:
            self._open.pop()

    def text(self, data: str) -> None:
        """Take what stands between elements."""
        is_forwarded = "forwarded body" in self._open
        for kind in reversed(self._open):
            if kind in _TEXTS:
                name = f"forwarded {kind}" if is_forwarded and kind == "from_name" else kind
                self.message.texts.setdefault(name, []).append(data)
                return
            if kind in _OTHERS:
                return


_TEXTS = frozenset({"text", "from_name", "body details", "text bold", "status details"})
_OTHERS = frozenset({"pull_right date details", "date details", "reply_to details", "initials"})
