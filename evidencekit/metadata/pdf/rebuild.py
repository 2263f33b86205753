"""A PDF written anew from what its pages show, and nothing else (ISO 32000-2).

A new document is made, never an update of the old one. Kept: pages, what draws them, fonts and
pictures, each by the allow-list of its kind; what people filled into forms becomes part of the
page. Everything else goes: properties, XMP, annotations, attachments, scripts, actions, outlines,
structure, names, identifiers, earlier versions. Layers that can be hidden are refused.
"""

from io import SEEK_END
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.pdf.allowed import KEYS
from evidencekit.metadata.pdf.copying import Copying
from evidencekit.metadata.pdf.fields import flatten, levels
from evidencekit.metadata.pdf.opening import opened
from evidencekit.metadata.rebuilt import Rebuilt, Wish

_INHERITED = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")
_CATALOG = {
    "/Metadata": "xmp", "/Names": "attachments", "/AF": "attachments", "/OpenAction": "actions",
    "/AA": "actions", "/Outlines": "outline", "/StructTreeRoot": "structure", "/Lang": "language",
    "/MarkInfo": "structure", "/PageLabels": "page-labels", "/AcroForm": "form-fields",
    "/PieceInfo": "data-of-editors", "/OutputIntents": "colour-profile", "/URI": "actions",
    "/ViewerPreferences": "player-hints", "/PageMode": "player-hints", "/Dests": "outline",
    "/PageLayout": "player-hints", "/Perms": "signatures", "/DSS": "signatures",
    "/Thumb": "thumbnail", "/LastModified": "time", "/StructParents": "structure",
    "/Tabs": "structure", "/Threads": "outline", "/Collection": "attachments",
    "/Extensions": "player-hints",
}  # fmt: skip
_OF_PAGE = KEYS["page"] | {
    "/Type", "/Parent", "/Contents", "/Resources", "/Annots", "/Group",
}  # fmt: skip
_OF_CATALOG = frozenset({"/Type", "/Pages", "/Version", "/OCProperties"})


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the document anew; raises :class:`MalformedError` where that needs a guess."""
    del wish  # dates of a document are not when something was taken
    gone = Gone()
    with opened(stream) as source, pikepdf.new() as target:
        _note_properties(source, gone)
        flatten(source, gone)
        _drop_unused(source)
        copying = Copying(target, gone)
        try:
            for page in source.pages:
                target.pages.append(pikepdf.Page(_page(page, copying, gone)))
        except (pikepdf.PdfError, TypeError, ValueError, AttributeError, KeyError) as exc:
            raise MalformedError(f"objects that are none: {type(exc).__name__}: {exc}") from exc
        target.save(
            out, static_id=True, force_version="1.7", compress_streams=True,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.generate, fix_metadata_version=False,
        )  # fmt: skip
        digest = copying.digest.hexdigest()
    stream.seek(0, SEEK_END)
    return Rebuilt(removed=gone.words, kept=(), content_sha256=digest)


def _note_properties(source: pikepdf.Pdf, gone: Gone) -> None:
    if "/OCProperties" in source.Root:
        _require_all_visible(source.Root.OCProperties)
        gone.note("layers")
    gone.when("/Info" in source.trailer, "properties")
    gone.when(source.is_encrypted, "encryption")
    gone.when("/Prev" in source.trailer, "earlier-versions")
    for key in source.Root.keys():  # noqa: SIM118 (not a mapping)
        if key not in _OF_CATALOG:
            gone.note(_CATALOG.get(key, "details"))


def _require_all_visible(layers: pikepdf.Object) -> None:
    """§8.11.4: a copy shows all layers, so a document that hides one has none."""
    usual = layers.get("/D", Dictionary())
    if str(usual.get("/BaseState", "/ON")) != "/ON" or len(usual.get("/OFF", Array())):
        raise MalformedError("layers that are hidden")


def _drop_unused(source: pikepdf.Pdf) -> None:
    """Drop what no page draws; where a drawing is damaged, nobody can say what it would draw."""
    source.get_warnings()  # of what came before
    source.remove_unreferenced_resources()
    if source.get_warnings():
        raise MalformedError("a drawing that is damaged")


def _page(page: pikepdf.Page, copying: Copying, gone: Gone) -> Dictionary:
    for key in page.obj.keys():  # noqa: SIM118 (not a mapping)
        if key not in _OF_PAGE:
            gone.note(_CATALOG.get(key, "details"))
    made = Dictionary(Type=Name.Page)
    for key in _INHERITED:
        value = next((one[key] for one in levels(page.obj) if key in one), None)
        if value is not None:
            kind = "resources" if key == "/Resources" else "numbers"
            made[key] = copying.copy(value, kind)
    for key, kind in (("/UserUnit", "numbers"), ("/Group", "group")):
        if key in page.obj:
            made[key] = copying.copy(page.obj[key], kind)
    made.Contents = copying.target.make_stream(copying.drawn(page))
    return made
