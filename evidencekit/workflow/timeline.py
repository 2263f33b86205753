"""Conversations of a case as one line of time (docs/format/timeline.md).

Each export is parsed in a worker process into a file of lines; only where each message stands and
when it was sent is held in memory, so that a conversation of a million messages fits.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from evidencekit.errors import BadInput
from evidencekit.export.timeline_report import Choice, SourceLine, render_timeline
from evidencekit.files.streaming import HEAD
from evidencekit.metadata.chats.message import SAID
from evidencekit.metadata.chats.recognising import MAY_BE_CHAT, chat_of
from evidencekit.model.artifact import Artifact
from evidencekit.model.json import Json, JsonObject
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import ParserFailed, Worker
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.workflow.capture_account import title_of
from evidencekit.workflow.linking import TAKEN, Linking, files_of, linked
from evidencekit.workflow.targets import require_outside, write_for_owner

KOREA = "Asia/Seoul"
LONGER = 40
"""Times that what a worker writes of an export may be longer than it: messages are short."""
_OF_KOREA = frozenset({"kakaotalk"})
"""Messengers that say no zone and are used in one country."""
_FRAME = frozenset({"day", "header"})
_LAST = datetime.max.replace(tzinfo=UTC)
_RECORD = re.compile(r"(\S+\._domainkey\.\S+)\s+(?:\d+\s+)?(?:IN\s+)?(?:TXT\s+)?(.{1,8000})")
_IN_QUOTES = re.compile(r'"([^"]*)"')
_MAX_KEYS = 1_000
_MEMORY, _OUTPUT = 2**30, 64 * 2**20
_SPEED = 2**19  # bytes a second that parsing does on a slow machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which messages are asked for."""

    person: str = ""
    """Part of the name of a sender, without regard to upper case."""
    since: date | None = None
    until: date | None = None
    zone: str = ""
    """Zone of times that say none; empty: Korea for messengers of Korea, else unknown."""
    dkim_keys: Mapping[str, str] = field(default_factory=dict)
    """TXT records by their name, by which signatures of mails are judged (RFC 6376 §3.6.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One export that is part of the timeline."""

    artifact: Artifact
    platform: str
    told: Mapping[str, Json]
    """What the parser says of it; with ``failed`` where it was not parsed."""

    def count(self, kind: str) -> int:
        """Return how many pieces of a kind were found."""
        counts = self.told.get("counts")
        found = counts.get(kind) if isinstance(counts, dict) else None
        return found if isinstance(found, int) else 0


class Timeline:
    """All messages by time; one without a time stands where it does in its file."""

    def __init__(
        self,
        sources: Sequence[Source],
        files: Sequence[BinaryIO],
        linking: Callable[[], Linking],
        wanted: Wanted,
    ) -> None:
        self.sources = sources
        self._files, self._linking, self._wanted = files, linking, wanted
        self._places = sorted(self._find())

    def rows(self) -> Iterator[JsonObject]:
        """Yield messages as docs/format/timeline.md describes them. All texts are hostile."""
        for number, (_moment, source, offset) in enumerate(self._places, start=1):
            file = self._files[source]
            file.seek(offset)
            piece = json.loads(file.readline())
            yield _row(number, self.sources[source], piece, self._linking, self._wanted)

    def _find(self) -> Iterator[tuple[datetime, int, int]]:
        """Yield for each message that is wanted when it was sent, and where it lies."""
        for number, file in enumerate(self._files):
            offset, last = file.seek(0), _first_moment(file, self._wanted)
            for line in file:
                piece = json.loads(line)
                last = _moment(piece, self._wanted) or last
                if piece["kind"] not in _FRAME and _is_wanted(piece, last, self._wanted):
                    yield (last or _LAST), number, offset
                offset += len(line)


def read_dkim_keys(path: Path) -> dict[str, str]:
    """Read TXT records, one a line, as tools print them: a name, and what it holds.

    Raises :class:`BadInput` for a line that is none, and for more than are read.
    """
    keys: dict[str, str] = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip() or line.startswith(("#", ";")):
                continue
            found = _RECORD.fullmatch(line.strip())
            if found is None or number > _MAX_KEYS:
                raise BadInput(_("{path}: line {n} is no DKIM record").format(path=path, n=number))
            pieces = _IN_QUOTES.findall(found[2])
            keys[found[1].rstrip(".").lower()] = "".join(pieces) if pieces else found[2]
    return keys


@contextmanager
def timeline(case: Case, ids: Sequence[str], wanted: Wanted) -> Iterator[Timeline]:
    """Yield the timeline of some artifacts, or of all that are exports of conversations.

    Raises :class:`BadInput` for an unknown zone, and for a named artifact that is no export.
    """
    _require_zone(wanted.zone)
    with ExitStack() as held:
        sources: list[Source] = []
        files: list[BinaryIO] = []
        for artifact in _artifacts(case, ids):
            platform = _platform(case, artifact)
            if platform is not None:
                # Without a name: what people wrote is on no disk when this process is killed.
                files.append(held.enter_context(tempfile.TemporaryFile()))
                sources.append(_parsed(case, artifact, platform, files[-1], wanted))
            elif ids:
                raise BadInput(
                    _("{id} is no export of a conversation that is known here").format(
                        id=artifact.id
                    )
                )
        yield Timeline(sources, files, cache(lambda: Linking(files_of(case))), wanted)


def _require_zone(zone: str) -> None:
    try:
        ZoneInfo(zone or KOREA)
    except (LookupError, ValueError, OSError) as exc:
        raise BadInput(_("{zone}: there is no such time zone").format(zone=zone)) from exc


def _artifacts(case: Case, ids: Sequence[str]) -> Iterator[Artifact]:
    """Yield those that are named, else those that may be exports by their type."""
    likely = (row.id for row in case.rows() if row.media_type in MAY_BE_CHAT)
    yield from (case.artifact(one) for one in ids or likely)


def _platform(case: Case, artifact: Artifact) -> str | None:
    if artifact.origin not in TAKEN:
        return None
    with case.open_object(artifact.sha256) as stream:
        return chat_of(stream.read(HEAD), artifact.media_type)


def _parsed(case: Case, artifact: Artifact, platform: str, out: BinaryIO, wanted: Wanted) -> Source:
    seconds = 20 + artifact.size // _SPEED
    limits = Limits(
        wall_s=float(seconds),
        cpu_s=seconds,
        memory_bytes=_MEMORY + 6 * artifact.size,
        output_bytes=LONGER * artifact.size + _OUTPUT,
    )
    asked: Json = {"platform": platform, "keys": dict(wanted.dkim_keys)}
    with case.open_object(artifact.sha256) as stream, Worker(limits) as worker:
        answer = worker.write("chats.write", stream, out, asked)
        if isinstance(answer, ParserFailed):
            out.truncate(0)
            answer = {"failed": f"{answer.why} {answer.detail}".strip()}
    told = answer if isinstance(answer, dict) else {"failed": "crashed"}
    return Source(artifact=artifact, platform=platform, told=told)


def _is_wanted(piece: Mapping[str, Json], moment: datetime | None, wanted: Wanted) -> bool:
    if wanted.person and wanted.person.casefold() not in str(piece.get("sender", "")).casefold():
        return False
    if wanted.since is None and wanted.until is None:
        return True
    if moment is None:
        return False
    day = moment.astimezone(ZoneInfo(wanted.zone or KOREA)).date()
    return (wanted.since or day) <= day <= (wanted.until or day)


def _first_moment(file: BinaryIO, wanted: Wanted) -> datetime | None:
    """Return the first time that a file says, for what it says before; read from its beginning."""
    found = (_moment(json.loads(line), wanted) for line in file)
    first = next((one for one in found if one is not None), None)
    file.seek(0)
    return first


def _moment(piece: Mapping[str, Json], wanted: Wanted) -> datetime | None:
    """Return when a message was sent; one without a zone is put where the zone assumed puts it."""
    if not piece.get("at"):
        return None
    try:
        found = datetime.fromisoformat(str(piece["at"]))
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(wanted.zone or KOREA))
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(piece: Mapping[str, Json], platform: str, wanted: Wanted) -> str:
    if not piece.get("at"):
        return "unknown"
    if datetime.fromisoformat(str(piece["at"])).tzinfo is not None:
        return "stated"
    if wanted.zone or platform in _OF_KOREA:
        return f"assumed:{wanted.zone or KOREA}"
    return "unknown"


def _row(
    number: int,
    source: Source,
    piece: Mapping[str, Json],
    linking: Callable[[], Linking],
    wanted: Wanted,
) -> JsonObject:
    zone = _zone(piece, source.platform, wanted)
    moment = _moment(piece, wanted) if zone != "unknown" else None
    files = piece.get("attachments", [])
    kept = {key: piece.get(key, "") for key in _KEPT}
    attached = [one for one in (files if isinstance(files, list) else []) if isinstance(one, dict)]
    return {
        "seq": number,
        "artifact": source.artifact.id,
        "sha256": source.artifact.sha256,
        "platform": source.platform,
        "variant": source.told.get("variant", ""),
        "line": piece.get("line"),
        "bytes": [piece.get("start"), piece.get("end")],
        "pointer": piece.get("pointer", ""),
        "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else None,
        "local": piece.get("at"),
        "zone": zone,
        **kept,
        "attachments": list(linked(linking(), source.artifact.id, attached)) if attached else [],
        "warnings": piece.get("warnings", []),
        "headers": piece.get("headers", {}),
        "dkim": piece.get("dkim", []),
    }


_KEPT = (
    "kind", "at_raw", "precision", "conversation", "sender", "sender_id", "message_id", "text",
    "reply_to", "forwarded_from", "edited", "raw",
)  # fmt: skip


def write_report(case: Case, found: Timeline, wanted: Wanted, out: Path, *, language: str) -> None:
    """Write the timeline for people to ``out``, which must not exist, for its owner only."""
    require_outside(case.root, out)
    sources = [
        SourceLine(
            id=one.artifact.id,
            sha256=one.artifact.sha256,
            platform=one.platform,
            variant=str(one.told.get("variant", "")),
            messages=sum(map(one.count, SAID)),
            unparsed=one.count("unparsed"),
        )
        for one in found.sources
    ]
    choice = Choice(
        person=wanted.person,
        since=str(wanted.since or ""),
        until=str(wanted.until or ""),
        zone=wanted.zone,
    )
    pieces = render_timeline(found.rows(), sources, choice, case=title_of(case), language=language)
    write_for_owner(out, pieces)
