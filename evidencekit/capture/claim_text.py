"""Foreign text cut to what a record may hold: one line, bounded, with no half characters.

Control characters stay, since a record keeps what was said; they are made visible where it is
shown (:mod:`evidencekit.text.clean`).
"""

from urllib.parse import urlsplit, urlunsplit

MAX_QUERY_VALUE = 40
"""Longer values in a query are mostly signatures and keys to a file, not needed to name it."""


def one_line(value: object, limit: int) -> str | None:
    """Return a text with its white space collapsed, cut at ``limit``; None where there is none."""
    if not isinstance(value, str):
        return None
    text = " ".join(value[: limit * 4].split())[:limit]
    # Script and JSON can hold half a surrogate pair, for which UTF-8 and our documents have none.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") or None


def without_keys(url: str) -> str:
    """Return ``url`` with the long values of its query replaced by their length."""
    parts = urlsplit(url)
    pairs = (pair.partition("=") for pair in parts.query.split("&"))
    query = "&".join(
        f"{name}=[{len(value)}-characters]" if len(value) > MAX_QUERY_VALUE else name + mark + value
        for name, mark, value in pairs
    )
    return urlunsplit(parts._replace(query=query))
