"""KakaoTalk's CSV, of Macs and newer Windows: date, user, and a message of one or more lines."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from evidencekit.metadata.chats.clock import at, read_day, read_time
from evidencekit.metadata.chats.kakaotalk_words import (
    files_of,
    is_of_program,
    kind_of,
    kind_of_bare,
)
from evidencekit.metadata.chats.lines import Line, Text, lines_of
from evidencekit.metadata.chats.message import UNCERTAIN, Kind, Piece, named

MAX_LINES = 5_000
"""Lines of one row; where a quote is not closed within them, its line is not understood."""
_HEAD = re.compile(r'"?(?:Date|날짜)"?,"?(?:User|사용자)"?,"?(?:Message|메시지)"?')
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_COLUMNS = 3


def is_head(line: str) -> bool:
    """Whether it is the first line of such a file."""
    return _HEAD.fullmatch(line) is not None


def rows(text: Text) -> Iterator[Piece]:
    """Yield pieces that cover the file; a row ends where as many quotes are closed as opened."""
    held: list[Line] = []
    waiting: list[Line] = []  # to be read again, the first one last
    lines = lines_of(text)
    is_open = False
    while True:
        line = waiting.pop() if waiting else next(lines, None)
        if line is not None:
            held.append(line)
            is_open ^= line.raw.count('"') % 2 == 1
            if is_open and len(held) < MAX_LINES:
                continue
        if not held:
            return
        if is_open:  # its quote has no end: only this line is lost
            waiting += reversed(held[1:])
            held = held[:1]
        yield _row(held)
        held, is_open = [], False


def _row(held: list[Line]) -> Piece:
    raw = "".join(one.raw for one in held)
    if held[0].number == 1 and is_head(held[0].text):
        return _piece(held, raw, kind="header", text=raw.strip())
    try:
        found = next(csv.reader(io.StringIO(raw, newline=""), strict=True), [])
    except csv.Error:
        found = []
    if len(found) != _COLUMNS:
        kind: Kind = "unparsed" if raw.strip() else "header"
        return _piece(held, raw, kind=kind, text=raw.strip())
    date, sender, said = found
    said = said.replace("\r\n", "\n")
    moment = at(_day(date), read_time(date))
    kind, warnings = _kind(sender, said)
    return _piece(
        held, raw, kind=kind, sender=sender, text=said, moment=moment, at_raw=date,
        warnings=warnings,
    )  # fmt: skip


def _kind(sender: str, said: str) -> tuple[Kind, tuple[str, ...]]:
    if not sender:
        return kind_of_bare(said) or "system", ()
    if is_of_program(said, sender):
        return "system", (UNCERTAIN,)
    return kind_of(said), ()


def _piece(
    held: list[Line], raw: str, *, kind: Kind, text: str, sender: str = "", at_raw: str = "",
    moment: datetime | None = None, warnings: tuple[str, ...] = (),
) -> Piece:  # fmt: skip
    return Piece(
        kind=kind, start=held[0].start, end=held[-1].end, line=held[0].number, raw=raw, text=text,
        sender=sender, at=moment, at_raw=at_raw, precision="second" if moment else "none",
        attachments=named(files_of(text)) if kind == "message" else (), warnings=warnings,
    )  # fmt: skip


def _day(text: str) -> tuple[int, int, int] | None:
    found = _ISO.match(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else read_day(text)
