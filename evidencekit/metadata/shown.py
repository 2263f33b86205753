"""What a decoder makes of a file: digests of what people would see or hear."""

from dataclasses import dataclass

from evidencekit.model.json import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Two files with equal values look and sound the same to their decoder."""

    frames: tuple[str, ...]
    """SHA-256 of each decoded frame, page or stretch of sound."""
    decoder: str
    """Library and version."""


def shown_to_json(shown: Shown) -> JsonObject:
    """Return what crosses from the worker to its parent."""
    return {"frames": list(shown.frames), "decoder": shown.decoder}


def shown_from_json(value: Json) -> Shown:
    """Rebuild what came from a worker; ``ValueError`` for anything else."""
    match value:
        case {"frames": list(frames), "decoder": str(decoder)}:
            return Shown(frames=tuple(map(str, frames)), decoder=decoder)
        case _:
            raise ValueError("not what a decoder shows")
