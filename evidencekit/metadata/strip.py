"""A copy that still shows or plays the same and says nothing else, judged before it exists.

It is written by the allow-list of its kind (:mod:`evidencekit.metadata.kinds`) and then judged up
to four ways, all in processes that have not made it; on any doubt there is no copy and an error
that says why:

1. made anew from itself, it is the same bit for bit, with nothing left to remove;
2. the coded data have the same digest before and after, or the account says what was changed;
3. a decoder that had no part in it shows the same of both, frame by frame – where there is one for
   the kind and it is installed; else ``decoder`` is None, and the account says so;
4. no recorded value of the original is found in the bytes of the copy, nor in what is packed there.
"""

import filecmp
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from evidencekit.errors import BadInput
from evidencekit.metadata.facts import STRUCTURE, Fact
from evidencekit.metadata.kinds import KINDS, STRIPPABLE, strippable_names
from evidencekit.metadata.needles import needles_of
from evidencekit.metadata.raster import MAX_LARGE, MAX_PIXELS
from evidencekit.metadata.rebuilt import Purpose, Rebuilt, rebuilt_from_json
from evidencekit.metadata.record import record
from evidencekit.metadata.shown import Shown, shown_from_json
from evidencekit.metadata.workshop import Workshop
from evidencekit.model.json import Json
from evidencekit.sandbox.runner import ParserFailed, Worker
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """What was done."""

    path: Path
    """Of the copy, in the folder that was given."""
    media_type: str
    purpose: Purpose
    removed: tuple[str, ...]
    """Stable words, one per kind; empty where there was nothing to remove."""
    kept: tuple[str, ...]
    """Stable words with an argument for what was written besides the content itself."""
    changed: tuple[str, ...]
    """Stable words for what of the coded data is not as it was; empty where all of them are."""
    content_sha256: str
    """Over the coded data of the original."""
    absent: tuple[Fact, ...]
    """Of the original: each recorded value that was looked for in the copy, and not found."""
    as_pictures: bool
    """Whether pages became pictures."""
    decoder: str | None
    """By which original and copy were decoded and found alike; None where there is none here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What kind of copy is wanted."""

    purpose: Purpose = Purpose.SHARE
    as_pictures: bool = False
    """Pictures of pages in place of what draws them; of documents only."""
    allows_large: bool = False
    """Whether pictures of more than 60 million pixels are decoded."""


def strip(
    source: BinaryIO, folder: Path, *, media_type: str, order: Order, workshop: Workshop
) -> Stripped:
    """Write a stripped copy of the whole of ``source`` into ``folder``, which is empty.

    Raises :class:`BadInput` for a type without a stripper, a malformed file, and a copy that could
    not be proven. What lies in the folder after an error is no copy, and the caller removes it.
    """
    if media_type not in STRIPPABLE:
        raise BadInput(
            _("{kind} cannot be stripped in this release").format(kind=clean(media_type)),
            hint=_("{kinds} can; nothing was written").format(kinds=", ".join(strippable_names())),
        )
    if order.as_pictures and KINDS[media_type].as_pictures is None:
        raise BadInput(
            _("{kind} has no pages that could be made pictures").format(kind=clean(media_type))
        )
    if source.seek(0, os.SEEK_END) > workshop.size:
        raise BadInput(_("a file of over {size} bytes is not stripped").format(size=workshop.size))
    attempt = _Attempt(source, folder, media_type=media_type, order=order, workshop=workshop)
    return attempt.prove()


class _Attempt:
    """One original, one copy, and who makes and judges it."""

    def __init__(
        self,
        source: BinaryIO,
        folder: Path,
        *,
        media_type: str,
        order: Order,
        workshop: Workshop,
    ) -> None:
        self._source, self._path, self._second = source, folder / "copy", folder / "again"
        self._media_type, self._order = media_type, order
        self._shop = workshop

    def prove(self) -> Stripped:
        """Make the copy and return its account, or raise :class:`BadInput`."""
        facts = self._facts()
        rebuilt = self._rebuild(
            self._shop.maker, self._source, self._path, as_pictures=self._order.as_pictures
        )
        with self._path.open("rb") as copy:
            self._require_nothing_left(copy, rebuilt)
            decoder = self._require_the_same_shown(copy)
            absent = self._require_no_leak(copy, facts, rebuilt)
        return Stripped(
            path=self._path,
            media_type=self._media_type,
            purpose=self._order.purpose,
            removed=_removed(rebuilt, facts),
            kept=rebuilt.kept,
            changed=rebuilt.changed,
            content_sha256=rebuilt.content_sha256,
            absent=absent,
            as_pictures=self._order.as_pictures,
            decoder=decoder,
        )

    def _facts(self) -> tuple[Fact, ...]:
        found = record(self._source, media_type=self._media_type, worker=self._shop.judge)
        if found.failed is not None:
            raise BadInput(
                _("what the file says could not be read ({why})").format(why=found.failed.why),
                hint=_("without it nothing shows that a copy is clean; nothing was written"),
            )
        return found.facts

    def _rebuild(
        self, worker: Worker, source: BinaryIO, path: Path, *, as_pictures: bool = False
    ) -> Rebuilt:
        wished: Json = {
            "media_type": self._media_type,
            "purpose": self._order.purpose.value,
            "as_pictures": as_pictures,
        }
        with path.open("x+b") as out:
            answer = worker.write("metadata.rebuild", source, out, wished)
        match answer:
            case {"refused": str(why)}:
                raise BadInput(
                    _("the file cannot be copied without a guess: {why}").format(why=clean(why)),
                    hint=_("nothing was written; the original is unchanged"),
                )
            case ParserFailed():
                raise BadInput(
                    _("the file could not be copied ({why})").format(why=answer.why),
                    hint=_("nothing was written; the original is unchanged"),
                )
            case _:
                return _understood(rebuilt_from_json, answer)

    def _require_nothing_left(self, copy: BinaryIO, rebuilt: Rebuilt) -> None:
        again = self._rebuild(self._shop.judge, copy, self._second)
        is_same = filecmp.cmp(self._path, self._second, shallow=False)
        self._second.unlink()
        if not is_same or again.removed or again.changed:
            raise BadInput(_("the copy could not be proven clean; nothing was written"))
        if rebuilt.is_lossless and again.content_sha256 != rebuilt.content_sha256:
            raise BadInput(_("the copy does not hold the same content; nothing was written"))

    def _require_the_same_shown(self, copy: BinaryIO) -> str | None:
        if KINDS[self._media_type].show is None:
            return None
        before = self._show(self._source)
        if before is None:
            return None
        after = self._show(copy)
        if after is None or not before.frames or before.frames != after.frames:
            raise BadInput(_("the copy does not show the same; nothing was written"))
        return after.decoder

    def _show(self, stream: BinaryIO) -> Shown | None:
        """Return what is shown, None where the decoder of this kind is not installed."""
        pixels = MAX_LARGE if self._order.allows_large else MAX_PIXELS
        asked: Json = {"media_type": self._media_type, "pixels": pixels}
        answer = self._shop.decoder.call("metadata.show", stream, asked)
        if answer is None:
            return None
        if isinstance(answer, ParserFailed):
            raise BadInput(
                _("the file cannot be decoded, so a copy cannot be compared ({why})").format(
                    why=clean(answer.detail or answer.why, limit=200)
                ),
                hint=_("nothing was written; the original is unchanged"),
            )
        return _understood(shown_from_json, answer)

    def _require_no_leak(
        self, copy: BinaryIO, facts: tuple[Fact, ...], rebuilt: Rebuilt
    ) -> tuple[Fact, ...]:
        own_words = KINDS[self._media_type].own_words
        needles = needles_of(facts, kept=rebuilt.kept_values, own_words=own_words)
        asked: Json = {"media_type": self._media_type, "needles": list(needles)}
        answer = self._shop.judge.call("metadata.search", copy, asked)
        match answer:
            case {"found": []}:
                return tuple(dict.fromkeys(needles.values()))
            case {"found": list(found)}:
                raise _leaking([fact for n, fact in enumerate(needles.values()) if n in found])
            case _:
                raise BadInput(_("the copy could not be proven clean; nothing was written"))


def _understood(read: Callable[[Json], T], answer: Json) -> T:
    """Take nothing on trust: a worker answers what a hostile file made of it."""
    try:
        return read(answer)
    except ValueError as exc:
        raise BadInput(_("the copy could not be proven clean; nothing was written")) from exc


def _leaking(leaks: list[Fact]) -> BadInput:
    names = ", ".join(clean(f"{fact.group} {fact.tag}", limit=60) for fact in leaks[:3])
    return BadInput(_("the copy would still hold {names}; nothing was written").format(names=names))


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
