"""WhatsApp: text exports of iOS and Android, in the date formats of whatever language.

There is no specification. Whether the day or the month comes first is told from the whole file, or
assumed; the zone is that of the device and not said.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from evidencekit.metadata.chats.clock import HALF, at, read_day, read_time
from evidencekit.metadata.chats.conversation import pieces_of
from evidencekit.metadata.chats.lines import Line, Text, lines_of
from evidencekit.metadata.chats.message import Export, Kind, Piece, Precision, named

_TIME = rf"(?:{HALF} )?\d{{1,2}}:\d\d(?::\d\d)?(?:[\s\u202f]?{HALF})?"
_DATE = r"(?:\d{1,4}[./-] ?\d{1,2}[./-] ?\d{1,4}\.?)"
_IOS = re.compile(rf"\[({_DATE}),? ({_TIME})\] (.*)", re.DOTALL)
_ANDROID = re.compile(rf"({_DATE}),? ({_TIME}) - (.*)", re.DOTALL)
_SENDER = re.compile(r"([^:]{1,120}?): (.*)|([^:]{1,120}):$", re.DOTALL)
_NUMBERS = re.compile(r"(\d{1,4})[./-] ?(\d{1,2})[./-] ?(\d{1,4})")
_ATTACHED = re.compile(r"<(?:attached|첨부됨|첨부): (.+)>|(.+?) \((?:file attached|파일 첨부됨)\)")
_OMITTED = re.compile(
    r"<.{0,40}(?:omitted|생략됨|제외됨).{0,10}>|(?:image|video|audio|sticker) omitted"
)
_DELETED = frozenset(
    {
        "This message was deleted",
        "You deleted this message",
        "삭제된 메시지입니다",
        "이 메시지는 삭제되었습니다",
    }
)
_YEAR_FIRST, _MONTHS, _CENTURY = 31, 12, 2000


def fits(head: list[str]) -> bool:
    """Whether the first lines are those of an export."""
    return sum(bool(_IOS.fullmatch(line) or _ANDROID.fullmatch(line)) for line in head) > 1


def parse(text: Text) -> tuple[Export, Iterator[Piece]]:
    """Return what is known of the file, and its pieces, in order."""
    order, note = _order(text)
    variant = "ios" if any(_IOS.fullmatch(line.text) for line in lines_of(text)) else "android"
    export = Export(platform="whatsapp", variant=variant, notes=(note,) if note else ())
    return export, pieces_of(lines_of(text), lambda line: _read(line, order))


def _order(text: Text) -> tuple[str, str]:
    """Return ``ymd``, ``dmy`` or ``mdy``, and what was assumed for it."""
    largest = [0, 0]
    for line in lines_of(text):
        found = _begun(line)
        numbers = _NUMBERS.match(found[1]) if found else None
        if numbers is None:
            continue
        if int(numbers[1]) > _YEAR_FIRST:
            return "ymd", ""
        largest = [max(largest[0], int(numbers[1])), max(largest[1], int(numbers[2]))]
    if largest[0] > _MONTHS:
        return "dmy", ""
    return ("mdy", "") if largest[1] > _MONTHS else ("dmy", "day-before-month assumed")


def _begun(line: Line) -> "re.Match[str] | None":
    return _IOS.fullmatch(line.text) or _ANDROID.fullmatch(line.text)


def _read(line: Line, order: str) -> Piece | None:
    found = _begun(line)
    if found is None:
        return None
    moment = at(_day(found[1], order), read_time(found[2]))
    said = _SENDER.fullmatch(found[3])
    sender = (said[1] or said[3]) if said else ""
    text = (said[2] or "") if said else found[3]
    return Piece(
        kind=_kind(sender, text), start=line.start, end=line.end, line=line.number, sender=sender,
        at=moment, at_raw=f"{found[1]} {found[2]}", precision=_precision(found[2], moment),
        text=text, raw=line.raw, attachments=named(_attachments(text)),
    )  # fmt: skip


def _kind(sender: str, text: str) -> Kind:
    if not sender:
        return "system"
    return "deleted" if text.strip(" .") in _DELETED else "message"


def _precision(time: str, moment: datetime | None) -> Precision:
    if moment is None:
        return "none"
    return "second" if time.count(":") > 1 else "minute"


def _day(text: str, order: str) -> tuple[int, int, int] | None:
    found = _NUMBERS.match(text)
    if found is None:
        return read_day(text)
    numbers = [int(one) for one in found.groups()]
    year, month, day = (numbers[order.index(letter)] for letter in "ymd")
    return (year if year > _YEAR_FIRST * 3 else year + _CENTURY), month, day


def _attachments(text: str) -> tuple[str, ...]:
    found = _ATTACHED.fullmatch(text.strip())
    if found is not None:
        return ((found[1] or found[2]).strip(),)
    return (text.strip(),) if _OMITTED.fullmatch(text.strip()) else ()
