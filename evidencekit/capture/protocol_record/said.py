"""Reads messages of the debugging protocol: what they say of a request and of its answer.

Every member may be missing or of another kind: the other end runs hostile pages.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from evidencekit.capture.chromium.cdp import Params
from evidencekit.capture.protocol_record.heads import Fields
from evidencekit.model.json import Json

_CACHED = ("fromDiskCache", "fromPrefetchCache")
_MADE_UP = "non-authoritative-reason"  # redirects of Chromium's own, such as to https


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``Network.Response``: what the page was told of the answer."""

    status: int
    protocol: str
    connection: int
    """The browser's number for the connection, 0 where it does not say."""
    ticks: float | None
    """When the request was sent, in seconds of the browser's own clock."""
    remote: str | None
    """``address:port`` that the browser connected to: the guard's, or else it went past it."""
    is_local: bool
    """Not from the network: a cache, a service worker, or made up."""
    is_cached: bool
    """From a cache that had it from the network."""
    secured: Mapping[str, Json] | None
    """What the browser states of TLS, in our words."""
    is_insecure: bool
    """Whether the browser holds something against the connection, without saying what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """``Fetch.requestPaused`` at the head of an answer."""

    number: str
    network_number: str
    url: str
    method: str
    kind: str
    """What the page wanted it as; ``XHR`` for ``fetch`` and event streams too."""
    status: int
    """0 where an error of the network takes the place of the answer."""
    phrase: str
    fields: Fields
    stated: Mapping[str, str]
    """Fields of the request before the network stack added its own."""
    upload: bytes | None
    """None where the request has no body, or it is not told."""
    has_upload: bool


def answer_of(response: Params) -> Answer:
    """Read the answer that an event of the network domain reports."""
    names = {name.lower() for name in table_of(response.get("headers"))}
    address, port = response.get("remoteIPAddress"), response.get("remotePort")
    is_told = isinstance(address, str) and address and isinstance(port, int)
    is_cached = any(response.get(flag) is True for flag in _CACHED)
    return Answer(
        status=_number(response.get("status")),
        protocol=_text(response.get("protocol")),
        connection=_number(response.get("connectionId")),
        ticks=_ticks(response.get("timing")),
        remote=f"{address}:{port}" if is_told else None,
        is_local=is_cached or _MADE_UP in names or response.get("fromServiceWorker") is True,
        is_cached=is_cached,
        secured=_secured(response.get("securityDetails")),
        is_insecure=response.get("securityState") == "insecure",
    )


def paused_of(params: Params) -> Paused:
    """Read a request that waits at the head of its answer."""
    request = params.get("request")
    asked: Params = request if isinstance(request, dict) else {}
    return Paused(
        number=_text(params.get("requestId")),
        network_number=_text(params.get("networkId")),
        url=_text(asked.get("url")).partition("#")[0],
        method=_text(asked.get("method")),
        kind=_text(params.get("resourceType")),
        status=_number(params.get("responseStatusCode")),
        phrase=_text(params.get("responseStatusText")),
        fields=_listed(params.get("responseHeaders")),
        stated=table_of(asked.get("headers")),
        upload=_upload(asked.get("postDataEntries")),
        has_upload=asked.get("hasPostData") is True,
    )


def table_of(value: object) -> Mapping[str, str]:
    """Return a table of fields, without what is none."""
    if not isinstance(value, dict):
        return {}
    return {name: one for name, one in value.items() if isinstance(one, str)}


def moment_of(value: object) -> datetime | None:
    """Return a time in seconds since 1970, None where it is none."""
    if not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def data_of(value: object) -> bytes:
    """Return what stands in base64, nothing where it is damaged."""
    try:
        return base64.b64decode(_text(value), validate=True)
    except binascii.Error:
        return b""


def seconds_of(value: object) -> float | None:
    """Return a number of seconds, None where it is none."""
    return float(value) if isinstance(value, int | float) else None


def _ticks(timing: object) -> float | None:
    if not isinstance(timing, dict):
        return None
    start, sent_ms = seconds_of(timing.get("requestTime")), seconds_of(timing.get("sendStart"))
    return start + sent_ms / 1000 if start is not None and sent_ms is not None else None


def _upload(entries: object) -> bytes | None:
    if not isinstance(entries, list):
        return None
    pieces = [one.get("bytes") for one in entries if isinstance(one, dict)]
    if len(pieces) != len(entries) or not all(isinstance(one, str) for one in pieces):
        return None  # a part of it is told elsewhere, or nowhere
    return b"".join(data_of(one) for one in pieces)


def _secured(details: object) -> Mapping[str, Json] | None:
    if not isinstance(details, dict):
        return None
    return {
        "version": _text(details.get("protocol")),
        "cipher": _text(details.get("cipher")),
        "key_exchange_group": _text(details.get("keyExchangeGroup")),
        "subject": _text(details.get("subjectName")),
        "issuer": _text(details.get("issuer")),
        "ct_compliance": _text(details.get("certificateTransparencyCompliance")),
    }


def _listed(value: object) -> Fields:
    rows = value if isinstance(value, list) else []
    return [
        (one["name"], one["value"])
        for one in rows
        if isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and isinstance(one.get("value"), str)
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
