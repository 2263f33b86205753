"""libmagic as a second opinion; the only module that knows of it.

It is asked lazily, since loading its database takes longer than a small command; it costs 0.4 ms a
file and more on noise. There is no Windows wheel, so its absence is an ordinary answer.
"""

import ctypes.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from evidencekit.model.json import Json, JsonObject

MAX_HEAD = 65_536  # more changes its answer for none of the types we handle


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What libmagic says."""

    media_type: str
    version: str
    """Of libmagic, e.g. ``5.41``: its answers differ between versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionUnavailable:
    """There is no second opinion on this machine."""

    why: str


def opinion_to_json(opinion: Opinion | OpinionUnavailable) -> JsonObject:
    """Return what records and scripts hold: a type and a version, or why there is none."""
    if isinstance(opinion, Opinion):
        return {"media_type": opinion.media_type, "version": opinion.version, "why": None}
    return {"media_type": None, "version": None, "why": opinion.why}


def opinion_from_json(value: Json) -> Opinion | OpinionUnavailable:
    """Rebuild an opinion; what is none becomes one that is not available."""
    match value:
        case {"media_type": str(media_type), "version": str(version)}:
            return Opinion(media_type=media_type, version=version)
        case {"why": str(why)}:
            return OpinionUnavailable(why=why)
        case _:
            return OpinionUnavailable(why="not recorded")


def second_opinion(head: bytes) -> Opinion | OpinionUnavailable:
    """Ask libmagic about the first bytes of a file; disagreement is for the caller to record."""
    library = _load()
    if isinstance(library, OpinionUnavailable):
        return library
    try:
        media_type = str(library.from_buffer(head[:MAX_HEAD]))
    except Exception as exc:  # noqa: BLE001 (python-magic raises its own and ctypes' errors)
        return OpinionUnavailable(why=f"libmagic failed: {type(exc).__name__}")
    return Opinion(media_type=media_type, version=_version())


@lru_cache(maxsize=1)
def _load() -> Any:
    with suppress(ImportError):  # the system's libmagic may be there all the same
        # pylibmagic first: it points python-magic at the libmagic inside its wheel.
        import pylibmagic  # noqa: F401, PLC0415
    try:
        with _without_search():
            import magic  # noqa: PLC0415

        return magic.Magic(mime=True)
    except (ImportError, OSError, AttributeError) as exc:
        return OpinionUnavailable(why=f"libmagic could not be loaded: {exc}")


@contextmanager
def _without_search() -> Iterator[None]:
    """Let python-magic take the library by its name at once.

    To look for it Python starts ``ldconfig`` and a compiler, which no parser may.
    """
    search = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None  # noqa: ARG005
    try:
        yield
    finally:
        ctypes.util.find_library = search


@lru_cache(maxsize=1)
def _version() -> str:
    import magic  # noqa: PLC0415

    number = int(magic.version())  # type: ignore[no-untyped-call]
    return f"{number // 100}.{number % 100:02d}"
