"""What a viewer shows of a PDF, by PDFium in pypdfium2, an extra with no part in rebuilding.

Beforehand filled fields become part of their page and other annotations go, as in a copy, by the
same rule (:mod:`~evidencekit.metadata.pdf.fields`): PDFium would draw a look of its own for them.
"""

import hashlib
import io
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pikepdf
from numpy.typing import NDArray

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.pdf.fields import flatten
from evidencekit.metadata.pdf.opening import opened
from evidencekit.metadata.raster import MAX_PIXELS
from evidencekit.metadata.shown import Shown

POINTS, DOTS = 72, 150
"""Per inch: the unit of a page, and what is drawn. Fine print is legible so."""
_CHANNELS = (1, 3, 4)  # of a profile (ISO 32000-2 table 65)
MAX_COMPARED = 100
"""Pages of a longer document are compared only here and there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One page as it is seen, which side is up heeded."""

    pixels: NDArray[np.uint8]
    """Rows × columns × red, green, blue; white where nothing is drawn."""


def show(stream: BinaryIO, pixels: int) -> Shown | None:
    """Return a digest of each page; None where pypdfium2 is not installed."""
    with suppress(ImportError):
        with _document(stream) as document:
            step = math.ceil(len(document) / MAX_COMPARED)
            frames = tuple(_digest(_seen(page, pixels)) for page in _pages(document, step))
            total = f"{len(document)} pages"
        in_part = " in part" if step > 1 else ""
        return Shown(frames=(total, *frames), decoder=f"{_name()}{in_part}")
    return None


def seen(stream: BinaryIO) -> Iterator[Seen]:
    """Yield every page; raises ``ImportError`` without pypdfium2, and whatever that raises."""
    with _document(stream) as document:
        for page in _pages(document, 1):
            yield _seen(page, MAX_PIXELS)


def _name() -> str:
    from pypdfium2.version import PDFIUM_INFO, PYPDFIUM_INFO  # noqa: PLC0415 (an extra)

    return f"pypdfium2 {PYPDFIUM_INFO.version}, PDFium {PDFIUM_INFO.version}"


def _document(stream: BinaryIO) -> Any:
    import pypdfium2  # noqa: PLC0415 (an extra)

    out = io.BytesIO()
    with opened(stream) as source:
        flatten(source, Gone())
        _drop_profiles(source)
        source.save(out, fix_metadata_version=False)
    return pypdfium2.PdfDocument(out.getvalue())


def _drop_profiles(source: pikepdf.Pdf) -> None:
    """Empty the profiles of colours: those of a copy are others, and differ in the last bit."""
    for one in source.objects:
        is_profile = isinstance(one, pikepdf.Stream) and one.get("/N") in _CHANNELS
        if is_profile and "/Type" not in one and "/FunctionType" not in one:
            one.write(b"")


def _pages(document: Any, step: int) -> Iterator[Any]:
    for number in range(0, len(document), step):
        page = document[number]
        yield page
        page.close()


def _seen(page: Any, limit: int) -> Seen:
    width, height = page.get_size()
    scale = DOTS / POINTS
    if math.ceil(width * scale) * math.ceil(height * scale) > limit:
        raise ValueError(f"a page of more than {limit} pixels (--allow-large)")
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False, rev_byteorder=True)
    pixels = np.array(bitmap.to_numpy()[..., :3], dtype=np.uint8)
    bitmap.close()
    return Seen(pixels=pixels)


def _digest(one: Seen) -> str:
    digest = hashlib.sha256(repr(one.pixels.shape).encode())
    digest.update(one.pixels.tobytes())
    return digest.hexdigest()
