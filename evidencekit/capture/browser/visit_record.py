"""What is kept of a visit beside the traffic: its files as finds, and what the event says of it.

The detail is bounded: lists are cut where they are filled, and how much was left out stands beside
them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from evidencekit.capture.page.behaviours import Behaviour
from evidencekit.capture.page.gates import SEARCHED_CHARS
from evidencekit.capture.page.seen import Problem
from evidencekit.capture.page.view import View
from evidencekit.capture.page.visit import Visit
from evidencekit.capture.without_media.document import ROLE
from evidencekit.files.opening import RegularFile
from evidencekit.model.find import Find
from evidencekit.model.json import Json


def finds_of(
    files: Iterable[tuple[str, Path, str]],
    views: Iterable[View],
    *,
    source: Mapping[str, Json],
    at: datetime,
) -> tuple[Find, ...]:
    """Return all files of a capture; ``files`` are role, path and media type of its records.

    A copy comes after what it was made from.
    """
    records = (View(role=role, path=path, media_type=kind) for role, path, kind in files)
    return tuple(
        Find(
            name=view.path.name,
            content=RegularFile(view.path),
            origin="capture",
            acquired_at=view.taken_at or at,
            role=view.role,
            source={**source, "area": dict(view.area)} if view.area else source,
            media_type=view.media_type,
            copy_of=view.copy_of,
        )
        for view in (*records, *views)
    )


def detail_of(
    visit: Visit, behaviours: Iterable[Behaviour], resources: tuple[Iterable[Problem], int]
) -> Mapping[str, Json]:
    """Return what was done to the page, and which of its resources have a problem.

    ``resources`` are those listed, and how many more there were.
    """
    listed, omitted = resources
    return {
        "behaviours": [_behaviour(one) for one in dict.fromkeys(behaviours)],
        "clicks": [click.as_json() for click in visit.clicks],
        "clicks_omitted": visit.clicks_omitted,
        "hops": [hop.as_json() for hop in visit.seen.hops],
        "requests": visit.seen.requests,
        "websockets": visit.seen.websockets,
        "resources": [{"url": one.url, "why": one.why, "kind": one.kind} for one in listed],
        "resources_omitted": omitted,
    }


def dom_start(visit: Visit, *, limit: int = SEARCHED_CHARS) -> str:
    """Return the beginning of the final document, or nothing where there is none."""
    for view in visit.views:
        if view.role in {"dom", ROLE}:
            with view.path.open(encoding="utf-8", errors="replace") as text:
                return text.read(limit)
    return ""


def _behaviour(behaviour: Behaviour) -> dict[str, Json]:
    return {
        "name": behaviour.name,
        "distribution": behaviour.distribution,
        "version": behaviour.version,
    }
