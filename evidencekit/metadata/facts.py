"""What a file says about itself, one fact at a time, within limits.

Every value is hostile text. What did not fit is said to be missing, never silently cut.
"""

from dataclasses import asdict, dataclass

from evidencekit.model.json import Json, JsonObject

MAX_FACTS = 2_000  # a picture of a professional camera has some 400
MAX_VALUE = 4_096  # characters
MAX_TOTAL = 2**20  # characters of all values together
MAX_PROBLEMS = 50
STRUCTURE = "structure"
"""Group of facts about the container: which segments, how large. They are counts, not content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value found in a file."""

    group: str
    """Where it belongs: ``Image``, ``EXIF``, ``GPS``, ``XMP``, ``tEXt``, ``structure`` …"""
    tag: str
    raw: str | None
    """As stored: text, numbers, fractions unreduced; None where the bytes are no such thing."""
    readable: str
    source: str
    """The library that read it, and where in the file: ``exifread, APP1 at 2``."""


class FactList:
    """Collects facts and problems up to the limits."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.problems: list[str] = []
        self._total = 0

    def add(
        self,
        group: str,
        tag: str,
        readable: str,
        *,
        raw: str | None,
        source: str,
        reader: str = "evidencekit",
    ) -> None:
        """Add a fact; beyond the limits it becomes a problem."""
        if len(self.facts) >= MAX_FACTS or self._total > MAX_TOTAL:
            self.problem("more facts than are recorded")
            return
        fact = Fact(
            group=_clip(group),
            tag=_clip(tag),
            raw=None if raw is None else _clip(raw),
            readable=_clip(readable),
            source=_clip(f"{reader}, {source}"),
        )
        self._total += len(fact.readable) + len(fact.raw or "") + len(fact.tag)
        self.facts.append(fact)

    def take(self, inner: "FactList", *, source: str) -> None:
        """Add what was read in something within, but for how that is built; says where it lies."""
        for one in inner.facts:
            if one.group != STRUCTURE:
                reader, _, place = one.source.partition(", ")
                self.add(
                    one.group, one.tag, one.readable, raw=one.raw, reader=reader,
                    source=f"{source}, {place}",
                )  # fmt: skip

    def structure(self, tag: str, readable: str, *, source: str) -> None:
        """Add a fact about the container."""
        self.add(STRUCTURE, tag, readable, raw=None, source=source)

    def problem(self, what: str) -> None:
        """Note that something could not be read; each wording once."""
        said = _clip(what)
        if said not in self.problems and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(said)

    def to_json(self) -> JsonObject:
        """Return what crosses from the worker to its parent."""
        return {"facts": [fact_to_json(fact) for fact in self.facts], "problems": self.problems}


def fact_to_json(fact: Fact) -> JsonObject:
    """Return the fact as it stands in a document."""
    return asdict(fact)


def fact_from_json(value: Json) -> Fact:
    """Rebuild a fact that came from a worker; ``ValueError`` for anything else."""
    match value:
        case {
            "group": str(group),
            "tag": str(tag),
            "raw": str() | None as raw,
            "readable": str(readable),
            "source": str(source),
        }:
            return Fact(group=group, tag=tag, raw=raw, readable=readable, source=source)
        case _:
            raise ValueError("not a fact")


_CUT = " … [cut, {count} characters in all]"


def _clip(text: str) -> str:
    if len(text) <= MAX_VALUE and text.isascii():  # nearly all: nothing to be mended
        return text
    sound = text.encode("utf-8", errors="replace").decode("utf-8")  # no lone surrogates
    if len(sound) <= MAX_VALUE:
        return sound
    return sound[:MAX_VALUE] + _CUT.format(count=len(sound))


def unclipped(text: str) -> str:
    """Return what of a value is really from the file, without our remark that it was cut."""
    return text[:MAX_VALUE]
