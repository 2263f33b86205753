"""From the finished WARC files of a capture to its WACZ, and the check that it can be shown again.

The WACZ takes the place of the WARC files among what is kept (docs/decisions/0016): it holds them
byte for byte. Where it cannot be made, the WARC files are kept as they are, with a note; nothing
that happens here loses a capture.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import evidencekit
from evidencekit.capture.chromium.installed import Browser
from evidencekit.capture.interruption import Interruption
from evidencekit.capture.page.visit import Visit
from evidencekit.capture.recording.two_files import Recording
from evidencekit.capture.replay.check import check_replay, replay_detail
from evidencekit.capture.wacz.signature import sign_once
from evidencekit.capture.wacz.writing import NAME, Wacz, write_wacz
from evidencekit.errors import EvidencekitError
from evidencekit.formats.wacz import MEDIA_TYPE, WaczPage
from evidencekit.model.json import Json
from evidencekit.model.replay import ReplayCheck

_log = logging.getLogger(__name__)
_WARC_TYPE = "application/warc+gzip"
_ALIKE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What is kept of the traffic."""

    files: tuple[tuple[str, Path, str], ...]
    """Role, path and media type of each."""
    notes: tuple[str, ...]
    detail: Mapping[str, Json]
    """``wacz`` and ``replay`` for the facts of the event (docs/format/wacz.md §5, §6)."""


def pack(
    recording: Recording,
    visit: Visit,
    *,
    page: WaczPage,
    browser: Browser,
    created: datetime,
    workdir: Path,
    is_passive: bool,
    is_replayed: bool = True,
    interruption: Interruption,
) -> Packed:
    """Pack and check; without ``is_replayed`` the page is not shown again."""
    made = _written(recording, page, created=created, workdir=workdir)
    if made is None:
        return Packed(
            files=tuple(_warcs(recording)),
            notes=("no-wacz",),
            detail={"wacz": None, "replay": None},
        )
    check = None
    if is_replayed and visit.document is not None and not visit.is_download:
        try:
            interruption.require_none()
            check = check_replay(
                browser,
                made.path,
                page.url,
                visit.views,
                workdir,
                failed_before=frozenset(failure.url for failure in recording.failures),
                is_passive=is_passive,
                interruption=interruption,
            )
        except KeyboardInterrupt:  # ends the check; the page has been captured and may be gone
            check = ReplayCheck(why_not="interrupted")
    return Packed(
        files=(("wacz", made.path, MEDIA_TYPE),),
        notes=tuple(_notes(check)) if check is not None else (),
        detail={
            "wacz": _wacz_detail(made),
            "replay": replay_detail(check) if check is not None else None,
        },
    )


def pack_nothing(recording: Recording) -> Packed:
    """Keep the WARC files as they are: without media there is nothing to show again."""
    return Packed(files=tuple(_warcs(recording)), notes=(), detail={"wacz": None, "replay": None})


def _written(
    recording: Recording, page: WaczPage, *, created: datetime, workdir: Path
) -> Wacz | None:
    target = workdir / NAME
    try:
        return write_wacz(
            target,
            warc=recording.main,
            beside=() if recording.partial is None else (recording.partial,),
            page=page,
            created=created,
            software=f"evidencekit/{evidencekit.__version__}",
            sign=sign_once,
        )
    except (EvidencekitError, OSError, ValueError):
        _log.debug("no WACZ", exc_info=True)
        with suppress(OSError):
            target.unlink(missing_ok=True)
        return None


def _warcs(recording: Recording) -> Iterator[tuple[str, Path, str]]:
    yield "warc", recording.main, _WARC_TYPE
    if recording.partial is not None:
        yield "warc-partial", recording.partial, _WARC_TYPE


def _notes(check: ReplayCheck) -> Iterator[str]:
    if check.why_not is not None:
        yield f"replay-unfinished {check.why_not}"
    missing = check.asked - check.answered - check.failed_before
    if missing:
        yield f"replay-missing {missing}"
    if check.page_alike_permille is not None and check.page_alike_permille < _ALIKE:
        yield f"replay-differs {check.page_alike_permille}‰"
    if check.words_alike_permille is not None and check.words_alike_permille < _ALIKE:
        yield f"replay-words-differ {check.words_alike_permille}‰"


def _wacz_detail(made: Wacz) -> dict[str, Json]:
    return {
        "package_sha256": made.package_sha256,
        "public_key": made.signature.public_key if made.signature is not None else None,
        "answers": made.answers,
    }
