"""A copy of a picture that still shows the same and says nothing else, proven before it exists.

Built in memory by an allow-list (``strip_jpeg``, ``strip_png``), then proven three ways; only then
is the first byte written. On any doubt there is no copy and an error that says why:

1. rebuilding the copy gives the copy, bit for bit, with nothing left to remove;
2. the compressed picture data have the same digest before and after;
3. no recorded value of the original is found in the bytes of the copy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO

from evidencekit.errors import BadInput
from evidencekit.metadata import strip_jpeg, strip_png
from evidencekit.metadata.facts import STRUCTURE, Fact
from evidencekit.metadata.leaks import find_leaks
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt
from evidencekit.metadata.record import record
from evidencekit.sandbox.runner import Worker
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

MAX_SIZE = 192 * 2**20  # bytes; the picture and its copy are held in memory
_BLOCK = 2**22

_REBUILDERS: Mapping[str, Callable[[bytes], Rebuilt]] = MappingProxyType(
    {"image/jpeg": strip_jpeg.rebuild, "image/png": strip_png.rebuild}
)
STRIPPABLE = frozenset(_REBUILDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """What was done; the copy itself is in the stream."""

    media_type: str
    size: int
    removed: tuple[str, ...]
    """Stable words, one per kind; empty where there was nothing to remove."""
    kept: tuple[str, ...]
    lossless: bool
    """Whether the compressed picture data are bit for bit those of the original."""
    picture_sha256: str
    facts_checked: int
    """How many recorded facts of the original were looked for in the copy, and not found."""


def strip(source: BinaryIO, out: BinaryIO, *, media_type: str, worker: Worker) -> Stripped:
    """Write a stripped copy of the whole of ``source`` to ``out``, or nothing at all.

    Raises :class:`BadInput` for a type without a stripper, a malformed file, and a copy that could
    not be proven. ``out`` is written to only when all is proven; closing it is up to the caller.
    """
    rebuild = _REBUILDERS.get(media_type)
    if rebuild is None:
        raise BadInput(
            _("{kind} cannot be stripped in this release").format(kind=clean(media_type)),
            hint=_("JPEG and PNG can; nothing was written"),
        )
    facts = _facts(source, media_type, worker)
    rebuilt = _rebuild(rebuild, _read(source))
    _require_proof(rebuild, rebuilt, facts)
    out.write(rebuilt.data)
    return Stripped(
        media_type=media_type,
        size=len(rebuilt.data),
        removed=_removed(rebuilt, facts),
        kept=rebuilt.kept,
        lossless=True,
        picture_sha256=rebuilt.picture_sha256,
        facts_checked=len(facts),
    )


def _removed(rebuilt: Rebuilt, facts: tuple[Fact, ...]) -> tuple[str, ...]:
    """Add what people ask about and segments do not show: a place, a thumbnail inside Exif.

    ``turned-elsewhere`` warns that only XMP turned the picture, which few viewers follow.
    """
    tags = {(fact.group, fact.tag) for fact in facts if fact.group != "XMP"}
    is_turned_by_xmp = any(
        fact.tag == "tiff:Orientation" and fact.readable != "1" for fact in facts
    ) and not any(word.startswith("orientation") for word in rebuilt.kept)
    words = (
        ("place", any(group == "GPS" for group, _tag in tags)),
        ("thumbnail", (STRUCTURE, "Thumbnail") in tags),
        ("turned-elsewhere", is_turned_by_xmp),
    )
    found = (word for word, is_there in words if is_there)
    return tuple(dict.fromkeys((*rebuilt.removed, *found)))


def _facts(source: BinaryIO, media_type: str, worker: Worker) -> tuple[Fact, ...]:
    found = record(source, media_type=media_type, worker=worker)
    if found.failed is not None:
        raise BadInput(
            _("what the file says could not be read ({why})").format(why=found.failed.why),
            hint=_("without it nothing shows that a copy is clean; nothing was written"),
        )
    return found.facts


def _read(source: BinaryIO) -> bytes:
    source.seek(0)
    data = bytearray()
    while len(data) <= MAX_SIZE and (block := source.read(_BLOCK)):
        data += block
    if len(data) > MAX_SIZE:
        raise BadInput(_("a picture of over {size} bytes is not stripped").format(size=MAX_SIZE))
    return bytes(data)


def _rebuild(rebuild: Callable[[bytes], Rebuilt], data: bytes) -> Rebuilt:
    try:
        return rebuild(data)
    except MalformedError as exc:
        raise BadInput(
            _("the picture cannot be copied without a guess: {why}").format(why=exc),
            hint=_("nothing was written; the original is unchanged"),
        ) from exc


def _require_proof(
    rebuild: Callable[[bytes], Rebuilt], rebuilt: Rebuilt, facts: tuple[Fact, ...]
) -> None:
    again = _rebuild(rebuild, rebuilt.data)
    if again.data != rebuilt.data or again.removed:
        raise BadInput(_("the copy could not be proven clean; nothing was written"))
    if again.picture_sha256 != rebuilt.picture_sha256:
        raise BadInput(_("the copy does not hold the same picture; nothing was written"))
    leaks = find_leaks(rebuilt.data, facts)
    if leaks:
        names = ", ".join(clean(f"{fact.group} {fact.tag}", limit=60) for fact in leaks[:3])
        raise BadInput(
            _("the copy would still hold {names}; nothing was written").format(names=names)
        )
