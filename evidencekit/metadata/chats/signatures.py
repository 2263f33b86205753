"""DKIM signatures of a mail (RFC 6376), judged by keys that somebody gave us; nobody is asked.

By dkimpy, the extra ``mail``. A key is what the domain publishes in the DNS as a TXT record;
whoever hands it in says when and from where it came, and that is no knowledge of ours.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from evidencekit.model.json import JsonObject

MAX_SIGNATURES = 10
"""Of one mail that are judged."""
_HEAD = re.compile(rb"^DKIM-Signature[ \t]*:((?:.|\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_LINE_END = re.compile(rb"\r?\n")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MAX_HEADERS = 2**20


def judged(mail: bytes, keys: Mapping[str, str], *, is_in_box: bool) -> tuple[JsonObject, ...]:
    """Return what each signature says and what came of it.

    ``keys`` are TXT records by ``selector._domainkey.domain``. ``result`` is ``verified``,
    ``failed``, ``expired``, ``key-not-at-hand``, ``no-checker`` (without dkimpy) or ``unreadable``.
    """
    found = tuple(_tags(one) for one in _signatures(mail))
    return tuple(
        _judged(mail, number, tags, keys, is_in_box=is_in_box)
        for number, tags in enumerate(found[:MAX_SIGNATURES])
    )


def _signatures(mail: bytes) -> Iterator[bytes]:
    head = re.split(rb"\r?\n\r?\n", mail[:_MAX_HEADERS], maxsplit=1)[0].replace(b"\r\n", b"\n")
    yield from (found[1] for found in _HEAD.finditer(head))


def _tags(value: bytes) -> dict[str, str]:
    """RFC 6376 §3.2; the first of each name."""
    tags: dict[str, str] = {}
    for one in value.decode("utf-8", "replace").split(";"):
        name, _, content = one.partition("=")
        tags.setdefault(name.strip(), "".join(content.split()))
    return tags


def _judged(
    mail: bytes, number: int, tags: Mapping[str, str], keys: Mapping[str, str], *, is_in_box: bool
) -> JsonObject:
    domain, selector = tags.get("d", "").lower(), tags.get("s", "").lower()
    name = f"{selector}._domainkey.{domain}"
    told: JsonObject = {
        "domain": domain,
        "selector": selector,
        "headers": tags.get("h", "").lower(),
        "covers": tags.get("l"),
        "key": keys.get(name),
    }
    if not domain or not selector:
        return {**told, "result": "unreadable", "by": None}
    if name not in keys:
        return {**told, "result": "key-not-at-hand", "by": None}
    return {**told, **_asked(mail, number, keys[name], is_in_box=is_in_box)}


def _asked(mail: bytes, number: int, key: str, *, is_in_box: bool) -> JsonObject:
    try:
        import dkim  # noqa: PLC0415 (an extra)
    except ImportError:
        return {"result": "no-checker", "by": None}
    result = _verify(dkim, mail, number, key)
    if result == "failed" and is_in_box and (plain := _QUOTED.sub(rb"\1", mail)) != mail:
        result = _verify(dkim, plain, number, key)  # a box puts > before lines with From
    return {"result": result, "by": "dkimpy"}


def _verify(dkim: Any, mail: bytes, number: int, key: str) -> str:
    """Lines end as they did on their way (RFC 6376 §5.3), whatever they do in the file."""
    sent = _LINE_END.sub(b"\r\n", mail)
    try:
        is_good = dkim.DKIM(sent).verify(number, dnsfunc=lambda *_, **__: key.encode())
    except dkim.ValidationError as exc:
        return "expired" if "x=" in str(exc) else "failed"
    except (dkim.DKIMException, ValueError, LookupError, TypeError, AttributeError, OverflowError):
        return "unreadable"
    return "verified" if is_good else "failed"
