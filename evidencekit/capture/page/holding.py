"""Requests of a page that are held until our rules have judged them.

The one owner of the debugging protocol's Fetch domain in the sessions of pages, whose patterns
replace each other: who wants requests held adds a rule here. Without media every request of every
target is held from its first moment on, and every answer at its head; otherwise only documents are,
and only from when a rule about them is added. What is held in the browser's own session is a
recorder's, and let alone; so are popups, of which :class:`~.watch.Watch` refuses everything.
"""

from collections.abc import Callable
from typing import Any

from evidencekit.capture.chromium.cdp import Connection, Params
from evidencekit.capture.page.media_guard import MediaGuard
from evidencekit.capture.page.traffic import mapping_of, text_of

DOCUMENTS = {"patterns": [{"urlPattern": "*", "resourceType": "Document"}]}
EVERYTHING = {
    "patterns": [{"urlPattern": "*", "requestStage": stage} for stage in ("Request", "Response")]
}
Rule = Callable[[Params], bool]
"""Given ``Fetch.requestPaused`` of a document, says whether it may be asked for."""


class Holding:
    """Answers what is held; made before anything that lets targets go on.

    ``on_refused`` is told the number of a request in the Network domain, which does not always
    report the end of one.
    """

    def __init__(
        self,
        connection: Connection,
        media: MediaGuard | None,
        *,
        on_refused: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._media = media
        self._on_refused = on_refused
        self._rules: list[tuple[Rule, str | None]] = []
        self._pages: list[str] = []
        connection.listen(self._on)

    def begin(self, call: Callable[[str, Params], Params]) -> None:
        """Hold everything, where media are not wanted; raises CallRefused where that fails.

        ``call`` is answered by the page. Other targets are told as they are attached.
        """
        if self._media is not None:
            call("Fetch.enable", EVERYTHING)

    def hold_documents(
        self, rule: Rule, *, session: str | None, call: Callable[[str, Params], object]
    ) -> None:
        """From now on ask ``rule`` too about the documents of the session that answers ``call``."""
        self._rules.append((rule, session))
        if self._media is None:
            call("Fetch.enable", DOCUMENTS)

    def _on(self, method: str, params: Params, session: str | None) -> None:
        if method == "Target.attachedToTarget":
            child = text_of(params, "sessionId")
            if text_of(mapping_of(params, "targetInfo"), "type") == "page":
                self._pages.append(child)
            if self._media is not None:
                # Before anybody tells the target to go on: the listeners are called in order.
                self._connection.post("Fetch.enable", EVERYTHING, session=child)
        elif session in self._pages[1:]:
            return  # a popup, which is not ours to answer: it is being closed
        elif method == "Fetch.requestPaused" and session is not None:
            reply, values = self._reply(params, session)
            values["requestId"] = text_of(params, "requestId")
            if "errorReason" in values:
                self._on_refused(text_of(params, "networkId"))
            self._connection.post(reply, values, session=session)

    def _reply(self, params: Params, session: str | None) -> tuple[str, dict[str, Any]]:
        is_answer = "responseStatusCode" in params or "responseErrorReason" in params
        if not is_answer and not self._is_allowed(params, session):
            return _fail("Aborted")
        if self._media is not None:
            is_let = self._media.may_go_on if is_answer else self._media.may_be_sent
            if not is_let(params):
                # A document that is ended leaves the one that stands; an error page would not.
                is_document = params.get("resourceType") == "Document"
                return _fail("Aborted" if is_document else "BlockedByClient")
        return "Fetch.continueRequest", {}

    def _is_allowed(self, params: Params, session: str | None) -> bool:
        if params.get("resourceType") != "Document":
            return True
        rules = [rule for rule, of in self._rules if of == session]
        return all(rule(params) for rule in rules)


def _fail(reason: str) -> tuple[str, dict[str, Any]]:
    return "Fetch.failRequest", {"errorReason": reason}
