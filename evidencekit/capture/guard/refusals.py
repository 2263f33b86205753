"""What the guard's passages come to in the verdict of a page. Pure."""

from collections.abc import Iterable, Sequence
from itertools import islice

from evidencekit.capture.guard.passages import Passage

MAX_NAMED = 20
"""How many refused hosts are named one by one."""
_REFUSED = "address-refused"
# All that the browser is told of a refusal, whatever the reply code (Chromium: ERR_SOCKS_*).
_ERRORS = frozenset({"net::ERR_SOCKS_CONNECTION_FAILED"})


def why_not_connected(net_error: str, passages: Sequence[Passage]) -> str | None:
    """Return why the page itself was not connected; None where that was not its error."""
    if net_error not in _ERRORS:
        return None
    refusals = [passage.refusal for passage in passages if passage.refusal is not None]
    return refusals[-1] if refusals else None  # nothing is asked for after a page that fails


def refused_hosts(passages: Iterable[Passage]) -> tuple[str, ...]:
    """Return a reason for each host whose address was refused, with address and host."""
    reasons = (
        f"{passage.refusal} {passage.host}"
        for passage in passages
        if passage.refusal is not None and passage.refusal.startswith(_REFUSED)
    )
    return tuple(islice(dict.fromkeys(reasons), MAX_NAMED))


def through_proxy(via: str | None) -> tuple[str, ...]:
    """Return the note that answers and addresses could not be seen, and whose fault that is."""
    return (f"through-proxy {via}",) if via is not None else ()


def bypassing(peers: Iterable[str], passages: Iterable[Passage]) -> tuple[str, ...]:
    """Return a reason for each peer of the browser that the guard knows nothing of.

    The browser is told to do all through the guard; this is the check that it did.
    """
    known = {passage.peer for passage in passages}
    return tuple(f"guard-bypassed {peer}" for peer in peers if peer not in known)
