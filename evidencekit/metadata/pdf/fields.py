"""What annotations of a PDF become: filled fields part of their page, all others nothing."""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError

_MAX_LEVELS = 64


def flatten(source: pikepdf.Pdf, gone: Gone) -> None:
    """Make filled form fields part of their pages; drop all other annotations."""
    if not _drop_others(source, gone):
        return
    try:
        source.flatten_annotations("all")
    except pikepdf.PdfError as exc:
        raise MalformedError(f"form fields that cannot be drawn: {exc}") from exc


def _drop_others(source: pikepdf.Pdf, gone: Gone) -> bool:
    """Drop all annotations but form fields with a look; return whether there are such."""
    has_fields = False
    for page in source.pages:
        found = page.obj.get("/Annots")
        if not isinstance(found, Array):
            continue
        kept = [one for one in found if _is_field(one)]
        has_fields |= bool(kept)
        gone.when(len(kept) < len(found), "annotations")
        page.obj.Annots = Array(kept)
    return has_fields


def levels(one: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield an object and what it inherits from, nearest first."""
    for _number in range(_MAX_LEVELS):
        if not isinstance(one, Dictionary):
            return
        yield one
        one = one.get("/Parent", Array())


def _is_field(one: pikepdf.Object) -> bool:
    """Whether it is a field with a look, and not a signature: that names who signed."""
    if not isinstance(one, Dictionary) or one.get("/Subtype") != Name.Widget or "/AP" not in one:
        return False
    kinds = {str(level.get("/FT")) for level in levels(one)}
    return "/Sig" not in kinds
