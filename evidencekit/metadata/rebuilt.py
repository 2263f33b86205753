"""What a copy is wished for, and what the rebuilders of each kind return."""

from dataclasses import dataclass
from enum import StrEnum

from evidencekit.model.json import Json, JsonObject


class Purpose(StrEnum):
    """Who is to get a copy."""

    SHARE = "share"
    """Anybody: nothing is kept but what shows the picture or plays the sound."""
    PLATFORM = "platform"
    """A provider, with a request to delete: as for anybody, and the coded data may be touched where
    encoders leave remarks in them. No kind of this release has such remarks."""
    COURT = "court"
    """A court or an opposing party: the time when it was taken stays, place, device and names go;
    coded data stay as they are, bit for bit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the purpose of a copy asks of its making."""

    keeps_time: bool = False
    """Whether the time when it was taken stays, where the kind has a place for it."""
    drops_remarks: bool = False
    """Whether remarks of encoders go that lie inside coded data (H.264 SEI user data)."""


def wish_of(purpose: Purpose) -> Wish:
    """Return what a copy for this purpose keeps and drops."""
    return Wish(keeps_time=purpose is Purpose.COURT, drops_remarks=purpose is Purpose.PLATFORM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was written anew from what is allowed; not proven yet."""

    removed: tuple[str, ...]
    """Stable words, one per kind, e.g. ``exif``, ``comment``, ``bytes-after-end``."""
    kept: tuple[str, ...]
    """Stable words with an argument for what was written besides the content itself."""
    content_sha256: str
    """Over the coded data (compressed pixels, packets, text) as they stand in the source, in an
    order that the rebuilder of this kind defines; of a copy without loss it is the same."""
    kept_values: tuple[str, ...] = ()
    """Values of the source that stay because they were wished for; nobody is to look for them."""
    changed: tuple[str, ...] = ()
    """Stable words for what of the coded data is not as it was, e.g. ``encoder-remarks``; then
    nothing is lossless."""

    @property
    def is_lossless(self) -> bool:
        """Whether the coded data are bit for bit those of the source."""
        return not self.changed


def rebuilt_to_json(rebuilt: Rebuilt) -> JsonObject:
    """Return what crosses from the worker to its parent."""
    return {
        "removed": list(rebuilt.removed),
        "kept": list(rebuilt.kept),
        "content_sha256": rebuilt.content_sha256,
        "kept_values": list(rebuilt.kept_values),
        "changed": list(rebuilt.changed),
    }


def rebuilt_from_json(value: Json) -> Rebuilt:
    """Rebuild what came from a worker; ``ValueError`` for anything else."""
    match value:
        case {
            "removed": list(removed),
            "kept": list(kept),
            "content_sha256": str(content),
            "kept_values": list(values),
            "changed": list(changed),
        }:
            return Rebuilt(
                removed=tuple(map(str, removed)),
                kept=tuple(map(str, kept)),
                content_sha256=content,
                kept_values=tuple(map(str, values)),
                changed=tuple(map(str, changed)),
            )
        case _:
            raise ValueError("not an account of a copy")
