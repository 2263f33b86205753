"""What a capture recorded of credentials: who may read it, and a copy that others may have.

The recorded traffic is the original and stays as it is. Where it holds credentials, or nobody can
tell, its access is restricted; where they could be found, a copy without them stands beside it, and
the list of what was marked. What an event says of the capture carries the same marks. Whatever goes
wrong here restricts the original and loses nothing.
"""

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import evidencekit
from evidencekit.capture.credentials.answers import in_answer
from evidencekit.capture.credentials.clearing import Clearing
from evidencekit.capture.credentials.copies import (
    WACZ,
    WARC,
    Copy,
    Recorded,
    lay_out,
    write_copy,
)
from evidencekit.capture.credentials.everywhere import repeated, spellings
from evidencekit.capture.credentials.found import RULES
from evidencekit.capture.credentials.survey import Survey
from evidencekit.capture.credentials.texts import marked_json
from evidencekit.errors import EvidencekitError
from evidencekit.files.opening import HeldBytes, RegularFile
from evidencekit.model.find import Access, Find
from evidencekit.model.json import Json
from evidencekit.workflow.setting import Setting

_log = logging.getLogger(__name__)
_SOFTWARE = f"evidencekit/{evidencekit.__version__}"
_SHOWING = frozenset({"dom", "document-without-media", "mhtml", "screenshot-stamped"})
"""Views that may repeat what was recorded, as text or as the address that was asked for."""
_LIST = "redactions"
"""Role of the list, and the end of its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A capture as it goes into the case."""

    finds: tuple[Find, ...]
    """With their access decided, their addresses marked, and the copies after the originals."""
    credentials: Mapping[str, Json]
    """For the event: rules, counts by kind; never a value."""
    values: tuple[bytes, ...] = field(repr=False)

    def detail(self, told: Mapping[str, Json]) -> dict[str, Json]:
        """Return what an event tells of the capture, marked, and what was found."""
        members = {name: marked_json(value, self.values) for name, value in told.items()}
        if any(find.access is Access.RESTRICTED for find in self.finds):
            members["facts"] = _without_digest(members.get("facts"))
        return {**members, "credentials": self.credentials}


def guarded(finds: Sequence[Find], folder: Path, setting: Setting) -> Guarded:
    """Look through what was recorded; ``folder`` takes what is written and is the caller's."""
    survey = Survey()
    laid_out = {find.name: _survey(find, folder, survey) for find in finds if _is_traffic(find)}
    values = spellings(survey.values)
    has_found = bool(survey.counts) or survey.unread > 0
    unchecked = sum(recorded is None for recorded in laid_out.values()) + survey.unread
    kept: list[Find] = []
    for find in finds:
        told = _told(find, values)
        if not _is_traffic(find):
            is_unknown = unchecked > 0 and find.role in _SHOWING
            if is_unknown or _repeats(find, told, values, has_found=bool(survey.counts)):
                told = replace(told, access=Access.RESTRICTED)
            kept.append(told)
            continue
        recorded = laid_out[find.name]
        is_clean = recorded is not None and not has_found
        kept.append(told if is_clean else replace(told, access=Access.RESTRICTED))
        if recorded is not None and has_found:
            kept += _copies(told, recorded, values, setting)
    return _guarded(kept, survey, unchecked, values)


def unguarded(finds: Sequence[Find]) -> Guarded:
    """Restrict what nobody could look through any more, because the user stopped it."""
    told = [_told(find, ()) for find in finds]
    kept = [
        replace(find, access=Access.RESTRICTED)
        if _is_traffic(find) or find.role in _SHOWING
        else find
        for find in told
    ]
    return _guarded(kept, Survey(), sum(map(_is_traffic, kept)), ())


def _told(find: Find, values: tuple[bytes, ...]) -> Find:
    source = {name: marked_json(value, values) for name, value in find.source.items()}
    return replace(find, source=source)


def _guarded(
    finds: Sequence[Find], survey: Survey, unchecked: int, values: tuple[bytes, ...]
) -> Guarded:
    found: dict[str, Json] = {
        "rules": RULES,
        "found": survey.by_kind(),
        "unchecked": unchecked,
        "passed_over": survey.passed_over,
    }
    return Guarded(finds=tuple(finds), credentials=found, values=values)


def _repeats(find: Find, told: Find, values: tuple[bytes, ...], *, has_found: bool) -> bool:
    """Return whether a view shows what was found, or may: MHTML is encoded and not looked into."""
    match find.role:
        case "screenshot-stamped":
            return told.source != find.source  # it shows the address as it was asked for
        case "dom" | "document-without-media":
            return _holds_any(find, values)
        case role:
            return role == "mhtml" and has_found


def _holds_any(find: Find, values: tuple[bytes, ...]) -> bool:
    try:
        with find.content.open() as stream:
            text = stream.read()
    except (EvidencekitError, OSError):
        return True  # nobody can tell
    gives_out = any(True for _ in in_answer(text, 0, len(text)))
    return gives_out or any(True for _ in repeated(text, 0, len(text), values))


def _without_digest(facts: Json) -> Json:
    """Leave out the digest inside a WACZ: by it a short covered value could be guessed."""
    packed = facts.get("wacz") if isinstance(facts, Mapping) else None
    if not isinstance(facts, Mapping) or not isinstance(packed, Mapping):
        return facts
    return {**facts, "wacz": {**packed, "package_sha256": None}}


def _is_traffic(find: Find) -> bool:
    return find.media_type in (WARC, WACZ)


def _survey(find: Find, folder: Path, survey: Survey) -> Recorded | None:
    """Read one file; None where that cannot be done."""
    try:
        with find.content.open() as stream:
            place = folder / f"{find.name}.parts"
            recorded = lay_out(stream, find.media_type or "", place, name=find.name)
        recorded.survey(survey)
    except (EvidencekitError, OSError):
        _log.debug("%s cannot be looked through", find.name, exc_info=True)
        return None
    return recorded


def _copies(
    find: Find, recorded: Recorded, values: tuple[bytes, ...], setting: Setting
) -> list[Find]:
    """Return the copy and its list as finds; none where it cannot be written."""
    clearing = Clearing(
        values,
        recorded.folder,
        software=_SOFTWARE,
        clock=setting.clock,
        new_id=lambda: str(uuid.uuid4()),
    )
    try:
        made = write_copy(recorded, clearing, values, at=setting.clock(), software=_SOFTWARE)
    except (EvidencekitError, OSError):
        _log.debug("no copy of %s", find.name, exc_info=True)
        return []
    stem, _dot, extension = find.name.partition(".")
    copy = replace(
        find,
        name=f"{stem}.redacted.{extension}",
        content=RegularFile(made.path),
        role=f"{find.role}-redacted",
        copy_of=find.name,
        derivation=_derivation(made),
        # What could not be searched may still hold something.
        access=Access.RESTRICTED if made.left else Access.NORMAL,
    )
    listed = replace(
        copy,
        name=f"{stem}.{_LIST}.json",
        content=HeldBytes(made.listing),
        role=_LIST,
        media_type="application/json",
        access=Access.NORMAL,  # it names kinds and lengths, never a value
    )
    return [copy, listed]


def _derivation(made: Copy) -> dict[str, Json]:
    return {
        "method": "redact",
        "rules": RULES,
        "replaced": dict(made.replaced),
        "packed": dict(made.packed),
        "left": dict(made.left),
    }
