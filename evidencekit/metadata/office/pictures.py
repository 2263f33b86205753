"""Pictures inside a document, each written anew by the rules of its own kind."""

import io

from evidencekit.metadata.gif.rebuild import rebuild as rebuild_gif
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.jpeg.rebuild import rebuild as rebuild_jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.png.rebuild import rebuild as rebuild_png
from evidencekit.metadata.rebuilt import Wish
from evidencekit.metadata.tiff.rebuild import rebuild as rebuild_tiff

_KINDS = {
    "image/jpeg": ("jpeg", rebuild_jpeg), "image/png": ("png", rebuild_png),
    "image/gif": ("gif", rebuild_gif), "image/tiff": ("tiff", rebuild_tiff),
}  # fmt: skip


def write_picture(data: bytes, gone: Gone) -> tuple[bytes, str, str]:
    """Return a picture written anew, the end of its name, and the digest of its coded data.

    Raises :class:`MalformedError` for a kind that is not understood.
    """
    media_type = identify(data, size=len(data)).media_type
    if media_type not in _KINDS:
        raise MalformedError(f"a picture of {media_type}, which is not understood")
    end, rewrite = _KINDS[media_type]
    out = io.BytesIO()
    made = rewrite(io.BytesIO(data), out, Wish())
    for word in made.removed:
        gone.note(f"picture {word}")
    return out.getvalue(), end, made.content_sha256
