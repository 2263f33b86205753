"""CDXJ: one line for each answer in a WARC, sorted by a searchable form of its URL.

https://specs.webrecorder.net/cdxj/0.1.0/ with what the readers in use add to it: a port after the
host, parameters in order, no leading ``www``, and the body of a request other than GET as part of
the key, so that the answer to a form never shadows the page of the same address.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from evidencekit.errors import FormatUnreadable
from evidencekit.text.catalog import _

_WWW = re.compile(r"www\d*\.")
_DEFAULT_PORT = {"http": 80, "https": 443}
_MOMENT = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """Where one answer is, and to what."""

    url: str
    """As the WARC has it: printable ASCII."""
    at: datetime
    status: int
    mime: str | None
    """Without parameters; None where the answer named none."""
    digest: str | None
    """Of the payload as stored, ``sha256:<hex>``."""
    filename: str
    """In ``archive/``."""
    offset: int
    length: int
    """Of the compressed record."""
    method: str = "GET"
    request_body: str = ""
    """For another method than GET: see :mod:`evidencekit.formats.cdxj_body`."""


def encode_index(entries: Iterable[IndexEntry]) -> bytes:
    """Encode the whole index, sorted by byte value as the specification asks."""
    return b"".join(sorted(encode_line(entry) for entry in entries))


def encode_line(entry: IndexEntry) -> bytes:
    """Encode one line with its LF."""
    block: dict[str, str | int] = {"url": entry.url}
    if entry.mime is not None:
        block["mime"] = entry.mime
    block["status"] = entry.status
    if entry.digest is not None:
        block["digest"] = entry.digest
    block |= {"length": entry.length, "offset": entry.offset, "filename": entry.filename}
    if entry.method != "GET":
        block |= {"requestBody": entry.request_body, "method": entry.method}
    key = searchable_url(asked_url(entry))
    moment = entry.at.astimezone(UTC).strftime(_MOMENT)
    return f"{key} {moment} {json.dumps(block)}\n".encode("ascii")


def decode_index(data: bytes) -> tuple[IndexEntry, ...]:
    """Decode what :func:`encode_index` wrote, in its order; raises :class:`FormatUnreadable`."""
    return tuple(_decode_line(line) for line in data.splitlines())


def _decode_line(line: bytes) -> IndexEntry:
    try:
        _key, moment, text = line.split(b" ", 2)
        block = json.loads(text)
        return IndexEntry(
            url=str(block["url"]),
            at=datetime.strptime(moment.decode("ascii"), _MOMENT).replace(tzinfo=UTC),
            status=int(block["status"]),
            mime=block.get("mime"),
            digest=block.get("digest"),
            filename=str(block["filename"]),
            offset=int(block["offset"]),
            length=int(block["length"]),
            method=str(block.get("method", "GET")),
            request_body=str(block.get("requestBody", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise FormatUnreadable(_("not a line of a CDXJ index")) from exc


def asked_url(entry: IndexEntry) -> str:
    """Return the URL with method and body of the request, where it was no GET."""
    if entry.method == "GET":
        return entry.url
    join = "&" if "?" in entry.url else "?"
    body = f"&{entry.request_body}" if entry.request_body else ""
    return f"{entry.url}{join}__wb_method={entry.method}{body}"


def searchable_url(url: str) -> str:
    """Return the sort key of ``url``; one that is not of the web, or is no URL, is its own key."""
    try:
        parts = urlsplit(url.lower())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return _on_one_line(url)
    if parts.scheme not in _DEFAULT_PORT or not host:
        return _on_one_line(url)
    key = host if ":" in host else ",".join(reversed(_without_www(host).split(".")))
    if port is not None and port != _DEFAULT_PORT[parts.scheme]:
        key += f":{port}"
    key += f"){parts.path or '/'}"
    if parts.query:
        key += f"?{'&'.join(sorted(parts.query.split('&')))}"
    return _on_one_line(key)


def _without_www(host: str) -> str:
    found = _WWW.match(host)
    return host[found.end() :] if found else host


def _on_one_line(key: str) -> str:
    # A body may hold blanks and letters of any kind; the key ends at the first blank.
    return "".join(c if "!" <= c <= "~" else "".join(f"%{o:02x}" for o in c.encode()) for c in key)
