"""KakaoTalk: exports of Windows, Android, iOS and Mac, in Korean and English.

There is no specification. Forms as seen in exports and in public parsers; which platform writes
which is not relied on: each line is read by its own form. Times are those of the device, to the
minute (CSV: to the second), without a zone.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from evidencekit.metadata.chats.clock import HALF, MONTH, at, read_day, read_time
from evidencekit.metadata.chats.conversation import pieces_of
from evidencekit.metadata.chats.lines import Line, Text, lines_of
from evidencekit.metadata.chats.message import Export, Kind, Piece, named

_CLOCK = rf"(?:{HALF} )?\d{{1,2}}:\d\d(?: {HALF})?"
_WINDOWS = re.compile(rf"\[(.*?)\] \[({_CLOCK})\] ?(.*)", re.DOTALL)
_KOREAN = r"\d{4}년 \d{1,2}월 \d{1,2}일|\d{4}\. ?\d{1,2}\. ?\d{1,2}\.?"
_DATE = rf"(?:{_KOREAN}|{MONTH} \d{{1,2}}, \d{{4}}(?: at)?)"
_PHONE = re.compile(rf"({_DATE},? {_CLOCK}), (.+?) : ?(.*)", re.DOTALL)
_PHONE_SYSTEM = re.compile(rf"({_DATE},? {_CLOCK})[,:] ?(.*)", re.DOTALL)
_DAY = re.compile(rf"(?:-{{5,}} )?(?:\S+day, )?{_DATE},?(?: \S+요일)?(?: -{{5,}})?")
_TITLE = re.compile(
    r"(.+?)\s?(?:님과|와|과) 카카오톡 대화|(.+) 카카오톡 대화"
    r"|KakaoTalk Chats with (.+)|(.+) with KakaoTalk Chats"
)
_SAVED = re.compile(r"(?:저장한 날짜|Date Saved)\s?: ?(.*)")
_CSV_HEAD = re.compile(r'"?Date"?,"?User"?,"?Message"?')
_DELETED = frozenset(
    {"삭제된 메시지입니다.", "메시지가 삭제되었습니다.", "This message was deleted."}
)
_CALLS = ("보이스톡", "페이스톡", "Voice Call", "Video Call")
_MEDIA = re.compile(r"(?:사진|동영상|Photo|Video)(?: \d+장)?")
_FILE = re.compile(
    r"(?:파일|File): ?(.+)"
    r"|([\w.-]{1,120}\.(?:jpe?g|png|gif|mp4|mov|m4a|pdf|zip|txt|docx?|hwpx?|xlsx?))",
    re.IGNORECASE,
)


def fits(head: list[str]) -> bool:
    """Whether the first lines are those of an export."""
    if head and _CSV_HEAD.match(head[0]):
        return True
    has_title = any(_TITLE.fullmatch(line) for line in head[:3])
    has_saved = any(_SAVED.fullmatch(line) for line in head[:4])
    begun = sum(bool(_WINDOWS.match(line) or _PHONE.match(line)) for line in head)
    return (has_title and (has_saved or begun > 0)) or (has_saved and begun > 0) or begun > 2  # noqa: PLR2004


def parse(text: Text) -> tuple[Export, Iterator[Piece]]:
    """Return what is known of the file, and its pieces, in order."""
    first = [line.text for line, _ in zip(lines_of(text), range(6), strict=False)]
    title = next((found for line in first if (found := _TITLE.fullmatch(line))), None)
    saved = next((found[1] for line in first if (found := _SAVED.fullmatch(line))), "")
    name = next((group for group in title.groups() if group), "") if title else ""
    if first and _CSV_HEAD.match(first[0]):
        return Export(platform="kakaotalk", variant="csv", saved=saved), _rows(text)
    reading = _Reading(name)
    export = Export(platform="kakaotalk", variant="text", conversation=name, saved=saved)
    return export, pieces_of(lines_of(text), reading.read)


class _Reading:
    """Reads line by line; knows the day that the last line of a day named."""

    def __init__(self, conversation: str) -> None:
        self._conversation = conversation
        self._day: tuple[int, int, int] | None = None
        self._has_begun = False

    def read(self, line: Line) -> Piece | None:
        """Return the piece that a line begins."""
        if found := _WINDOWS.fullmatch(line.text):
            self._has_begun = True
            moment = at(self._day, read_time(found[2]))
            return self._said(line, found[1], found[2], found[3], moment)
        if found := _PHONE.fullmatch(line.text):
            self._has_begun = True
            moment = at(read_day(found[1]), read_time(found[1]))
            return self._said(line, found[2], found[1], found[3], moment)
        if found := _PHONE_SYSTEM.fullmatch(line.text):
            self._has_begun = True
            moment = at(read_day(found[1]), read_time(found[1]))
            return self._piece(line, "system", at_raw=found[1], moment=moment, text=found[2])
        return self._framed(line)

    def _framed(self, line: Line) -> Piece | None:
        """Read a day, the head of the file, or an empty line before the first message."""
        if _DAY.fullmatch(line.text.strip()):
            self._day = read_day(line.text)
            return self._piece(line, "day", text=line.text)
        if self._has_begun:
            return None
        is_head = (
            _TITLE.fullmatch(line.text) or _SAVED.fullmatch(line.text) or not line.text.strip()
        )
        return self._piece(line, "header", text=line.text) if is_head else None

    def _said(
        self, line: Line, sender: str, at_raw: str, text: str, moment: datetime | None
    ) -> Piece:
        made = self._piece(line, _kind(text), at_raw=at_raw, moment=moment, text=text)
        return Piece(
            **{name: getattr(made, name) for name in _SHARED}, sender=sender,
            attachments=named(_attachments(text)),
        )  # fmt: skip

    def _piece(
        self, line: Line, kind: Kind, *, at_raw: str = "", moment: datetime | None = None, text: str
    ) -> Piece:
        return Piece(
            kind=kind, start=line.start, end=line.end, line=line.number, at=moment, at_raw=at_raw,
            precision="minute" if moment is not None else "none", text=text, raw=line.raw,
            conversation=self._conversation,
        )  # fmt: skip


_SHARED = (
    "kind",
    "start",
    "end",
    "line",
    "at",
    "at_raw",
    "precision",
    "text",
    "raw",
    "conversation",
)


def _kind(text: str) -> Kind:
    if text.strip() in _DELETED:
        return "deleted"
    return "call" if text.startswith(_CALLS) else "message"


def _attachments(text: str) -> tuple[str, ...]:
    found = _FILE.fullmatch(text.strip())
    if found is not None:
        return ((found[1] or found[2]).strip(),)
    return (text.strip(),) if _MEDIA.fullmatch(text.strip()) else ()


def _rows(text: Text) -> Iterator[Piece]:
    """CSV of Mac and newer Windows: a row may have several lines, so it is built from these."""
    held: list[Line] = []
    for line in lines_of(text):
        held.append(line)
        raw = "".join(one.raw for one in held)
        if raw.count('"') % 2 == 0:
            yield _row(held, raw)
            held = []
    if held:
        yield _row(held, "".join(one.raw for one in held))


def _row(held: list[Line], raw: str) -> Piece:
    place = {"start": held[0].start, "end": held[-1].end, "line": held[0].number, "raw": raw}
    try:
        found = next(csv.reader(io.StringIO(raw), strict=True), [])
    except csv.Error:
        found = []
    if held[0].number == 1 and _CSV_HEAD.match(held[0].text):
        return Piece(kind="header", text=raw.strip(), **place)  # type: ignore[arg-type]
    if len(found) != 3:  # noqa: PLR2004 (date, user, message)
        return Piece(kind="unparsed", text=raw.strip(), **place)  # type: ignore[arg-type]
    moment = at(_iso_day(found[0]), read_time(found[0]))
    return Piece(
        kind=_kind(found[2]) if found[1] else "system", sender=found[1], text=found[2], at=moment,
        at_raw=found[0], precision="second" if moment else "none",
        attachments=named(_attachments(found[2])), **place,  # type: ignore[arg-type]
    )  # fmt: skip


def _iso_day(text: str) -> tuple[int, int, int] | None:
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else read_day(text)
