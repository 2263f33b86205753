"""Ends a page that sends its visitor on and on, by scripts or by ``refresh``.

Chromium follows twenty redirects of a server and no more; the same measure is applied to the steps
that a frame takes by itself. What lies beyond is refused before it is sent, so that the page stays
where it got to and can be looked at. A redirect of a server is part of the step that led to it.
"""

from collections import Counter
from collections.abc import Callable

from evidencekit.capture.chromium.cdp import Connection, Params
from evidencekit.capture.page.holding import Holding
from evidencekit.capture.page.traffic import text_of

MAX_STEPS = 20
"""Of one frame, beside the document that it began with."""


class StepGuard:
    """Counts the documents that each frame of a page asks for; nothing is held before the last.

    ``say`` is told the reason.
    """

    def __init__(
        self, connection: Connection, holding: Holding, *, say: Callable[[str], None]
    ) -> None:
        self._connection = connection
        self._holding = holding
        self._say = say
        self._documents: Counter[str] = Counter()
        self._ended: set[str] = set()
        self._held: set[str | None] = set()
        self.has_refused = False
        """Whether a frame was kept where it is; such a page is never told that it has loaded."""
        connection.listen(self._on)

    def _on(self, method: str, params: Params, session: str | None) -> None:
        if method != "Network.requestWillBeSent" or "redirectResponse" in params:
            return
        frame = text_of(params, "frameId")
        if params.get("type") == "Document" and frame not in self._ended:
            self._documents[frame] += 1
            if self._documents[frame] > MAX_STEPS:
                self._end(frame, session)

    def _end(self, frame: str, session: str | None) -> None:
        self._ended.add(frame)
        if session not in self._held:
            self._held.add(session)
            self._holding.hold_documents(
                self._may_go_on,
                session=session,
                call=lambda method, params: self._connection.post(method, params, session=session),
            )

    def _may_go_on(self, params: Params) -> bool:
        if params.get("frameId") not in self._ended:
            return True
        self.has_refused = True
        self._say(f"endless-redirect {MAX_STEPS}")
        return False
