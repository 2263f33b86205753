"""Which requests may leave, and which answers may be read beyond their head.

By what a request is for, before it is sent (the protocol's ``Network.ResourceType``), and by what
an answer says of itself. Both lists name what is let through. A server can lie about a type: then
its bytes pass through memory, and nothing of them is kept.
"""

from collections.abc import Mapping
from http import HTTPStatus

KINDS = frozenset(
    {
        "CSPViolationReport",
        "Document",
        "EventSource",
        "Fetch",
        "Manifest",
        "Ping",
        "Preflight",
        "Script",
        "Stylesheet",
        "XHR",
    }
)
"""What may be asked for. ``Other`` is not among them: it is object, embed, icons and whatever the
next version of the browser adds."""
_TYPES = frozenset(
    {
        "application/ecmascript",
        "application/javascript",
        "application/json",
        "application/ndjson",
        "application/x-javascript",
        "application/x-ndjson",
        "application/xhtml+xml",
        "application/xml",
    }
)
_ENDINGS = ("+json", "+xml")
_TEXTS = ("text/",)
_MEDIA = ("image/", "video/", "audio/", "font/")  # image/svg+xml ends in +xml and is a picture
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_TYPE_CHARS = 80
NO_TYPE = "no-type"


def is_asked_for(kind: str) -> bool:
    """Return whether a request of this kind may be sent."""
    return kind in KINDS


def is_text_type(media_type: str) -> bool:
    """Return whether a type, without parameters, is one of text."""
    if media_type.startswith(_MEDIA):
        return False
    return media_type in _TYPES or media_type.startswith(_TEXTS) or media_type.endswith(_ENDINGS)


def declared_type(headers: Mapping[str, str]) -> str:
    """Return the type that a head states, without parameters; names are in lower case.

    Of several in one field, which readers understand differently, nothing is returned.
    """
    stated = headers.get("content-type", "")
    media_type = stated.partition(";")[0].strip().lower()
    is_one = "," not in stated and "\n" not in stated
    return media_type[:MAX_TYPE_CHARS] if is_one and media_type.isascii() else ""


def is_redirect(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether the answer leads elsewhere, so that nobody shows its body."""
    return status in _REDIRECTS and bool(headers.get("location", "").strip())


def _is_empty(headers: Mapping[str, str]) -> bool:
    """Return whether there is no body; a coding is heeded before a length (RFC 9112 6.3)."""
    return "transfer-encoding" not in headers and headers.get("content-length", "").strip() == "0"


def why_end_at_head(status: int, headers: Mapping[str, str]) -> str | None:
    """Return why nothing may be read beyond this head: a type, or ``attachment``; None if it may.

    An answer that has no body needs no type.
    """
    if is_redirect(status, headers) or status in _BODILESS or _is_empty(headers):
        return None
    disposition = headers.get("content-disposition", "").strip().lower()
    if disposition and not disposition.startswith("inline"):
        return "attachment"
    media_type = declared_type(headers)
    return None if is_text_type(media_type) else (media_type or NO_TYPE)


def is_no_text(why: str) -> str:
    """Return the reason of a capture whose page itself was ended at its head for ``why``."""
    is_media = why.startswith(_MEDIA) or why == "multipart/x-mixed-replace"
    return f"is-media {why}" if is_media else f"is-download {why}"
