"""Draws a drawing by resvg, an extra with no part in rebuilding it.

It draws what needs no script, no movement and no network, as a copy does. Letters are drawn only
where the machine has fonts.
"""

import hashlib
import io
import re
from typing import BinaryIO

from evidencekit.metadata.raster import opened
from evidencekit.metadata.shown import Shown

_ENCODING = re.compile(rb"""<\?xml[^>]{0,60}\sencoding\s*=\s*["']([\w.-]{1,40})["']""")
_ROOT = re.compile(r"<svg(\s[^>]*)>")
_SIZE = re.compile(r"""\s(?:width|height)\s*=\s*(?:"[^"]*"|'[^']*')""")
_WINDOW = 'width="1600" height="1600"'
WIDTH = 1600  # pixels of the picture that is compared, whatever the drawing says


def show(stream: BinaryIO, pixels: int) -> Shown | None:
    """Return a digest of the picture; None where resvg_py is not installed.

    Raises ``ValueError`` for what resvg does not draw, and for more ``pixels``.
    """
    try:
        import resvg_py  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    text = _text(stream.read())
    try:
        made = resvg_py.svg_to_bytes(svg_string=text, width=WIDTH)
    except ValueError as exc:
        if "invalid size" not in str(exc):
            raise
        made = resvg_py.svg_to_bytes(svg_string=_sized(text), width=WIDTH)
    with opened(io.BytesIO(made), pixels) as picture:
        told = f"{picture.mode} {picture.size}".encode()
        digest = hashlib.sha256(told + picture.tobytes()).hexdigest()
    return Shown(frames=(digest,), decoder=f"resvg {resvg_py.__resvg_version__}")


def _text(data: bytes) -> str:
    """Decode XML as it says (XML 1.0 §4.3.3); resvg takes text only."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    found = _ENCODING.match(data)
    return data.decode(found[1].decode("ascii") if found else "utf-8-sig")


def _sized(text: str) -> str:
    """Give a drawing that is as large as its window a window."""
    return _ROOT.sub(lambda root: f"<svg {_WINDOW}{_SIZE.sub(' ', root[1])}>", text, count=1)
