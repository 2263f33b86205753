"""Kinds of text: markup, mail, JSON, or plain in an encoding that Korean machines write."""

import codecs
import re

_SAMPLE = 4096  # bytes looked at; more changes nothing and costs time
_LEGACY_SAMPLE = 512  # the decoder of CP949 is slow
_HANGUL = re.compile("[\uac00-\ud7a3\u3131-\u318e]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_BINARY = bytes(set(range(0x20)) - {0x07, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x1B}) + b"\x7f"
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

_MAX_COMMENTS = 8  # before the root element; a page saved by a browser starts with one
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SVG_ROOT = re.compile(r"<(?:svg:)?svg[\s>]", re.IGNORECASE)
_HTML_ROOT = re.compile(r"<html[\s>]", re.IGNORECASE)
_JSON = re.compile(
    r"""\{\s*(?:\}|"[^"\\]{0,200}"\s*:)  # an object: empty, or a key
    |\[\s*(?:\]|\{\s*["}]|\[|"[^"\\]{0,200}"\s*[,\]]|-?\d[\d.eE+-]{0,30}\s*[,\]])""",
    re.VERBOSE,
)
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]?", re.MULTILINE)
_MAIL_FIELDS = frozenset(
    {
        "received", "return-path", "delivered-to", "message-id", "mime-version", "from", "to",
        "date", "subject", "dkim-signature", "content-type", "reply-to", "x-mailer",
    }
)  # fmt: skip
_MAIL_PROOF = frozenset(
    {"received", "return-path", "delivered-to", "message-id", "mime-version", "from"}
)
_MIN_MAIL_FIELDS = 2  # "From: Kim" alone opens many a note


def identify_text(head: bytes, *, is_whole: bool) -> str | None:
    """Identify text by its start; None for what is no text in UTF-8, UTF-16 with BOM, or CP949."""
    text = _as_text(head[:_SAMPLE], is_whole=is_whole and len(head) <= _SAMPLE)
    if text is None:
        return None
    start = text.lstrip()
    if start.startswith("<"):
        return _identify_markup(start)
    if start.startswith(("{", "[")):
        return "application/json" if _JSON.match(start) else "text/plain"
    return _identify_mail(text) or "text/plain"


def _as_text(sample: bytes, *, is_whole: bool) -> str | None:
    encoding = _UTF16.get(sample[:2])
    if encoding is not None:
        return _decode(sample[2:], encoding, is_whole=is_whole)
    if sample.translate(None, _BINARY) != sample:
        return None
    text = _decode(sample, "utf-8-sig", is_whole=is_whole)
    if text is not None:
        return text
    return _as_legacy(sample[:_LEGACY_SAMPLE], is_whole=is_whole and len(sample) <= _LEGACY_SAMPLE)


def _as_legacy(sample: bytes, *, is_whole: bool) -> str | None:
    """CP949 accepts much that is no Korean, so most of its letters must be Hangul.

    Mostly ASCII with a few letters of some Western code page is text as well.
    """
    text = _decode(sample, "cp949", is_whole=is_whole)
    if text is not None and len(_HANGUL.findall(text)) * 10 >= len(_FOREIGN.findall(text)) * 7:
        return text
    plain = sample.decode("latin-1")
    return plain if len(_FOREIGN.findall(plain)) * 4 <= len(plain) else None


def _decode(sample: bytes, encoding: str, *, is_whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample, is_whole)
    except UnicodeDecodeError:
        return None


def _identify_markup(start: str) -> str:
    if _HTML.match(_after_comments(start)):
        return "text/html"
    if start.startswith("<?xml") or start[:4].lower() in {"<!do", "<!--", "<svg"}:
        if _SVG_ROOT.search(start):
            return "image/svg+xml"
        if _HTML_ROOT.search(start):
            return "text/html"
        return "application/xml" if start.startswith("<?xml") else "text/plain"
    return "text/plain"


def _after_comments(start: str) -> str:
    for _ in range(_MAX_COMMENTS):
        end = start.find("-->") if start.startswith("<!--") else -1
        if end < 0:
            break
        start = start[end + len("-->") :].lstrip()
    return start


def _identify_mail(text: str) -> str | None:
    """RFC 5322 §2.2: fields up to the first empty line; mbox (RFC 4155) has a line before them."""
    is_mbox = text.startswith("From ")
    fields = text.partition("\n")[2] if is_mbox else text
    first = _FIELD.match(fields)
    if first is None:
        return None
    header = re.split(r"\r?\n\r?\n", fields, maxsplit=1)[0]
    names = {name.lower() for name in _FIELD.findall(header)} & _MAIL_FIELDS
    if len(names) < _MIN_MAIL_FIELDS or not names & _MAIL_PROOF:
        return None
    return "application/mbox" if is_mbox else "message/rfc822"
