"""Takes everything that the protocol tells of one page, and writes it as it becomes complete.

A disk that takes no more ends the recording: what was written stays, and what the page asks for
from then on is let go unrecorded, until the visit ends at its next step.
"""

import logging
from collections.abc import Callable, Mapping

from evidencekit.capture.chromium.cdp import Connection, Params
from evidencekit.capture.full_disk import why_stopped
from evidencekit.capture.protocol_record.bodies import Bodies, let_go
from evidencekit.capture.protocol_record.facts import Facts
from evidencekit.capture.protocol_record.hop import Hop
from evidencekit.capture.protocol_record.hops import Hops
from evidencekit.capture.protocol_record.parts import apart
from evidencekit.capture.protocol_record.websockets import Handshakes
from evidencekit.capture.recording.recorder import Making
from evidencekit.capture.recording.spooled import Spool
from evidencekit.capture.recording.two_files import Recording, TwoFiles

_log = logging.getLogger(__name__)
START_S = 10.0


class Taking:
    """From :meth:`start` to :meth:`finish`."""

    def __init__(self, connection: Connection, making: Making) -> None:
        self.stopped: str | None = None
        """Why nothing more is written, in one word."""
        self._connection = connection
        self._making = making
        self._spool = Spool(making.folder)
        self._facts = Facts(making.passages)
        self._hops = Hops(spool=self._spool.make, clock=making.clock, closing_at=making.closing_at)
        self._handshakes = Handshakes(clock=making.clock, facts=self._facts, page_id=making.page_id)
        self._bodies = Bodies(
            connection,
            self._hops,
            carried=self._facts.carried,
            kind_of=lambda session: self._kinds.get(session or "", ""),
            wrap=self._try,
        )
        # In this order: a hop is judged when it ends, so its body has to be ended before.
        self._handlers: tuple[Mapping[str, Callable[[Params, str | None], None]], ...] = (
            {"Target.attachedToTarget": self._attached},
            self._bodies.handlers,
            self._hops.handlers,
            self._handshakes.handlers,
            {"Network.responseReceived": self._learn},
        )
        self._kinds: dict[str, str] = {}
        self._targets: set[str] = set()
        self._doubles: set[str | None] = set()
        self._own = 0
        self._files = TwoFiles(making.folder, making.writer, is_refetch=making.is_refetch)

    @property
    def received_bytes(self) -> int:
        """How much of bodies has come so far, decoded."""
        return self._bodies.received_bytes

    @property
    def pending(self) -> int:
        """How many answers are held back that will still be read."""
        return self._bodies.pending if self.stopped is None else 0

    def start(self) -> None:
        """Hold every answer from now on; raises CallFailed where the browser does not do it."""
        self._connection.listen(self._on)
        self._bodies.start(timeout_s=START_S)

    def finish(self) -> Recording:
        """Write what is left when the browser has ended."""
        self._try(self._write_rest)
        self.close()
        return self._files.recording(
            peers=self._facts.peers(),
            failures=self._hops.failures,
            own_requests=self._own,
            refused=self._facts.refused(),
            is_torn=False,
            stopped=self.stopped,
            servers=self._facts.servers(),
        )

    def close(self) -> None:
        """Close all files; harmless when repeated."""
        self._files.close()
        self._spool.close()

    def _on(self, method: str, params: Params, session: str | None) -> None:
        if self.stopped is None:
            self._try(lambda: self._take(method, params, session))
        elif method == "Fetch.requestPaused" and session is None:
            let_go(self._connection, params.get("requestId"))

    def _take(self, method: str, params: Params, session: str | None) -> None:
        if session in self._doubles:
            return
        if method == "Fetch.requestPaused" and session is None:
            self._bodies.take(params)
        for handlers in self._handlers:
            if method in handlers:
                handlers[method](params, session)
        self._write_ready()

    def _attached(self, params: Params, _session: str | None) -> None:
        info = params.get("targetInfo")
        child = str(params.get("sessionId"))
        if isinstance(info, dict):
            target = str(info.get("targetId"))
            # A service worker is attached to the page and to the browser, and tells everything to
            # both; the first has heard all of it.
            if target in self._targets:
                self._doubles.add(child)
            self._targets.add(target)
            self._kinds[child] = str(info.get("type"))

    def _learn(self, params: Params, session: str | None) -> None:
        hop = self._hops.current(str(params.get("requestId")))
        origin = self._facts.chain_wanted(hop) if hop is not None else None
        if origin is not None:
            self._connection.ask(
                "Network.getCertificate",
                {"origin": origin},
                session=session,
                then=lambda result: self._facts.keep_chain(origin, result),
            )

    def _write_ready(self) -> None:
        for hop in self._hops.ready():
            self._write_hop(hop)
        for handshake in self._handshakes.ready():
            self._files.write(handshake)

    def _write_hop(self, hop: Hop) -> None:
        if hop.at is None and not self._making.was_seen(hop.url):
            self._own += 1
            hop.close()
            return
        self._facts.learn(hop)
        # The cache was empty at the start: what it has and nobody saw come, came for the browser
        # itself, such as what early hints name. It is kept, and marked.
        is_unseen = hop.was_cached and not self._files.has_answer(hop.url)
        if not (hop.was_on_the_wire or hop.more or is_unseen):
            hop.close()
            return
        for one in apart(hop):
            self._files.write(
                one.recorded(
                    now=self._making.clock(),
                    ip=None if one.was_cached else self._facts.ip_of(one.url),
                    tls_version=self._facts.tls_of(one),
                    page_id=self._making.page_id,
                )
            )

    def _write_rest(self) -> None:
        for hop in self._hops.rest():
            self._write_hop(hop)
        self._making.add_last(self._files.main)
        self._files.write_documents(
            self._facts.documents(self._hops.failures),
            at=self._making.closing_at() or self._making.clock(),
        )

    def _try(self, do: Callable[[], None]) -> None:
        if self.stopped is not None:
            return
        try:
            do()
        except OSError as exc:
            _log.debug("recording ended early", exc_info=True)
            self.stopped = why_stopped(exc)
