"""A PDF written anew as pictures of its pages: what is seen, and no letter that can be searched.

For documents that hold what cannot be judged, such as layers that are hidden, and for whoever wants
nothing of a document but its look. What people see stays, and can be read by eyes and machines.
"""

import hashlib
import io
import zlib
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.pdf.rebuild import rebuild
from evidencekit.metadata.pdf.viewing import DOTS, POINTS, Seen, seen
from evidencekit.metadata.rebuilt import Rebuilt, Wish

MAX_PAGES = 300
_LEVEL = 6  # of zlib
_LESS = 0.001  # points: so that no rounding makes page or picture one dot larger


def rebuild_as_pictures(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write a picture of each page, of 150 dots per inch; raises :class:`MalformedError`.

    That is raised too where nothing draws pages here (extra ``pdf``).
    """
    digest, made = hashlib.sha256(), io.BytesIO()
    with pikepdf.new() as target:
        try:
            for number, page in enumerate(seen(stream), 1):
                if number > MAX_PAGES:
                    raise MalformedError(f"more than {MAX_PAGES} pages, too many for pictures")
                digest.update(page.pixels.tobytes())
                target.pages.append(_page(target, page))
        except ImportError as exc:
            raise MalformedError("nothing draws pages here (the extra pdf is missing)") from exc
        except (RuntimeError, ValueError) as exc:  # what pypdfium2 raises
            raise MalformedError(f"a page that cannot be drawn ({exc})") from exc
        target.save(made, static_id=True)
    rebuild(made, out, wish)
    return Rebuilt(
        removed=("all-but-the-look",),
        kept=(),
        content_sha256=digest.hexdigest(),
        changed=("pages-as-pictures",),
    )


def _page(target: pikepdf.Pdf, one: Seen) -> pikepdf.Page:
    """Make a page that its picture covers exactly, each of its dots one of the picture's."""
    rows, columns, _colours = one.pixels.shape
    width, height = (round(one * POINTS / DOTS - _LESS, 3) for one in (columns, rows))
    picture = target.make_stream(
        zlib.compress(one.pixels.tobytes(), _LEVEL), Type=Name.XObject, Subtype=Name.Image,
        Width=columns, Height=rows, ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
        Filter=Name.FlateDecode,
    )  # fmt: skip
    inner = f"{width - 2 * _LESS:.3f} 0 0 {height - 2 * _LESS:.3f} {_LESS} {_LESS}"
    drawing = target.make_stream(f"q {inner} cm /P Do Q".encode())
    return pikepdf.Page(
        Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, width, height]),
            Contents=drawing,
            Resources=Dictionary(XObject=Dictionary(P=picture)),
        )
    )
