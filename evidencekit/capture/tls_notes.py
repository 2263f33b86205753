"""Says of a capture which servers showed a certificate that was not verified, and was accepted."""

from collections.abc import Iterable

MAX_HOSTS = 20


def not_verified(hosts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return a note for each host and what was wrong, and how many more there were."""
    found = list(hosts)
    notes = [f"tls-not-verified {host} {why}" for host, why in found[:MAX_HOSTS]]
    left = len(found) - MAX_HOSTS
    return (*notes, f"tls-not-verified-more {left}") if left > 0 else tuple(notes)
