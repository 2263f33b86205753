"""A member of an archive as a find: what it is called, and where it lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from evidencekit.errors import SourceRefused
from evidencekit.formats.fields import encode_base64
from evidencekit.model.find import Content, Find, Refused
from evidencekit.model.json import Json
from evidencekit.text.clean import name_from_bytes

MAX_MEMBERS = 100_000
MAX_RATIO, RATIO_COUNTS_FROM = 200, 100 * 2**20
"""So many times its own size may come out of an archive, once that is more than 100 MiB."""
_MAX_NAME = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """One archive of the case."""

    id: str
    name: str
    size: int
    media_type: str

    @property
    def most(self) -> int:
        """How many bytes may come out of it."""
        return max(self.size * MAX_RATIO, RATIO_COUNTS_FROM)


class Budget:
    """How much may still come out of one archive."""

    def __init__(self, archive: Archive) -> None:
        self._left = archive.most

    def take(self, count: int) -> None:
        """Count what came out; raises ``SourceRefused`` for a bomb."""
        self._left -= count
        if self._left < 0:
            raise SourceRefused("archive-bomb")


def member(
    archive: Archive, raw: bytes, number: int, told: Mapping[str, Json], content: Content
) -> Find:
    """Return a find; ``raw`` is the name in UTF-8 where its encoding is known."""
    name, name_bytes = name_from_bytes(raw.replace(b"\\", b"/").rpartition(b"/")[2] or b"unnamed")
    shown, path_bytes = name_from_bytes(raw[:_MAX_NAME])
    source: dict[str, Json] = {
        "kind": "member", "archive": archive.id, "number": number,
        "path": f"{archive.id}/{number}/{shown}", **told,
    }  # fmt: skip
    if path_bytes is not None:
        source["path_bytes"] = encode_base64(f"{archive.id}/{number}/".encode() + path_bytes)
    return Find(
        name=name,
        name_bytes=name_bytes,
        content=content,
        origin="intake",
        acquired_at=datetime.now(UTC),
        source=source,
        derived_from=archive.id,
        derivation={"method": "member"},
    )


def refused_member(archive: Archive, raw: bytes, why: str) -> Refused:
    """Return what says that a member, or with no name the archive, was not taken."""
    whole = archive.name.encode("utf-8", "replace") + (b"/" + raw if raw else b"")
    name, name_bytes = name_from_bytes(whole[:_MAX_NAME])
    return Refused(name=name, name_bytes=name_bytes, why=why)


def decoded_name(raw: bytes) -> tuple[bytes, str]:
    """Return a name in UTF-8 and how it was read: Korean Windows writes CP949 and says nothing."""
    for encoding in ("ascii", "utf-8", "cp949"):
        try:
            return raw.decode(encoding).encode(), encoding
        except UnicodeDecodeError:
            continue
    return raw, "unknown"


def shown_time(seconds: float) -> Json:
    """Return a time in UTC; None for one that is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
