"""Which artifact of the case a message means by the file that it names or holds.

By its bytes, where an export holds them; else by its path from the export, within the same archive
or folder; else by its name, the nearest first. Where what fits has different bytes, none is meant.
"""

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evidencekit.model.artifact import Artifact
from evidencekit.store.case import Case

By = Literal["digest", "path", "name"]
_MAX_NAME = 4_096
_NUMBER = re.compile(r"[^/]+/\d+/")  # of an archive, and of its member (ledger.md §3)
TAKEN = frozenset({"intake", "capture"})
"""By which acts a file came into the case; what others made of it are copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An artifact, and what says that it is the one."""

    artifact: str
    by: By


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    id: str
    sha256: str
    archive: str | None
    path: str

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)


class Linking:
    """The files of a case by their bytes and names. Copies that were made here are none."""

    def __init__(self, artifacts: Iterable[Artifact]) -> None:
        self._by_id: dict[str, _File] = {}
        self._by_digest: dict[str, list[_File]] = defaultdict(list)
        self._by_name: dict[str, list[_File]] = defaultdict(list)
        for artifact in artifacts:
            if artifact.origin in TAKEN:
                self._take(_file(artifact))

    def _take(self, file: _File) -> None:
        self._by_id[file.id] = file
        self._by_digest[file.sha256].append(file)
        self._by_name[posixpath.basename(file.path)].append(file)

    def find(self, export: str, name: str, sha256: str | None = None) -> Link | None:
        """Return what a message of the artifact ``export`` means. ``name`` is hostile."""
        here = self._by_id.get(export)
        if here is None or len(name) > _MAX_NAME:
            return None
        if sha256 is not None:
            same = self._by_digest.get(sha256, [])
            near = [one for one in same if one.archive == here.archive] or same
            return Link(artifact=near[0].id, by="digest") if near else None
        wanted = _normal(name)
        named = [
            one for one in self._by_name.get(posixpath.basename(wanted), []) if one.id != export
        ]
        return _nearest(named, here, wanted)


def _nearest(named: Sequence[_File], here: _File, wanted: str) -> Link | None:
    """Try the narrowest place first; where one holds files that differ, no wider one is asked."""
    beside = posixpath.normpath(posixpath.join(here.folder, wanted))
    together = [one for one in named if one.archive == here.archive]
    below = f"{here.folder}/" if here.folder else ""
    tries: tuple[tuple[By, list[_File]], ...] = (
        ("path", [one for one in together if one.path == beside]),
        ("path", [one for one in together if "/" in wanted and one.path.endswith(f"/{wanted}")]),
        ("name", [one for one in together if one.path.startswith(below)]),
        ("name", together),
        ("name", list(named)),
    )
    for by, found in tries:
        if found:
            is_one = len({one.sha256 for one in found}) == 1
            return Link(artifact=found[0].id, by=by) if is_one else None
    return None


def _normal(path: str) -> str:
    """Return a path with ``/`` between names, composed as Macs do not write it."""
    composed = unicodedata.normalize("NFC", path).replace("\\", "/")
    return posixpath.normpath(composed) if composed else ""


def _file(artifact: Artifact) -> _File:
    path = str(artifact.source.get("path") or artifact.name)
    if artifact.derived_from is not None:
        path = _NUMBER.sub("", path, count=1)
    return _File(
        id=artifact.id,
        sha256=artifact.sha256,
        archive=artifact.derived_from,
        path=_normal(path),
    )


def files_of(case: Case) -> Iterator[Artifact]:
    """Yield what was taken in, in order."""
    for _seq, place in case.places_of("add"):
        yield from case.artifacts_at(place)


def linked(
    linking: Linking, export: str, attachments: Iterable[Mapping[str, object]]
) -> Iterator[dict[str, str | int | None]]:
    """Yield attachments of a message as docs/format/timeline.md describes them."""
    for one in attachments:
        name, sha256, size = str(one.get("name", "")), one.get("sha256"), one.get("size")
        digest = sha256 if isinstance(sha256, str) else None
        link = linking.find(export, name, digest)
        yield {
            "name": name,
            "artifact": link.artifact if link is not None else None,
            "by": link.by if link is not None else None,
            "sha256": digest,
            "size": size if isinstance(size, int) else None,
        }
