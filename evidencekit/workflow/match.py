"""Look for one fingerprint among many: of the case, of another case, of a list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import BadInput
from evidencekit.formats.case import CASE_FILE
from evidencekit.metadata.fingerprint.lists import Listed, Unreadable, read_list
from evidencekit.store.case import Case, open_case
from evidencekit.text.catalog import _
from evidencekit.workflow.fingerprint import fingerprints_of, hashes_in

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One that is near. The label is foreign text."""

    label: str
    """Artifact of a case, or what a list says of it."""
    hash: str
    distance: int
    variant: int | None
    """Which of the eight forms matched, in the order of a fingerprint's ``hashes``; None where only
    one form was looked for: of a hash, and of each key frame of a film."""
    ms: int | None
    """Of a film: where in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What was found, and what could not be looked at."""

    found: Sequence[Found]
    looked_at: int
    """How many fingerprints there were."""
    unreadable: Sequence[int]
    """Lines of a list without a fingerprint."""
    quality: int | None
    """Of the picture that was looked for; None for a hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    hash: str
    label: str
    ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What is looked for: the forms of a picture, the key frames of a film, or one hash."""

    hashes: tuple[str, ...]
    artifact: str = ""
    has_forms: bool = False
    quality: int | None = None


def match(case: Case, what: str, *, against: Path | None, threshold: int) -> Matched:
    """Compare an artifact's fingerprint, or a hash, with those of ``against``.

    None is the case itself, a folder another case, anything else a list. Raises :class:`BadInput`
    for an artifact without a fingerprint.
    """
    # Loaded here: numpy is slow to load, and most commands need none.
    from evidencekit.metadata.fingerprint.matching import near, table_of  # noqa: PLC0415

    looked = _looked_for(case, what)
    known, unreadable = _known(case, against)
    known = [one for one in known if against is not None or one.label != looked.artifact]
    matches = near(looked.hashes, table_of([one.hash for one in known]), threshold=threshold)
    return Matched(
        found=[
            Found(
                label=known[one.index].label,
                hash=known[one.index].hash,
                distance=one.distance,
                variant=one.variant if looked.has_forms else None,
                ms=known[one.index].ms,
            )
            for one in matches
        ],
        looked_at=len(known),
        unreadable=unreadable,
        quality=looked.quality,
    )


def _looked_for(case: Case, what: str) -> _Looked:
    if _HASH.fullmatch(what.lower()):
        return _Looked(hashes=(what.lower(),))
    artifact = case.artifact(what)
    for other, said in reversed(fingerprints_of(case)):
        if other.id != artifact.id:
            continue
        hashes, quality = said.get("hashes"), said.get("quality")
        if not isinstance(hashes, list):
            frames = tuple(one for one, _ms in hashes_in(said))
            return _Looked(hashes=frames, artifact=artifact.id)
        return _Looked(
            hashes=tuple(map(str, hashes)),
            artifact=artifact.id,
            has_forms=True,
            quality=quality if isinstance(quality, int) else None,
        )
    raise BadInput(
        _("{id} has no fingerprint yet").format(id=artifact.id),
        hint=_("make one: fingerprint {id}").format(id=artifact.id),
    )


def _known(case: Case, against: Path | None) -> tuple[list[_Known], list[int]]:
    if against is None or (against / CASE_FILE).is_file():
        other = case if against is None else open_case(against)
        found = [
            _Known(hash=one, label=artifact.id, ms=ms)
            for artifact, said in fingerprints_of(other)
            for one, ms in hashes_in(said)
        ]
        return found, []
    if not against.is_file():
        raise BadInput(_("{path}: there is no such list and no such case").format(path=against))
    listed: list[_Known] = []
    unreadable: list[int] = []
    for entry in read_list(against):
        match entry:
            case Listed():
                listed.append(_Known(hash=entry.hash, label=entry.label or f"{entry.line}"))
            case Unreadable():
                unreadable.append(entry.line)
    return listed, unreadable
