"""What can be done with each kind of file, and by which functions.

They stand here as text and are imported in a worker process only: many need a library that takes
long to load, and none should meet a hostile file anywhere else. Which they are:

``read(facts, stream)``
    adds every fact that the file holds; never raises for what is in it.
``rebuild(stream, out, wish) -> Rebuilt``
    writes into ``out`` what is allowed of the file, nothing else. Raises
    :class:`~evidencekit.metadata.malformed.MalformedError` for what cannot be written anew without
    a guess. Of its own output it makes the same bytes again, with nothing removed.
``show(stream, pixels) -> Shown | None``
    decodes by a library that has no part in rebuilding, and digests what people would see or hear;
    None where that library is an extra and not installed. Raises for a picture of more ``pixels``.
``inner(stream) -> Iterator[bytes]``
    yields what is packed inside, to be searched besides the bytes as they lie in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidencekit.metadata.hwpx.fixed import OWN_WORDS as OF_HANGUL
from evidencekit.metadata.office.sheets.allowed import OWN_WORDS as OF_SHEETS
from evidencekit.metadata.office.slides.allowed import OWN_WORDS as OF_SLIDES
from evidencekit.metadata.office.words.allowed import OWN_WORDS as OF_WORDS
from evidencekit.metadata.svg.allowed import OWN_WORDS as OF_DRAWINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The functions of one kind, as ``module:name`` below ``evidencekit.metadata``."""

    name: str
    """What people call it."""
    read: str
    rebuild: str | None = None
    show: str | None = None
    """None where nothing that may be installed here decodes it; then only coded data are judged."""
    inner: str | None = None
    is_text: bool = False
    """Whether words that are seen stand in the file as they are; then only ``inner`` is searched,
    which leaves them out."""
    as_pictures: str | None = None
    """Writes pictures of pages instead, in the manner of ``rebuild``."""
    own_words: tuple[str, ...] = ()
    """What every copy of the kind holds, because its rebuilder writes it."""


_OFFICE = "application/vnd.openxmlformats-officedocument"


def _film(name: str) -> Kind:
    """ISO base media of whatever brand."""
    return Kind(
        name=name, read="isobmff.read:read", rebuild="isobmff.rebuild:rebuild", show="playing:show"
    )


def _matroska(name: str) -> Kind:
    return Kind(
        name=name, read="matroska.read:read", rebuild="matroska.rebuild:rebuild",
        show="playing:show",
    )  # fmt: skip


def _sound(name: str, module: str, *, show: str = "playing:show") -> Kind:
    return Kind(
        name=name, read=f"sound.{module}:read", rebuild=f"sound.{module}:rebuild",
        show=show,
    )  # fmt: skip


def _picture_file(name: str, show: str) -> Kind:
    """Pictures in ISO base media, each with a decoder of its own."""
    return Kind(name=name, read="heif.read:read", rebuild="heif.rebuild:rebuild", show=show)


def _paper(name: str) -> Kind:
    """Zip files of XML that are recorded and not copied."""
    return Kind(name=name, read="office.read:read")


def _office(name: str, module: str, own_words: tuple[str, ...]) -> Kind:
    """Office documents, which nothing of another make draws here."""
    return Kind(
        name=name, read="office.read:read", rebuild=f"office.{module}.rebuild:rebuild",
        inner="office.inner:inner", own_words=own_words,
    )  # fmt: skip


def _old_paper(name: str) -> Kind:
    """OLE containers that are recorded and not copied."""
    return Kind(name=name, read="ole.read:read")


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "image/jpeg": Kind(
            name="JPEG", read="jpeg.read:read", rebuild="jpeg.rebuild:rebuild", show="raster:show"
        ),
        "image/png": Kind(
            name="PNG",
            read="png.read:read",
            rebuild="png.rebuild:rebuild",
            show="raster:show",
            inner="png.inner:inner",
        ),
        "video/mp4": _film("MP4"),
        "video/quicktime": _film("QuickTime"),
        "video/3gpp": _film("3GPP"),
        "audio/mp4": _film("M4A"),
        "image/webp": Kind(
            name="WebP", read="webp.read:read", rebuild="webp.rebuild:rebuild", show="raster:show"
        ),
        "image/gif": Kind(
            name="GIF", read="gif.read:read", rebuild="gif.rebuild:rebuild", show="raster:show"
        ),
        "video/x-matroska": _matroska("Matroska"),
        "video/webm": _matroska("WebM"),
        "audio/mpeg": _sound("MP3", "mpeg", show="sound.mpeg:show"),
        "audio/flac": _sound("FLAC", "flac"),
        "audio/ogg": _sound("Ogg", "ogg"),
        "video/ogg": Kind(name="Ogg", read="sound.ogg:read"),
        "audio/wav": _sound("WAV", "riff"),
        "audio/amr": _sound("AMR", "amr"),
        "video/x-msvideo": Kind(
            name="AVI", read="sound.riff:read", rebuild="avi.rebuild:rebuild", show="playing:show"
        ),
        "application/pdf": Kind(
            name="PDF",
            read="pdf.read:read",
            rebuild="pdf.rebuild:rebuild",
            show="pdf.viewing:show",
            as_pictures="pdf.as_pictures:rebuild_as_pictures",
            inner="pdf.inner:inner",
        ),
        f"{_OFFICE}.wordprocessingml.document": _office("DOCX", "words", OF_WORDS),
        f"{_OFFICE}.spreadsheetml.sheet": _office("XLSX", "sheets", OF_SHEETS),
        f"{_OFFICE}.presentationml.presentation": _office("PPTX", "slides", OF_SLIDES),
        "application/hwp+zip": Kind(
            name="HWPX",
            read="hwpx.read:read",
            rebuild="hwpx.rebuild:rebuild",
            inner="hwpx.inner:inner",
            own_words=OF_HANGUL,
        ),
        "application/x-hwp": _old_paper("HWP"),
        "application/msword": _old_paper("DOC"),
        "application/vnd.ms-excel": _old_paper("XLS"),
        "application/vnd.ms-powerpoint": _old_paper("PPT"),
        "application/x-ole-storage": _old_paper("OLE"),
        "application/vnd.oasis.opendocument.text": _paper("ODT"),
        "application/vnd.oasis.opendocument.spreadsheet": _paper("ODS"),
        "application/vnd.oasis.opendocument.presentation": _paper("ODP"),
        "image/tiff": Kind(
            name="TIFF",
            read="tiff.read:read",
            rebuild="tiff.rebuild:rebuild",
            show="tiff.show:show",
        ),
        "image/svg+xml": Kind(
            name="SVG",
            read="svg.read:read",
            rebuild="svg.rebuild:rebuild",
            show="svg.show:show",
            inner="svg.inner:inner",
            is_text=True,
            own_words=OF_DRAWINGS,
        ),
        "image/heic": _picture_file("HEIC", "heif.show:show"),
        "image/heif": _picture_file("HEIF", "heif.show:show"),
        "image/heic-sequence": Kind(name="HEIC", read="heif.read:read"),
        "image/avif": _picture_file("AVIF", "heif.show:show_avif"),
        "image/x-canon-cr3": Kind(name="CR3", read="isobmff.read:read"),
        "image/jxl": Kind(name="JPEG XL", read="exif.read:read_file"),
    }
)
READABLE = frozenset(KINDS)
"""Media types that this release reads; of others there is no record."""
STRIPPABLE = frozenset(name for name, kind in KINDS.items() if kind.rebuild is not None)


def strippable_names() -> tuple[str, ...]:
    """Return what people call the kinds of which there can be a copy, each once."""
    return tuple(dict.fromkeys(KINDS[one].name for one in KINDS if one in STRIPPABLE))
