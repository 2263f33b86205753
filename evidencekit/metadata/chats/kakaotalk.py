"""KakaoTalk: exports of Windows, Android, iOS and Mac, in Korean and English.

There is no specification. Forms as seen in exports and in public parsers; which platform writes
which is not relied on: each line is read by its own form. Times are those of the device, to the
minute (CSV: to the second), without a zone. Who writes a message of several lines can write a line
that reads like somebody else's message; no text export shows which is which.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from evidencekit.metadata.chats.clock import HALF, MONTH, at, is_weekday_of, read_day, read_time
from evidencekit.metadata.chats.conversation import pieces_of
from evidencekit.metadata.chats.kakaotalk_rows import is_head, rows
from evidencekit.metadata.chats.kakaotalk_words import files_of, kind_of, kind_of_bare
from evidencekit.metadata.chats.lines import Line, Text, lines_of
from evidencekit.metadata.chats.message import UNCERTAIN, Export, Kind, Piece, named

UNCERTAIN_SENDER = "uncertain-sender"
"""The mark that ends a name stands in the line more than once: the name may be longer."""
_S = "[ \u00a0\u202f]"  # what stands between a clock and its half, by the age of the program
_CLOCK = rf"(?:{HALF}{_S})?\d{{1,2}}:\d\d(?::\d\d)?(?:{_S}{HALF})?"
_KOREAN = r"\d{4}년 \d{1,2}월 \d{1,2}일|\d{4}\. ?\d{1,2}\. ?\d{1,2}\.?"
_DATE = rf"(?:{_KOREAN}|{MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {MONTH} \d{{4}})"
_WHEN = rf"{_DATE},?(?: at)?{_S}{_CLOCK}"
_WINDOWS = re.compile(rf"\[(.*?)\] \[({_CLOCK})\] ?(.*)", re.DOTALL)
_ANOTHER = re.compile(rf"\] \[{_CLOCK}\]")
_PHONE = re.compile(rf"({_WHEN}), (.+?) : ?(.*)", re.DOTALL)
_PHONE_SYSTEM = re.compile(rf"({_WHEN})[,:] ?(.*)", re.DOTALL)
_DAY = re.compile(
    rf"(-{{5,}} )?(?:(?P<before>[A-Z][a-z]{{2,5}}day), )?{_DATE}"
    r"(?:,? (?P<after>[월화수목금토일]요일))?(?: -{5,})?"
)
_TITLE = re.compile(
    r"(.+?)\s?(?:님과의|님과|와|과) 카카오톡 대화|(.+) 카카오톡 대화"
    r"|KakaoTalk Chats with (.+)|(.+) with KakaoTalk Chats"
)
_FILE_NAME = re.compile(r"(?:Kakao)?Talk_[\w.: -]{1,100}\.txt")
_SAVED = re.compile(r"(?:저장한 날짜|Date Saved|Saved Date)\s?: ?(.*)")
_HEAD_LINES = 6


def fits(head: list[str]) -> bool:
    """Whether the first lines are those of an export."""
    if head and is_head(head[0]):
        return True
    has_title = any(_TITLE.fullmatch(line) for line in head[:3])
    has_saved = any(_SAVED.fullmatch(line) for line in head[:4])
    begun = sum(bool(_WINDOWS.match(line) or _PHONE.match(line)) for line in head)
    return (has_title and (has_saved or begun > 0)) or (has_saved and begun > 0) or begun > 2  # noqa: PLR2004


def parse(text: Text) -> tuple[Export, Iterator[Piece]]:
    """Return what is known of the file, and its pieces, in order."""
    first = [line.text for line, _ in zip(lines_of(text), range(_HEAD_LINES), strict=False)]
    if first and is_head(first[0]):
        return Export(platform="kakaotalk", variant="csv"), rows(text)
    title = next((found for line in first if (found := _TITLE.fullmatch(line))), None)
    saved = next((found[1] for line in first if (found := _SAVED.fullmatch(line))), "")
    name = next((group for group in title.groups() if group), "") if title else ""
    export = Export(platform="kakaotalk", variant="text", conversation=name, saved=saved)
    return export, map(_with_files, pieces_of(lines_of(text), _Reading(name).read))


def _with_files(piece: Piece) -> Piece:
    """Name the files of a message, which may stand on several lines."""
    if piece.kind != "message":
        return piece
    files = files_of(piece.text)
    return replace(piece, attachments=named(files)) if files else piece


class _Reading:
    """Reads line by line; knows the day that the last line of a day named."""

    def __init__(self, conversation: str) -> None:
        self._conversation = conversation
        self._day: tuple[int, int, int] | None = None
        self._is_windows = self._has_begun = False

    def read(self, line: Line) -> Piece | None:
        """Return the piece that a line begins."""
        if found := _WINDOWS.fullmatch(line.text):
            self._is_windows = self._has_begun = True
            moment = at(self._day, read_time(found[2]))
            is_unsure = _ANOTHER.search(found[3]) is not None
            return self._said(line, found[1], found[2], found[3], moment, is_unsure=is_unsure)
        if found := _PHONE.fullmatch(line.text):
            self._has_begun = True
            moment = at(read_day(found[1]), read_time(found[1]))
            is_unsure = " : " in found[3]
            return self._said(line, found[2], found[1], found[3], moment, is_unsure=is_unsure)
        if found := _PHONE_SYSTEM.fullmatch(line.text):
            self._has_begun = True
            moment = at(read_day(found[1]), read_time(found[1]))
            kind = kind_of_bare(found[2]) or "system"
            return self._piece(line, kind, at_raw=found[1], moment=moment, text=found[2])
        return self._framed(line)

    def _framed(self, line: Line) -> Piece | None:
        """Read a day, the head of the file, or what the program says without a time."""
        if self._is_day(line.text.strip()):
            self._day = read_day(line.text)
            return self._piece(line, "day", text=line.text)
        if not self._has_begun and _is_frame(line.text):
            return self._piece(line, "header", text=line.text)
        kind = kind_of_bare(line.text)
        if kind is None:
            return None
        return self._piece(line, kind, text=line.text, warnings=(UNCERTAIN,))

    def _is_day(self, text: str) -> bool:
        """Whether a line names a day: with its weekday, and on Windows later than the last one.

        Times depend on it there, and a person can write a date on a line of its own.
        """
        found = _DAY.fullmatch(text)
        day = read_day(text) if found is not None else None
        if found is None or day is None:
            return False
        weekday = found["before"] or found["after"]
        if weekday is not None and not is_weekday_of(day, weekday):
            return False
        if not self._has_begun:
            return True
        if self._is_windows:
            return found[1] is not None and (self._day is None or day > self._day)
        return weekday is not None

    def _said(
        self, line: Line, sender: str, at_raw: str, text: str, moment: datetime | None, *,
        is_unsure: bool,
    ) -> Piece:  # fmt: skip
        return self._piece(
            line, kind_of(text), at_raw=at_raw, moment=moment, text=text, sender=sender,
            warnings=(UNCERTAIN_SENDER,) if is_unsure else (),
        )  # fmt: skip

    def _piece(
        self, line: Line, kind: Kind, *, at_raw: str = "", moment: datetime | None = None,
        text: str, sender: str = "", warnings: tuple[str, ...] = (),
    ) -> Piece:  # fmt: skip
        return Piece(
            kind=kind, start=line.start, end=line.end, line=line.number, at=moment, at_raw=at_raw,
            precision="minute" if moment is not None else "none", text=text, raw=line.raw,
            conversation=self._conversation, sender=sender, warnings=warnings,
        )  # fmt: skip


def _is_frame(text: str) -> bool:
    return not text.strip() or any(
        form.fullmatch(text) for form in (_TITLE, _SAVED, _FILE_NAME)
    )  # fmt: skip
