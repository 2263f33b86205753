"""Foreign text made safe to show.

Titles, file names, EXIF values, headers and chat lines are hostile (DESIGN §9): a raw ESC drives
the terminal, U+202E turns ``gpj.exe`` round, U+3164 is an invisible file name. Shown text is NFC
with such characters written out as ``[U+XXXX]``; what is stored is never touched.
"""

import unicodedata

MAX_SHOWN = 500  # characters; a page title of a megabyte must not flood a terminal
_HIDDEN = frozenset("\u00ad\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0")  # letters that draw nothing
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d\ufe0f")  # emoji and several scripts need them


def clean(text: str, *, limit: int = MAX_SHOWN) -> str:
    """Return ``text`` on one line, NFC, control, bidi and invisible characters written out."""
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text  # most names, and there may be millions
    shown = "".join(_show(c) for c in unicodedata.normalize("NFC", text[: limit + 1]))
    return shown if len(text) <= limit else shown[:limit] + "…"


def name_from_bytes(raw: bytes) -> tuple[str, bytes | None]:
    """Return a file name as text, and its raw bytes where the text cannot give them back."""
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        return raw.decode("utf-8", errors="replace"), raw


def _show(char: str) -> str:
    if char in _JOINERS:
        return char
    if unicodedata.category(char) in _UNSAFE or char in _HIDDEN:
        return f"[U+{ord(char):04X}]"
    return char
