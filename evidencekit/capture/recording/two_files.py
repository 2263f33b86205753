"""The two WARC files of a capture, and what a verdict needs to know of them.

``capture.warc.gz`` holds whole answers. ``partial.warc.gz`` holds what would shadow them in a
replay that looks records up by URL: ranges (206, unless of all of the file), revalidations (304),
preflights, HEAD, WebSocket handshakes, and requests without an answer. It is not kept where it
would be empty.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from evidencekit.capture.guard.servers import Server
from evidencekit.capture.recording.documents import TLS
from evidencekit.capture.recording.recorded import Failure, Recorded
from evidencekit.capture.warc import WarcWriter
from evidencekit.capture.without_media.codes import Cleaning
from evidencekit.capture.without_media.exchanges import bare_exchange
from evidencekit.capture.without_media.values import cleaned_value
from evidencekit.model.json import Json

MAIN_NAME, PARTIAL_NAME = "capture.warc.gz", "partial.warc.gz"
_REDIRECTS = range(300, 400)

IsRefetch = Callable[[str, datetime, bytes], bool]
"""Tells by URL, time and head of a request whether we made it ourselves, to have a file whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was written."""

    main: Path
    partial: Path | None
    answers: Mapping[str, int]
    """How many answers were written per URL, whole or partial."""
    exchanges: int
    peers: tuple[str, ...]
    """Addresses with port that were connected to, each once, in order."""
    failures: tuple[Failure, ...]
    truncated: int
    """Bodies cut short, redirects apart, whose bodies no browser reads."""
    unfinished: int
    """Bodies still coming when the browser was closed."""
    uploads_missing: int
    own_requests: int
    """Calls of the browser itself, left out."""
    refused: tuple[tuple[str, str], ...]
    """Hosts of the page whose certificate the browser did not accept, and its error, each once."""
    is_torn: bool
    """Whether the record ended before the browser did, so that what came last may be missing."""
    unjudged: int = 0
    """Without media: requests that went out and that the media guard was not asked about."""
    overlong: int = 0
    """Answers longer than they announced."""
    unmatched: int = 0
    """Answers over connections of which the guard knows nothing, or something else."""
    stopped: str | None = None
    """Why we ended before the browser did, in one word; None where we did not."""
    servers: tuple[Server, ...] = ()
    """Whom the page's connections led to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutMedia:
    """How exchanges are recorded where no body may be kept."""

    was_judged: Callable[[str], bool]
    """Whether the media guard let a request for that URL go out; asked from the recorder."""
    cleaning: Cleaning = field(default_factory=Cleaning)


@dataclass(slots=True)
class _Tally:
    exchanges: int = 0
    partial: int = 0
    uploads_missing: int = 0
    unjudged: int = 0
    overlong: int = 0
    unmatched: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    truncated: Counter[str] = field(default_factory=Counter)
    unfinished: Counter[str] = field(default_factory=Counter)
    made_whole: set[str] = field(default_factory=set)
    """URLs that we fetched again, with success: what was cut of them before is not missing."""

    def count(self, recorded: Recorded, *, is_refetch: bool, has_bodies: bool) -> None:
        url, cut = recorded.exchange.url, recorded.exchange.truncated
        is_redirect = recorded.status in _REDIRECTS
        self.exchanges += 1
        self.answers[url] += recorded.status != 0
        self.partial += recorded.is_partial
        self.unmatched += recorded.is_unmatched and recorded.status != 0
        if not has_bodies:  # none is missing that was wanted
            return
        self.unfinished[url] += cut == "time"
        self.truncated[url] += cut in {"disconnect", "unspecified"} and not is_redirect
        self.uploads_missing += not recorded.is_whole_upload
        self.overlong += recorded.is_overlong
        if is_refetch and cut is None and recorded.status == HTTPStatus.OK:
            self.made_whole.add(url)

    def missing(self, cut: Counter[str]) -> int:
        return sum(count for url, count in cut.items() if url not in self.made_whole)


class TwoFiles:
    """Both, in ``folder``, closed on leaving the context; ``writer`` opens a WARC at a path.

    ``without_media`` writes heads only, cleaned.
    """

    def __init__(
        self,
        folder: Path,
        writer: Callable[[Path], WarcWriter],
        *,
        is_refetch: IsRefetch,
        without_media: WithoutMedia | None = None,
    ) -> None:
        self._paths = folder / MAIN_NAME, folder / PARTIAL_NAME
        self._is_refetch = is_refetch
        self._without_media = without_media
        self._tally = _Tally()
        with ExitStack() as opened:
            self.main = opened.enter_context(writer(self._paths[0]))
            self._partial = opened.enter_context(writer(self._paths[1]))
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close both; harmless when repeated."""
        self._opened.close()

    def write(self, recorded: Recorded) -> None:
        """Write an exchange where it belongs, and close its bodies; raises OSError."""
        exchange = recorded.exchange
        is_ours = self._is_refetch(exchange.url, exchange.at, exchange.request.head)
        if is_ours:
            exchange = replace(exchange, metadata={**exchange.metadata, "refetch": True})
        if self._without_media is not None:
            exchange = bare_exchange(exchange, self._without_media.cleaning)
        file = self._partial if recorded.is_partial else self.main
        try:
            file.write_exchange(exchange)
        finally:
            recorded.close()
        self._tally.count(recorded, is_refetch=is_ours, has_bodies=self._without_media is None)
        self._tally.unjudged += self._is_unjudged(recorded)

    def write_documents(self, documents: Mapping[str, Json], *, at: datetime) -> None:
        """Write what is known beside the exchanges, by URN; raises OSError."""
        for urn, found in documents.items():
            # Certificates are base64; they come from a server, and are no page's.
            self.main.write_metadata(urn, found if urn == TLS else self._cleaned(found), at=at)

    def _cleaned(self, found: Json) -> Json:
        if self._without_media is None:
            return found
        return self._without_media.cleaning.twice(lambda one: cleaned_value(found, one))

    def has_answer(self, url: str) -> bool:
        """Return whether an answer for ``url`` was written."""
        return self._tally.answers[url] > 0

    def recording(
        self,
        *,
        peers: Iterable[str],
        failures: Iterable[Failure],
        own_requests: int,
        refused: tuple[tuple[str, str], ...],
        is_torn: bool,
        stopped: str | None,
        servers: tuple[Server, ...],
    ) -> Recording:
        """Say what was written, when both are closed; once."""
        main, partial = self._paths
        tally = self._tally
        if not tally.partial:
            partial.unlink()
        return Recording(
            main=main,
            partial=partial if tally.partial else None,
            answers=tally.answers,
            exchanges=tally.exchanges,
            peers=tuple(dict.fromkeys(peers)),
            failures=tuple(failures),
            truncated=tally.missing(tally.truncated),
            unfinished=tally.missing(tally.unfinished),
            uploads_missing=tally.uploads_missing,
            overlong=tally.overlong,
            unmatched=tally.unmatched,
            own_requests=own_requests,
            refused=refused,
            is_torn=is_torn,
            unjudged=tally.unjudged,
            stopped=stopped,
            servers=servers,
        )

    def _is_unjudged(self, recorded: Recorded) -> bool:
        is_handshake = recorded.status == HTTPStatus.SWITCHING_PROTOCOLS
        asked = self._without_media
        return asked is not None and not (is_handshake or asked.was_judged(recorded.exchange.url))
