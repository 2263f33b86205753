"""Which facts of another reader our record has too: compared by value, kind by kind.

A fact counts as found when its value, without case, spaces and punctuation, is part of any value
that we recorded; of dates the digits up to the minute. Places are compared without their sign,
since ExifTool keeps it apart.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evidencekit.metadata.facts import Fact
from evidencekit.model.json import Json

KINDS = ("gps", "device", "serial", "date", "person", "text", "software", "ids")
_TAGS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "gps": re.compile(r"GPS(Latitude|Longitude|Coordinates|Position)"),
        "device": re.compile(r"Make|Model|CameraModelName|LensModel|DeviceModelName"),
        "serial": re.compile(r".*SerialNumber"),
        "date": re.compile(r"(DateTimeOriginal|CreateDate|ModifyDate|CreationDate|DateCreated)"),
        "person": re.compile(
            r"(Artist|Creator|Author|By-line|OwnerName|CameraOwnerName|LastModifiedBy)"
        ),
        "text": re.compile(
            r"(ImageDescription|Description|Title|Comment|UserComment|Caption-Abstract|Subject"
            r"|Keywords)"
        ),
        "software": re.compile(r"(Software|CreatorTool|Producer|Encoder|ProcessingSoftware)"),
        "ids": re.compile(
            r"(DocumentID|InstanceID|OriginalDocumentID|ImageUniqueID|ContentIdentifier)"
        ),
    }
)
_GROUPS_OF_FILES = frozenset({"System", "ExifTool", "File", "Composite"})
_NOTHING = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[-+]?\d+\.\d+")
_SLACK = 0.002  # degrees: about 200 m, the rounding of the coarsest format
_LEAST = 2  # letters of a value that says anything
_TO_THE_MINUTE = 12  # digits of a date


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the other reader says. The value is foreign text."""

    kind: str
    tag: str
    value: str


def said_by_exiftool(answer: Mapping[str, Json]) -> Iterator[Said]:
    """Yield the facts that matter of what ``exiftool -json -G1 -n`` says of one file."""
    for key, value in answer.items():
        group, _, tag = key.rpartition(":")
        kind = next((name for name, pattern in _TAGS.items() if pattern.fullmatch(tag)), None)
        if group in _GROUPS_OF_FILES or kind is None:
            continue
        for shown in map(str, value if isinstance(value, list | tuple) else [value]):
            if len(_normal(shown)) >= _LEAST:
                yield Said(kind=kind, tag=tag, value=shown)


def is_recorded(said: Said, facts: Iterable[Fact]) -> bool:
    """Tell whether a value is among the facts."""
    if said.kind == "gps":
        wanted = [abs(float(one)) for one in _NUMBER.findall(said.value)[:2]]
        held = [abs(float(n)) for fact in facts for n in _NUMBER.findall(fact.readable)]
        return all(any(abs(one - have) < _SLACK for have in held) for one in wanted)
    texts = [text for fact in facts for text in (fact.raw or "", fact.readable)]
    if said.kind == "date":  # to the minute, whatever the zone is called
        return any(_digits(said.value)[:_TO_THE_MINUTE] in _digits(text) for text in texts)
    return any(_normal(said.value) in _normal(text) for text in texts)


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


def _normal(text: str) -> str:
    return _NOTHING.sub("", text).lower()
