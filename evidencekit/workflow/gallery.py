"""A page of blurred previews of one case, written down as a look at it before anything is decoded.

The page lies in the case's own folder of unfinished work, for its owner only, while somebody looks;
what a killed program leaves of it the next act of the case removes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import BadInput, PolicyForbids
from evidencekit.export.gallery import Tile, Unseen, render_gallery
from evidencekit.metadata.raster import MAX_LARGE, MAX_PIXELS
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.event import Actor
from evidencekit.model.json import Json
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import ParserFailed, Worker
from evidencekit.store.case import Case, Kind
from evidencekit.store.spool import open_spool
from evidencekit.store.writer import open_writer
from evidencekit.text.catalog import _
from evidencekit.workflow.setting import Setting

MAX_TILES = 1_000
"""Artifacts on one page."""
_LIMITS = Limits(wall_s=60.0, cpu_s=50, memory_bytes=2**30)
_LIMITS_LARGE = Limits(wall_s=120.0, cpu_s=100, memory_bytes=3 * 2**30)
_SEEN = frozenset({"image", "video"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who wants to look, at what, and why."""

    ids: Sequence[str] = ()
    """All pictures and films of the case, where none is named."""
    reason: str | None = None
    actor: Actor | None = None
    allows_large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """A page that is there as long as somebody looks."""

    path: Path
    shown: int
    unseen: tuple[Unseen, ...]


@contextmanager
def open_gallery(case: Case, look: Look, *, language: str, setting: Setting) -> Iterator[Gallery]:
    """Yield the page; it is gone afterwards, whatever happened.

    Raises :class:`PolicyForbids` for a support case without a reason, and :class:`BadInput` where
    there is nothing to look at, or too much for one page.
    """
    wanted, unseen = _chosen(case, look)
    _record(case, look, [one.id for one in wanted], setting)
    tiles: list[Tile] = []
    for found in _previews(case, wanted, allows_large=look.allows_large):
        if isinstance(found, Unseen):
            unseen.append(found)
        else:
            tiles += found
    with open_spool(case.root) as spool:
        path = spool.folder / "gallery.html"
        with path.open("xb") as out:
            out.writelines(render_gallery(tiles, unseen, language=language))
        yield Gallery(path=path, shown=len({tile.id for tile in tiles}), unseen=tuple(unseen))


def _chosen(case: Case, look: Look) -> tuple[list[Artifact], list[Unseen]]:
    """Return what is shown and what never is: whatever may be abuse of children."""
    if case.kind is Kind.SUPPORT and not look.reason:
        raise PolicyForbids(
            _("a support case is looked at for a reason"), hint=_("say it: --reason TEXT")
        )
    ids = look.ids or [row.id for row in case.rows() if row.media_type.partition("/")[0] in _SEEN]
    if len(ids) > MAX_TILES:
        raise BadInput(
            _("more than {n} pictures and films for one page").format(n=MAX_TILES),
            hint=_("name those to look at: gallery ID…"),
        )
    artifacts = [case.artifact(one) for one in dict.fromkeys(ids)]
    hidden = [one for one in artifacts if one.sensitivity is Sensitivity.CSAM_SUSPECTED]
    wanted = [one for one in artifacts if one not in hidden]
    if not wanted:
        raise BadInput(_("there is nothing here to look at"))
    return wanted, [Unseen(id=one.id, why="csam_suspected") for one in hidden]


def _record(case: Case, look: Look, ids: list[str], setting: Setting) -> None:
    detail: dict[str, Json] = {"how": "gallery", "of": list(ids), "reason": look.reason}
    with open_writer(case.root, case.id, setting.machine(), command="gallery") as writer:
        writer.commit("access", actor=look.actor or case.first_actor(), detail=detail)


def _previews(
    case: Case, wanted: Sequence[Artifact], *, allows_large: bool
) -> Iterator[Unseen | list[Tile]]:
    with Worker(_LIMITS_LARGE if allows_large else _LIMITS) as worker:
        for one in wanted:
            asked: Json = {
                "film": one.media_type.startswith("video/"),
                "pixels": MAX_LARGE if allows_large else MAX_PIXELS,
            }
            with case.open_object(one.sha256) as stream:
                answer = worker.call("preview.make", stream, asked)
            yield _tiles_in(one, answer)


def _tiles_in(one: Artifact, answer: Json | ParserFailed) -> Unseen | list[Tile]:
    """Take what a worker says, on no trust."""
    match answer:
        case {"tiles": [_, *_] as tiles}:
            try:
                return [Tile.of(one, part) for part in tiles]
            except ValueError:
                return Unseen(id=one.id, why="not-decoded")
        case None:
            return Unseen(id=one.id, why="no-decoder")
        case _:
            return Unseen(id=one.id, why="not-decoded")
