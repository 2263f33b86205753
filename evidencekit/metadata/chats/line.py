"""LINE: text exports, in Korean, Japanese and English. Times to the minute, without a zone."""

import re
from collections.abc import Iterator

from evidencekit.metadata.chats.clock import HALF, at, read_time
from evidencekit.metadata.chats.conversation import pieces_of
from evidencekit.metadata.chats.lines import Line, Text, lines_of
from evidencekit.metadata.chats.message import Export, Piece, named

_TITLE = re.compile(
    r"\[LINE\] ?(?:Chat history (?:with|in) (.+)"
    r"|(.+?)(?:님과의 대화|とのトーク履歴|のトーク履歴|.*))"
)
_SAVED = re.compile(r"(?:Saved on|저장일시|저장 일시|保存日時)\s?[:\uff1a] ?(.*)")
_DAY = re.compile(r"(\d{4})[/.] ?(\d{1,2})[/.] ?(\d{1,2})\.?\s?\(?\S{0,6}\)?")
_SAID = re.compile(rf"((?:{HALF} ?)?\d{{1,2}}:\d\d(?: ?{HALF})?)\t(?:([^\t]+)\t)?(.*)", re.DOTALL)
_MEDIA = re.compile(
    r"\[(?:Photo|Video|Sticker|Voice message|File|사진|동영상|스티커|파일|写真|動画|スタンプ)\].*"
)


def fits(head: list[str]) -> bool:
    """Whether the first lines are those of an export."""
    return bool(head) and (
        head[0].startswith("[LINE]") or sum(bool(_SAID.fullmatch(one)) for one in head) > 1
    )


def parse(text: Text) -> tuple[Export, Iterator[Piece]]:
    """Return what is known of the file, and its pieces, in order."""
    first = [line.text for line, _ in zip(lines_of(text), range(4), strict=False)]
    title = next((found for line in first if (found := _TITLE.fullmatch(line))), None)
    name = (title[1] or title[2] or "") if title else ""
    saved = next((found[1] for line in first if (found := _SAVED.fullmatch(line))), "")
    export = Export(platform="line", variant="text", conversation=name, saved=saved)
    return export, pieces_of(lines_of(text), _Reading(name).read)


class _Reading:
    """Reads line by line; knows the day that the last line of a day named."""

    def __init__(self, conversation: str) -> None:
        self._conversation = conversation
        self._day: tuple[int, int, int] | None = None
        self._has_begun = False

    def read(self, line: Line) -> Piece | None:
        """Return the piece that a line begins."""
        place = {"start": line.start, "end": line.end, "line": line.number, "raw": line.raw}
        if found := _SAID.fullmatch(line.text):
            self._has_begun = True
            moment = at(self._day, read_time(found[1]))
            return Piece(
                kind="message" if found[2] else "system", sender=found[2] or "", at=moment,
                at_raw=found[1], precision="minute" if moment else "none", text=found[3],
                conversation=self._conversation,
                attachments=named((found[3],) if _MEDIA.fullmatch(found[3]) else ()), **place,  # type: ignore[arg-type]
            )  # fmt: skip
        if found := _DAY.fullmatch(line.text):
            self._day = int(found[1]), int(found[2]), int(found[3])
            return Piece(kind="day", text=line.text, **place)  # type: ignore[arg-type]
        is_head = not self._has_begun and (
            _TITLE.fullmatch(line.text) or _SAVED.fullmatch(line.text) or not line.text.strip()
        )
        return Piece(kind="header", text=line.text, **place) if is_head else None  # type: ignore[arg-type]
