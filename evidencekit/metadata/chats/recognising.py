"""Which messenger wrote an export: by its content, never by its name. Pure and quick."""

import re

from evidencekit.metadata.chats import kakaotalk, line, telegram_page, whatsapp
from evidencekit.metadata.chats.lines import Text, as_text, lines_of
from evidencekit.metadata.chats.structured import platform_of
from evidencekit.metadata.identify.types import UNKNOWN

HEAD = 16_384
_LINES = 40
_SMS = re.compile(r"<(?:smses|sms|mms)\b")
_BOX = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]{0,90}From \S+.*\r?\n(?:>?From |[A-Za-z-]+:)")
_OF_TEXT = frozenset(
    {
        "text/plain",
        "text/html",
        "application/json",
        "application/xml",
        "application/mbox",
        "message/rfc822",
    }
)
MAY_BE_CHAT = _OF_TEXT | {UNKNOWN}
"""Types of which a file may be an export; a box of mail may hold bytes that are no text."""


def chat_of(head: bytes, media_type: str) -> str | None:
    """Return the platform of a file that begins with ``head``; None for what is no conversation.

    ``media_type`` is what identification found. One that this is not sure of is none: a person can
    name a file, and then it is parsed as what it looks like most.
    """
    if media_type in {"message/rfc822", "application/mbox"} or _BOX.match(head):
        return "mail"
    if media_type not in _OF_TEXT:
        return None
    text = as_text(head, is_whole=len(head) < HEAD)
    start = head[text.start :].decode(text.encoding, errors="replace")
    if _SMS.search(start[:2000]):
        return "sms"
    if telegram_page.fits(start):
        return "telegram"
    return platform_of(start) or _of_lines(text)


def _of_lines(text: Text) -> str | None:
    lines = [one.text for one, _ in zip(lines_of(text), range(_LINES), strict=False)]
    for name, fits in (
        ("kakaotalk", kakaotalk.fits), ("whatsapp", whatsapp.fits), ("line", line.fits)
    ):  # fmt: skip
        if fits(lines):
            return name
    return None
