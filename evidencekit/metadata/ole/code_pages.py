"""Text in the code page that a document names ([MS-OLEPS] §2.15, property 1)."""

from evidencekit.metadata.texts import decode_text, decode_utf16

UTF_16 = 1200
_NAMES = {65001: "utf-8", 10000: "mac_roman", 10003: "cp949", 10001: "shift_jis"}
"""Those that Python does not call ``cp`` and their number; Korean of the Macintosh is near 949."""


def decoded(data: bytes, code_page: int) -> str:
    """Return the text; in UTF-8, CP949 or Latin-1 where it is not in the code page."""
    number = code_page & 0xFFFF  # stored with a sign
    if number == UTF_16:
        return decode_utf16(data, order="le").partition("\0")[0].strip()
    try:
        text = data.decode(_NAMES.get(number, f"cp{number}"))
    except (UnicodeDecodeError, LookupError):
        text = decode_text(data)
    return text.partition("\0")[0].strip()
