"""Pictures that lie within something else, each written anew by the rules of its own kind."""

import io
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO

from evidencekit.metadata.bmp.rebuild import rebuild as rebuild_bmp
from evidencekit.metadata.gif.rebuild import rebuild as rebuild_gif
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.jpeg.rebuild import rebuild as rebuild_jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.png.rebuild import rebuild as rebuild_png
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.tiff.rebuild import rebuild as rebuild_tiff
from evidencekit.metadata.webp.rebuild import rebuild as rebuild_webp

_REBUILDERS: Mapping[str, Callable[[BinaryIO, BinaryIO, Wish], Rebuilt]] = MappingProxyType(
    {
        "jpeg": rebuild_jpeg,
        "png": rebuild_png,
        "gif": rebuild_gif,
        "tiff": rebuild_tiff,
        "webp": rebuild_webp,
        "bmp": rebuild_bmp,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A picture without metadata."""

    kind: str
    """The end of its media type: ``jpeg``, ``png``, ``gif``, ``tiff``, ``webp`` or ``bmp``."""
    data: bytes
    content_sha256: str


def rewrite(data: bytes, gone: Gone, kinds: Collection[str] = ("jpeg", "png", "gif")) -> Rewritten:
    """Return the picture anew and note what it lost.

    Raises :class:`MalformedError` for a picture that is none of ``kinds``; what it is called does
    not count.
    """
    media_type = identify(data, size=len(data)).media_type
    kind = media_type.removeprefix("image/")
    if kind not in kinds or kind not in _REBUILDERS:
        raise MalformedError(f"a picture of {media_type}, which is not understood")
    out = io.BytesIO()
    made = _REBUILDERS[kind](io.BytesIO(data), out, Wish())
    for word in made.removed:
        gone.note(f"picture {word}")
    return Rewritten(kind=kind, data=out.getvalue(), content_sha256=made.content_sha256)
