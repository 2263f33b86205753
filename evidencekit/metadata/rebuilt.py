"""What the rebuilders of each format return."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A file written anew from what is allowed in it; not proven yet."""

    data: bytes
    removed: tuple[str, ...]
    """Stable words, one per kind, e.g. ``exif``, ``comment``, ``bytes-after-end``."""
    kept: tuple[str, ...]
    """Stable words with an argument for what was written besides the picture itself."""
    picture_sha256: str
    """Over the compressed picture data as they stand in the file."""
