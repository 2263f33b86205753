"""The timeline as a document for people: who wrote what when, where it stands, what is not known.

Every text in it was written by somebody who may be an enemy.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evidencekit.export.page import Columns, page
from evidencekit.export.words import Pair, load_words, term
from evidencekit.model.json import Json, JsonObject
from evidencekit.text.clean import clean

_COLUMNS: Columns = {
    "messages": {
        "messages.number": 6, "messages.when": 18, "messages.who": 16, "messages.text": 42,
        "messages.where": 18,
    },
    "sources": {
        "sources.id": 12, "sources.platform": 22, "sources.count": 16, "sources.digest": 50,
    },
}  # fmt: skip
_MAX_TEXT = 4_000  # characters of one message; the JSON has up to 65,536


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One export that the document was read from."""

    id: str
    sha256: str
    platform: str
    variant: str
    messages: int
    unparsed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was asked for, as the user wrote it; empty where nothing was."""

    person: str = ""
    since: str = ""
    until: str = ""
    zone: str = ""


def render_timeline(
    rows: Iterable[JsonObject],
    sources: Sequence[SourceLine],
    choice: Choice,
    *,
    case: str,
    language: str,
) -> Iterator[bytes]:
    """Yield the document in pieces; ``rows`` are consumed one by one."""
    return page(
        "timeline.html.j2",
        document="timeline",
        columns=_COLUMNS,
        language=language,
        case=case,
        choice=choice,
        sources=sources,
        rows=(_line(row) for row in rows),
        platform=lambda one: term("platform", one),
    )


def _line(row: JsonObject) -> dict[str, object]:
    text = str(row["text"])
    return {
        "seq": row["seq"],
        "local": str(row["local"] or row["at_raw"] or "").replace("T", " "),
        "utc": str(row["at"] or ""),
        "zone": _zone(str(row["zone"])),
        "sender": str(row["sender"]),
        "conversation": str(row["conversation"]),
        "kind": None if row["kind"] == "message" else term("message", str(row["kind"])),
        "lines": [clean(one, limit=_MAX_TEXT) for one in text[:_MAX_TEXT].split("\n")],
        "is_cut": len(text) > _MAX_TEXT,
        "files": [
            (one["name"], one["artifact"], term("link", str(one["by"])))
            for one in _objects(row["attachments"])
        ],
        "warnings": _warnings(row["warnings"]),
        "artifact": row["artifact"],
        "place": _place(row),
        "dkim": [term("dkim", str(one["result"])) for one in _objects(row["dkim"])],
    }


def _objects(value: Json) -> list[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _warnings(value: Json) -> list[Pair]:
    """Return what has words; the others are said elsewhere in the line."""
    words = load_words("terms")
    found = (f"warning.{one}" for one in (value if isinstance(value, list) else []))
    return [words[one] for one in found if one in words]


def _zone(zone: str) -> Pair:
    """Say whether a zone was stated, assumed or is not known."""
    kind, _, name = zone.partition(":")
    return load_words("timeline")[f"zone.{kind}"].filled(zone=name)


def _place(row: JsonObject) -> str:
    if row["line"] is not None:
        return f"L{row['line']}"
    if row["pointer"]:
        return str(row["pointer"])
    start, end = row["bytes"] if isinstance(row["bytes"], list) else (-1, -1)
    return f"{start}–{end}"
