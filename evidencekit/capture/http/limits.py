"""How much one capture may take; every bound that a hostile server could otherwise exhaust."""

from dataclasses import dataclass

MiB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the http engine; what is cut off by one is said in the verdict's reasons."""

    connect_s: float = 15
    """For each of: looking up the name, connecting, the TLS handshake."""
    read_s: float = 30
    """The longest silence while an answer arrives."""
    resource_s: float = 600
    """One exchange; a server that drips a byte a second never trips ``read_s``."""
    total_s: float = 1800
    redirects: int = 20  # as Fetch, "HTTP-redirect fetch" step 8, and every browser
    head_bytes: int = 256 * 1024
    resource_bytes: int = 2048 * MiB
    total_bytes: int = 8192 * MiB
    requisites: int = 2000
    frame_depth: int = 3
    parsed_bytes: int = 4 * MiB
    """Of HTML or CSS, both as delivered and decoded: a gzip bomb stops here."""
    reasons: int = 20
    """How many missing requisites are named one by one."""
