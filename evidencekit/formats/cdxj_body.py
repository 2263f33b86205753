"""The body of a request as text that can stand in a key of the index.

As the reference implementation of CDXJ does it (cdxj-indexer 1.5): a form and JSON become
parameters, anything else base64. Two differences: true, false and null are written as JSON writes
them, which is what the replay in the browser looks for, and a multipart form stays bytes.
"""

import base64
import json
from collections.abc import Iterator
from urllib.parse import unquote_plus, urlencode

MAX_BODY = 1 << 20
"""Bytes of a body that need to be given; of a longer one a form or JSON is taken for bytes."""
MAX_TEXT = 4096
_DEPTH = 100


def body_text(body: bytes, content_type: str) -> str:
    """Return at most ``MAX_TEXT`` characters for a request body."""
    kind = content_type.partition(";")[0].strip().lower()
    text = ""
    try:
        if len(body) > MAX_BODY or not body:
            pass
        elif kind == "application/x-www-form-urlencoded":
            text = unquote_plus(body.decode("utf-8"))
        elif kind in {"application/json", "text/plain"}:
            text = urlencode(_parameters(json.loads(body)))
    except (ValueError, RecursionError):  # not what it said it was
        text = ""
    if not text and body and kind != "application/json":
        text = "__wb_post_data=" + base64.b64encode(body[:MAX_TEXT]).decode("ascii")
    return text[:MAX_TEXT]


def _parameters(document: object) -> dict[str, str]:
    found: dict[str, str] = {}
    repeats: dict[str, int] = {}
    for name, value in _values(document, "", 0):
        key = name
        if name in found:
            repeats[name] = repeats.get(name, 1) + 1
            key = f"{name}.{repeats[name]}_"
        found[key] = value if isinstance(value, str) else json.dumps(value)
    return found


def _values(document: object, name: str, depth: int) -> Iterator[tuple[str, object]]:
    """Yield every plain value with the name of the member that it is in, however deep."""
    if depth > _DEPTH:
        raise ValueError("nested too deep")
    if isinstance(document, dict):
        for key, member in document.items():
            yield from _values(member, str(key), depth + 1)
    elif isinstance(document, list):
        for member in document:
            yield from _values(member, name, depth + 1)
    elif name:
        yield name, document
