"""Fetches a page and what it names: redirects, then requisites, each once, breadth first."""

import io
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from evidencekit.capture.decoding import Decoded, decode_body, decode_css, decode_text
from evidencekit.capture.html.requisites import Kind, Links, Requisite, read_css, read_html
from evidencekit.capture.http.fetch import Fetcher, Reply
from evidencekit.capture.http.limits import Limits
from evidencekit.protocols import Observer

_STEP = "capture-page"
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
    redirects: int
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


class Walk:
    """One capture; ``fetcher`` holds what it may still use.

    With ``blocked`` the page itself is all that is fetched; what it names goes into that list.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        limits: Limits,
        observer: Observer,
        *,
        blocked: Callable[[Requisite], None] | None = None,
    ) -> None:
        self._blocked = blocked
        self._fetcher = fetcher
        self._limits = limits
        self._observer = observer
        self._pending: deque[tuple[Requisite, str, int]] = deque()
        self._known: set[str] = set()

    def run(self, url: str) -> Walked:
        """Fetch everything; never raises for what a server does."""
        page, final_url, redirects = self._follow(url, "frame", referrer=None)
        walked = Walked(page=page, final_url=final_url, redirects=redirects)
        self._known |= {url, page.url}
        if page.status is None or page.location is not None:
            return walked
        links = self._read(page, "frame", walked)
        walked.title, walked.refresh = links.title, links.refresh
        if self._blocked is not None:
            for requisite in links.requisites:
                self._blocked(requisite)
            return walked
        self._add(links, page.url, 0, walked)
        while self._pending:
            if (spent := self._fetcher.spent()) is not None:
                walked.limits_hit += [spent, f"requisites-not-fetched {len(self._pending)}"]
                break
            self._observer.on(_STEP, walked.requisites, walked.requisites + len(self._pending))
            self._take(*self._pending.popleft(), walked)
        return walked

    def _take(self, requisite: Requisite, referrer: str, depth: int, walked: Walked) -> None:
        walked.requisites += 1
        reply, _final, _redirects = self._follow(requisite.url, requisite.kind, referrer=referrer)
        if not reply.is_ok:
            why = reply.reason or f"http-status {reply.status}"
            walked.missing.append(f"{why} {requisite.url}")
        if reply.status is not None and reply.location is None:
            links = self._read(reply, requisite.kind, walked)
            deeper = depth + (requisite.kind == "frame")
            self._add(links, reply.url, deeper, walked)

    def _follow(self, url: str, kind: Kind, *, referrer: str | None) -> tuple[Reply, str, int]:
        answered, hops = url, 0
        while True:
            headers = {"Accept": _ACCEPT[kind], **_referer(referrer, url)}
            reply = self._fetcher.fetch(url, headers=headers, keep=kind != "file")
            answered = url if reply.status is not None else answered
            if reply.location is None:
                return reply, answered, hops
            endless = f"too-many-redirects {hops}" if hops == self._limits.redirects else None
            if (stop := endless or self._fetcher.spent()) is not None:
                return replace(reply, reason=stop), answered, hops
            url, hops = reply.location, hops + 1

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
            elif len(self._pending) + walked.requisites >= self._limits.requisites:
                limit = f"too-many-requisites {self._limits.requisites}"
            if limit is None:
                self._known.add(requisite.url)
                self._pending.append((requisite, referrer, depth))
            elif limit not in walked.limits_hit:
                walked.limits_hit.append(limit)


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
