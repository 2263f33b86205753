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
from evidencekit.workflow.fingerprint import fingerprints_of, forms_in

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One that is near. The label is foreign text."""

    label: str
    """Artifact of a case, or what a list says of it."""
    hash: str
    distance: int
    variant: int | None
    """Which of the eight forms matched, in the order of a fingerprint's ``hashes``; None where both
    sides had only one, as a hash and a list."""
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
    forms: tuple[str, ...]
    label: str
    ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What is looked for: a picture or each key frame of a film in all forms, or one hash."""

    frames: tuple[tuple[str, ...], ...]
    artifact: str = ""
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
    rows = _rows(looked, known)
    wanted = [(variant, one) for frame in looked.frames for variant, one in enumerate(frame)]
    matches = near(
        [one for _variant, one in wanted],
        table_of([known[of].forms[form] for of, form in rows]),
        threshold=threshold,
    )
    found: dict[int, Found] = {}
    for one in matches:  # nearest first
        of, form = rows[one.index]
        turned = max(form, wanted[one.variant][0])  # only one side has more than one form
        has_forms = len(known[of].forms) > 1 or max(map(len, looked.frames)) > 1
        found.setdefault(of, _found(known[of], one.distance, turned if has_forms else None))
    return Matched(
        found=list(found.values()),
        looked_at=len(known),
        unreadable=unreadable,
        quality=looked.quality,
    )


def _rows(looked: _Looked, known: Sequence[_Known]) -> list[tuple[int, int]]:
    """Return which forms of what is known are looked at: all where but one is looked for."""
    is_turned = all(len(frame) > 1 for frame in looked.frames)
    return [
        (number, form)
        for number, one in enumerate(known)
        for form in range(1 if is_turned else len(one.forms))
    ]


def _found(known: _Known, distance: int, variant: int | None) -> Found:
    return Found(
        label=known.label, hash=known.forms[0], distance=distance, variant=variant, ms=known.ms
    )


def _looked_for(case: Case, what: str) -> _Looked:
    if _HASH.fullmatch(what.lower()):
        return _Looked(frames=((what.lower(),),))
    artifact = case.artifact(what)
    for other, said in reversed(fingerprints_of(case)):
        if other.id != artifact.id:
            continue
        quality = said.get("quality")
        return _Looked(
            frames=tuple(forms for forms, _ms in forms_in(said)),
            artifact=artifact.id,
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
            _Known(forms=forms, label=artifact.id, ms=ms)
            for artifact, said in fingerprints_of(other)
            for forms, ms in forms_in(said)
        ]
        return found, []
    if not against.is_file():
        raise BadInput(_("{path}: there is no such list and no such case").format(path=against))
    listed: list[_Known] = []
    unreadable: list[int] = []
    for entry in read_list(against):
        match entry:
            case Listed():
                listed.append(_Known(forms=(entry.hash,), label=entry.label or f"{entry.line}"))
            case Unreadable():
                unreadable.append(entry.line)
    return listed, unreadable
