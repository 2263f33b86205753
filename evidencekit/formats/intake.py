"""``evidencekit/intake/1``: read from a file that somebody wrote, written into an event."""

import json
from datetime import date
from enum import StrEnum
from typing import TypeVar

from evidencekit.errors import BadInput
from evidencekit.model.artifact import Sensitivity
from evidencekit.model.intake import Agreed, Capacity, Checked, Handing, Intake
from evidencekit.model.json import Json, JsonObject
from evidencekit.text.catalog import _

FORMAT = "evidencekit/intake/1"
MAX_SIZE, MAX_TEXT, MAX_LISTED = 2**20, 2_000, 50
"""Bytes of the file; characters of a text, and of a relation, device or account; entries."""
_KNOWN = frozenset(
    {
        "format", "capacity", "alias", "sensitivity", "relation", "checked", "agreed", "device",
        "account", "handing", "circumstances", "statements",
    }
)  # fmt: skip
W = TypeVar("W", bound=StrEnum)


def read_intake(data: bytes) -> Intake:
    """Read what somebody wrote; raises :class:`BadInput` naming the member that is wrong."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise BadInput(_("the intake file is no JSON: {reason}").format(reason=exc)) from exc
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BadInput(_("the intake file does not say that it is {format}").format(format=FORMAT))
    for name in value:
        if name not in _KNOWN:
            raise _wrong(name)
    return Intake(
        capacity=_word(value, "capacity", Capacity),
        alias=_text(value, "alias", is_needed=True),
        sensitivity=_word(value, "sensitivity", Sensitivity),
        relation=_text(value, "relation"),
        checked=tuple(_checked(one) for one in _list(value, "checked")),
        agreed=tuple(_one_of("agreed", one, Agreed) for one in _list(value, "agreed")),
        device=_text(value, "device"),
        account=_text(value, "account"),
        handing=_word(value, "handing", Handing) if "handing" in value else Handing.OTHER,
        circumstances=_text(value, "circumstances"),
        statements=tuple(_path(one) for one in _list(value, "statements")),
    )


def intake_to_json(intake: Intake) -> JsonObject:
    """Return what an event holds; paths of statements are those of the artifacts themselves."""
    return {
        "format": FORMAT,
        "capacity": intake.capacity.value,
        "alias": intake.alias,
        "sensitivity": intake.sensitivity.value,
        "relation": intake.relation,
        "checked": [
            {"document": one.document, "by": one.by, "on": one.on.isoformat()}
            for one in intake.checked
        ],
        "agreed": [one.value for one in intake.agreed],
        "device": intake.device,
        "account": intake.account,
        "handing": intake.handing.value,
        "circumstances": intake.circumstances,
    }


def _wrong(name: str) -> BadInput:
    return BadInput(_("the intake file: {member} is missing, wrong or unknown").format(member=name))


def _text(value: JsonObject, name: str, *, is_needed: bool = False) -> str:
    found = value.get(name, "")
    if not isinstance(found, str) or len(found) > MAX_TEXT or (is_needed and not found.strip()):
        raise _wrong(name)
    if any("\ud800" <= character <= "\udfff" for character in found):
        raise _wrong(name)
    return found.strip()


def _list(value: JsonObject, name: str) -> list[Json]:
    found = value.get(name, [])
    if not isinstance(found, list) or len(found) > MAX_LISTED:
        raise _wrong(name)
    return found


def _word(value: JsonObject, name: str, words: type[W]) -> W:
    return _one_of(name, value.get(name), words)


def _one_of(name: str, found: Json, words: type[W]) -> W:
    try:
        return words(found)  # type: ignore[arg-type]
    except ValueError as exc:
        allowed = ", ".join(word.value for word in words)
        raise BadInput(
            _("the intake file: {member} must be one of {words}").format(member=name, words=allowed)
        ) from exc


def _checked(value: Json) -> Checked:
    if not isinstance(value, dict) or set(value) - {"document", "by", "on"}:
        raise _wrong("checked")
    try:
        on = date.fromisoformat(str(value.get("on")))
    except ValueError as exc:
        raise _wrong("checked.on") from exc
    return Checked(
        document=_text(value, "document", is_needed=True),
        by=_text(value, "by", is_needed=True),
        on=on,
    )


def _path(value: Json) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise _wrong("statements")
    return value
