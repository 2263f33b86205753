"""Keeps media from being asked for, and from being read where an answer turns out to be media.

Judges what :mod:`~evidencekit.capture.page.holding` holds, by the lists of
:mod:`evidencekit.capture.without_media.allowed`, and writes down what it refuses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag

from evidencekit.capture.chromium.cdp import Params
from evidencekit.capture.page.seen import Document
from evidencekit.capture.page.traffic import mapping_of, number_of, text_of
from evidencekit.capture.without_media.allowed import is_asked_for, is_redirect, why_end_at_head
from evidencekit.capture.without_media.blocked import Blocked, BlockedList, Stage

MAX_HEADERS = 200
_DECLARED = {"content-type": "type", "content-length": "length", "content-range": "range"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedAtHead:
    """The page itself, where what answered was no text."""

    why: str
    document: Document


class MediaGuard:
    """Of one page, whose main frame is told by :meth:`begin`."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.blocked = BlockedList()
        self.ended_page: EndedAtHead | None = None
        """Set where the page that was asked for was ended at its head."""
        self._clock = clock
        self._frame = ""
        self._has_page = False
        self._sent: set[str] = set()

    def begin(self, frame: str) -> None:
        """Learn which frame the page is shown in."""
        self._frame = frame

    def was_judged(self, url: str) -> bool:
        """Return whether a request for ``url``, without fragment, came by here; from any thread."""
        return url in self._sent

    def may_be_sent(self, params: Params) -> bool:
        """Judge a request; what is none of the web, such as ``data:``, never leaves anyway."""
        url, kind = _url(params), text_of(params, "resourceType")
        if not is_asked_for(kind) or _is_in_advance(params):
            self._block(url, kind, "not-sent", {})
            return False
        self._sent.add(url)
        return True

    def may_go_on(self, params: Params) -> bool:
        """Judge an answer by its head; one that is an error of the network has none."""
        if "responseStatusCode" not in params:
            return True
        status = number_of(params, "responseStatusCode")
        headers = _headers(params.get("responseHeaders"))
        why = why_end_at_head(status, headers)
        is_page = params.get("resourceType") == "Document" and params.get("frameId") == self._frame
        if why is None:
            self._has_page = self._has_page or (is_page and not is_redirect(status, headers))
            return True
        declared = {new: headers[name] for name, new in _DECLARED.items() if name in headers}
        self._block(_url(params), text_of(params, "resourceType"), "ended-at-head", declared)
        if is_page and not self._has_page:
            document = Document(url=_url(params), status=status, headers=headers)
            self.ended_page = EndedAtHead(why=why, document=document)
        return False

    def _block(self, url: str, kind: str, stage: Stage, declared: dict[str, str]) -> None:
        self.blocked.add(
            Blocked(url=url, at=self._clock(), kind=kind, stage=stage, declared=declared)
        )


def _is_in_advance(params: Params) -> bool:
    """Return whether nobody needs it yet: the protocol calls <link rel=prefetch> a Fetch."""
    headers = mapping_of(mapping_of(params, "request"), "headers")
    return any(
        str(name).lower() in {"purpose", "sec-purpose"} and "prefetch" in str(value).lower()
        for name, value in headers.items()
    )


def _url(params: Params) -> str:
    """Return the address without its fragment; of what is its own content, only how long it is."""
    url = text_of(mapping_of(params, "request"), "url")
    scheme, _colon, rest = url.partition(":")
    is_web = scheme in {"http", "https"}
    return urldefrag(url).url if is_web else f"{scheme[:40]}:[{len(rest)} characters]"


def _headers(listed: object) -> Mapping[str, str]:
    """Return header entries by name in lower case, equal ones joined by a line break."""
    found: dict[str, str] = {}
    for one in listed[:MAX_HEADERS] if isinstance(listed, list) else ():
        if isinstance(one, dict):
            name = text_of(one, "name").lower()
            told = text_of(one, "value")
            found[name] = f"{found[name]}\n{told}" if name in found else told
    return found
