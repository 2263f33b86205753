"""Fetches a page and what it names: redirects, then requisites, each once, breadth first.

Several requisites are fetched at once. They are recorded and read in the order in which they were
named, each with its redirects, whichever answers first; so two captures of the same page have the
same order.
"""

import io
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from evidencekit.capture.decoding import Decoded, decode_body, decode_css, decode_text
from evidencekit.capture.html.requisites import Kind, Links, Requisite, read_css, read_html
from evidencekit.capture.http.ahead import Ahead
from evidencekit.capture.http.answer import Reply
from evidencekit.capture.http.fetch import Exchanged, Fetcher
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.interruption import Interruption
from evidencekit.capture.page.seen import Hop
from evidencekit.protocols import Observer

_STEP = "capture-page"
INTERRUPTED = "interrupted"
_GRACE_S = 3.0
"""How long what is under way may take to end when we were asked to."""
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ACCEPT: Mapping[Kind, str] = {
    "frame": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "stylesheet": "text/css,*/*;q=0.1",
    "file": "*/*",
}


@dataclass(slots=True, kw_only=True)
class Walked:
    """What a walk came to; filled while it goes on."""

    page: Reply
    """The last answer of the page's own redirect chain."""
    final_url: str
    """Of the last request that was answered at all."""
    hops: tuple[Hop, ...]
    """The redirects that were followed, in order."""
    text: str = ""
    """The page itself, decoded; empty where it is no HTML."""
    other_text: str = ""
    """The page itself where it is another text; only where media are not wanted."""
    title: str | None = None
    has_scripts: bool = False
    refresh: str | None = None
    requisites: int = 0
    missing: list[str] = field(default_factory=list)
    """One entry ``why url`` for each requisite that did not answer as it should."""
    limits_hit: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """The page or one requisite, and who named it how deep in frames."""

    requisite: Requisite
    referrer: str | None
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Followed:
    """Where a URL led."""

    exchanged: tuple[Exchanged, ...]
    reply: Reply
    answered: str
    """The last URL that was answered at all."""
    hops: tuple[Hop, ...]


class Walk:
    """One capture; ``fetcher`` holds what it may still use.

    The thread that runs it waits, reads and records; all that speaks to servers are others, so that
    it hears at once when ``interruption`` is asked for. With ``blocked`` the page itself is all
    that is fetched; what it names goes into that list.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        limits: Limits,
        observer: Observer,
        interruption: Interruption,
        *,
        blocked: Callable[[Requisite], None] | None = None,
    ) -> None:
        self._blocked = blocked
        self._fetcher = fetcher
        self._limits = limits
        self._observer = observer
        self._interruption = interruption
        self._give_up_at: float | None = None
        self._ahead: Ahead[_Task, _Followed | None] = Ahead(self._fetch, discard=_forget)
        self._known: set[str] = set()
        self._left_out = 0
        """Requisites that a limit of ours kept from being asked for."""

    def run(self, url: str) -> Walked:
        """Fetch everything; never raises for what a server does."""
        with self._ahead:
            try:
                walked, is_page = self._visit(url)
                if is_page:
                    self._take_all(walked)
            except BaseException:
                self._fetcher.break_off(INTERRUPTED)
                raise
        return walked

    def _visit(self, url: str) -> tuple[Walked, bool]:
        """Fetch and read the page itself; the second tells whether it names what to fetch next."""
        self._add_task(Requisite(url=url, kind="frame"), None, 0)
        taken = self._next()
        followed = taken[1] if taken is not None else None
        if followed is None:
            page = Reply(url=url, status=None, headers={}, reason=self._fetcher.spent())
            return Walked(page=page, final_url=url, hops=()), False
        page = followed.reply
        if not self._fetcher.record(followed.exchanged):  # what is not recorded was not captured
            page = replace(page, status=None, reason=self._fetcher.spent())
        walked = Walked(page=page, final_url=followed.answered, hops=followed.hops)
        self._known |= {url, page.url}
        if page.status is None or page.location is not None:
            return walked, False
        links = self._read(page, "frame", walked)
        walked.title, walked.refresh = links.title, links.refresh
        self._miss(links, walked)
        if self._blocked is not None:
            for requisite in links.requisites:
                self._blocked(requisite)
            return walked, False
        self._add(links, page.url, 0, walked)
        return walked, True

    def _take_all(self, walked: Walked) -> None:
        not_fetched = 0
        while self._ahead:
            self._observer.on(_STEP, walked.requisites, walked.requisites + len(self._ahead))
            taken = self._next()
            if taken is None:  # asked to end, and not done after a while
                not_fetched += len(self._ahead)
                break
            task, followed = taken
            if followed is None:
                not_fetched += 1
            else:
                self._take(task, followed, walked)
            if self._fetcher.spent() is not None:
                not_fetched += self._ahead.drop()
        spent = self._fetcher.spent()
        if spent is not None and (not_fetched or self._fetcher.is_broken_off):
            walked.limits_hit.append(spent)
        if not_fetched or self._left_out:
            walked.limits_hit.append(f"requisites-not-fetched {not_fetched + self._left_out}")

    def _next(self) -> tuple[_Task, _Followed | None] | None:
        return self._ahead.next(may_wait=self._may_wait) if self._may_wait() else None

    def _may_wait(self) -> bool:
        """Return whether to go on waiting; what we are asked to end has a moment to do so."""
        if self._interruption.is_asked() and self._give_up_at is None:
            self._fetcher.break_off(INTERRUPTED)
            self._give_up_at = time.monotonic() + _GRACE_S
        return self._give_up_at is None or time.monotonic() < self._give_up_at

    def _fetch(self, task: _Task) -> _Followed | None:
        """Fetch something, in a thread of its own; None where nothing may be fetched any more."""
        if self._fetcher.spent() is not None:
            return None
        return self._follow(task.requisite.url, task.requisite.kind, referrer=task.referrer)

    def _take(self, task: _Task, followed: _Followed, walked: Walked) -> None:
        is_recorded = self._fetcher.record(followed.exchanged)
        walked.requisites += 1
        requisite, reply = task.requisite, followed.reply
        if not reply.is_ok or not is_recorded:
            why = (
                "not-recorded" if not is_recorded else reply.reason or f"http-status {reply.status}"
            )
            walked.missing.append(f"{why} {requisite.url}")
        if reply.status is not None and reply.location is None:
            links = self._read(reply, requisite.kind, walked)
            self._miss(links, walked)
            deeper = task.depth + (requisite.kind == "frame")
            self._add(links, reply.url, deeper, walked)

    def _follow(self, url: str, kind: Kind, *, referrer: str | None) -> _Followed:
        exchanged: list[Exchanged] = []
        try:
            return self._go(url, kind, referrer, exchanged)
        except BaseException:
            _close(exchanged)
            raise

    def _go(
        self, url: str, kind: Kind, referrer: str | None, exchanged: list[Exchanged]
    ) -> _Followed:
        answered, hops = url, list[Hop]()
        while True:
            headers = {"Accept": _ACCEPT[kind], **_referer(referrer, url)}
            exchanged += self._fetcher.exchange(url, headers=headers, keep=kind != "file")
            reply = exchanged[-1].reply
            answered = url if reply.status is not None else answered
            is_endless = len(hops) == self._limits.redirects
            endless = f"too-many-redirects {len(hops)}" if is_endless else None
            if reply.location is not None and (stop := endless or self._fetcher.spent()):
                reply = replace(reply, reason=stop)
            elif reply.location is not None:
                hops.append(Hop(url=url, status=reply.status or 0, how="http"))
                url = reply.location
                continue
            return _Followed(
                exchanged=tuple(exchanged), reply=reply, answered=answered, hops=tuple(hops)
            )

    def _read(self, reply: Reply, kind: Kind, walked: Walked) -> Links:
        content_type = reply.headers.get("content-type", "")
        media_type = content_type.partition(";")[0].strip().lower()
        if kind == "file" or (kind == "frame" and not _is_html(media_type, reply.content)):
            if self._blocked is not None and reply.reason is None:
                decoded = self._decoded(reply)
                walked.other_text, _codec = decode_text(decoded.content, content_type)
            return Links(requisites=())
        decoded = self._decoded(reply)
        if decoded.cut is not None:
            walked.limits_hit.append(f"not-fully-read {decoded.cut} {reply.url}")
        if kind == "stylesheet":
            text, encoding = decode_css(decoded.content, content_type)
            return read_css(text, reply.url, encoding=encoding)
        text, encoding = decode_text(decoded.content, content_type)
        walked.text = walked.text or text
        links = read_html(text, reply.url, encoding=encoding)
        walked.has_scripts = walked.has_scripts or links.has_scripts
        return links

    def _decoded(self, reply: Reply) -> Decoded:
        coding = reply.headers.get("content-encoding", "")
        limit = self._limits.parsed_bytes
        decoded = decode_body(io.BytesIO(reply.content), coding, limit=limit)
        if not reply.is_content_whole:
            return replace(decoded, cut="limit")
        # A body that was cut on its way is named as such already, once is enough.
        return replace(decoded, cut=None) if reply.reason is not None else decoded

    def _add(self, links: Links, referrer: str, depth: int, walked: Walked) -> None:
        for requisite in links.requisites:
            if requisite.url in self._known:
                continue
            limit = None
            if requisite.kind == "frame" and depth >= self._limits.frame_depth:
                limit = f"frames-too-deep {self._limits.frame_depth}"
            elif len(self._ahead) + walked.requisites >= self._limits.requisites:
                limit = f"too-many-requisites {self._limits.requisites}"
            # A frame that lies too deep here may be named less deep elsewhere.
            if requisite.kind != "frame" or limit is None:
                self._known.add(requisite.url)
            if limit is None:
                self._add_task(requisite, referrer, depth)
                continue
            self._left_out += limit.startswith("too-many")
            if limit not in walked.limits_hit:
                walked.limits_hit.append(limit)

    def _miss(self, links: Links, walked: Walked) -> None:
        """Count what the document names and nobody may ask for; no word of it was sent."""
        walked.missing += [one for one in links.refused if one not in walked.missing]

    def _add_task(self, requisite: Requisite, referrer: str | None, depth: int) -> None:
        task = _Task(requisite=requisite, referrer=referrer, depth=depth)
        self._ahead.add(task, host=urlsplit(requisite.url).netloc)


def _forget(followed: _Followed | None) -> None:
    _close(followed.exchanged if followed is not None else ())


def _close(exchanged: Iterable[Exchanged]) -> None:
    for one in exchanged:
        one.tape.close()


def _is_html(media_type: str, content: bytes) -> bool:
    return media_type in _HTML or (not media_type and content.lstrip().startswith(b"<"))


def _referer(referrer: str | None, url: str) -> dict[str, str]:
    """Name the page as browsers do by default: Referrer Policy, strict-origin-when-cross-origin."""
    if referrer is None:
        return {}
    source, target = urlsplit(referrer), urlsplit(url)
    if source.scheme == "https" and target.scheme == "http":
        return {}
    is_same = (source.scheme, source.netloc) == (target.scheme, target.netloc)
    return {"Referer": referrer if is_same else f"{source.scheme}://{source.netloc}/"}
