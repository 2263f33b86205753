"""A file of recorded traffic, WARC or WACZ, and its copy without the credentials that were found.

A WACZ is taken apart into the WARC files in it; its copy is packed anew from theirs, so that index,
pages and digests are of the copy. It is signed like any other WACZ, by a key that is used once.
"""

import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from evidencekit.capture.credentials.clearing import Cleared, Clearing
from evidencekit.capture.credentials.records import Unreadable
from evidencekit.capture.credentials.survey import Survey
from evidencekit.capture.credentials.tally import listing
from evidencekit.capture.credentials.texts import marked
from evidencekit.capture.wacz.signature import sign_once
from evidencekit.capture.wacz.writing import write_wacz
from evidencekit.formats import wacz
from evidencekit.formats.wacz import WaczPage

WARC = "application/warc+gzip"
WACZ = wacz.MEDIA_TYPE
_WARC_NAME = ".warc.gz"
_MAX_PAGES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A file of recorded traffic, laid out below a folder of ours."""

    folder: Path
    main: tuple[Path, ...]
    """WARC files; of a WACZ those in ``archive/``, exactly one."""
    beside: tuple[Path, ...]
    """Of a WACZ those in ``evidence/``."""
    page: WaczPage | None
    """Of a WACZ."""

    def survey(self, into: Survey) -> None:
        """Read all of it; raises :class:`Unreadable`."""
        for path in (*self.main, *self.beside):
            with path.open("rb") as stream:
                into.take(stream, self.folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What was made."""

    path: Path
    listing: bytes
    replaced: Mapping[str, int]
    packed: Mapping[str, int]
    left: Mapping[str, int]


def lay_out(stream: BinaryIO, media_type: str, folder: Path, *, name: str) -> Recorded:
    """Copy what is recorded in ``stream`` into ``folder``, which must not exist.

    ``name`` is that of a WARC; those in a WACZ have names.
    """
    folder.mkdir()
    if media_type != WACZ:
        path = folder / name
        _write(stream, path)
        return Recorded(folder=folder, main=(path,), beside=(), page=None)
    try:
        with zipfile.ZipFile(stream) as container:
            main = _extracted(container, wacz.ARCHIVE, folder)
            beside = _extracted(container, wacz.EVIDENCE, folder)
            page = _page(container)
    except (zipfile.BadZipFile, LookupError, TypeError, ValueError) as exc:
        raise Unreadable("not a WACZ of ours") from exc
    if len(main) != 1:
        raise Unreadable("a WACZ with another number of records than one")
    return Recorded(folder=folder, main=main, beside=beside, page=page)


def write_copy(
    recorded: Recorded,
    clearing: Clearing,
    values: tuple[bytes, ...],
    *,
    at: datetime,
    software: str,
) -> Copy:
    """Write the copy of a file that was laid out; raises :class:`Unreadable`."""
    out = recorded.folder / "redacted"
    out.mkdir()
    cleared = [_clear(path, clearing, out) for path in (*recorded.main, *recorded.beside)]
    path = cleared[0].path
    if recorded.page is not None:
        path = out / "copy.wacz"
        write_wacz(
            path,
            warc=cleared[0].path,
            beside=tuple(one.path for one in cleared[1:]),
            page=_marked_page(recorded.page, values),
            created=at,
            software=software,
            sign=sign_once,
        )
    return Copy(
        path=path,
        listing=listing([one.document for one in cleared]),
        replaced=_sum(cleared, lambda one: one.replaced),
        packed=_sum(cleared, lambda one: one.packed),
        left=_sum(cleared, lambda one: one.left),
    )


def _clear(path: Path, clearing: Clearing, out: Path) -> Cleared:
    with path.open("rb") as stream:
        return clearing.clear(stream, out / path.name)


def _sum(cleared: list[Cleared], of: Callable[[Cleared], Mapping[str, int]]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for one in cleared:
        total.update(of(one))
    return dict(sorted(total.items()))


def _extracted(container: zipfile.ZipFile, place: str, folder: Path) -> tuple[Path, ...]:
    paths = []
    for info in container.infolist():
        name = info.filename.removeprefix(place)
        if not info.filename.startswith(place) or "/" in name or not name.endswith(_WARC_NAME):
            continue
        with container.open(info) as member:
            _write(member, folder / name)
        paths.append(folder / name)
    return tuple(paths)


def _write(stream: IO[bytes], path: Path) -> None:
    with path.open("xb") as out:
        shutil.copyfileobj(stream, out, 2**20)


def _page(container: zipfile.ZipFile) -> WaczPage:
    with container.open(wacz.PAGES_PATH) as stream:
        entry = json.loads(stream.read(_MAX_PAGES).split(b"\n")[1])
    return WaczPage(
        id=str(entry["id"]),
        url=str(entry["url"]),
        at=datetime.fromisoformat(entry["ts"]),
        title=entry.get("title"),
    )


def _marked_page(page: WaczPage, values: tuple[bytes, ...]) -> WaczPage:
    title = marked(page.title, values) if page.title is not None else None
    return replace(page, url=marked(page.url, values), title=title)
