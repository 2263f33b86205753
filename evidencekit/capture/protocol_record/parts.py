"""Tells apart what a server sent and what the browser's cache added to it.

Where the cache has a part of a file, the browser asks the server for the rest only, perhaps in
several requests, and the page is given one answer out of all. The protocol tells the heads of those
requests, of their answers only some, and the body of the page's answer alone. What came in answer
to one is cut out of that body by the ranges of both (RFC 9110 §14.4). An answer whose head is not
told is no record; the page's own is one, marked, so that no byte is lost.

Without a cache a request is made again where a connection broke: only the last of them is the
page's.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from evidencekit.capture.protocol_record.heads import list_head, text_head
from evidencekit.capture.protocol_record.hop import Body, Hop, Received, Sent
from evidencekit.capture.protocol_record.said import Paused

_SPAN = re.compile(rb"bytes[ ]+(\d{1,15})-(\d{1,15})/(?:\d{1,15}|\*)", re.IGNORECASE)
_PIECE = 64 * 1024
Span = tuple[int, int]
"""First and last byte."""


def apart(hop: Hop) -> Iterator[Hop]:
    """Yield a hop for each exchange with the server, ``hop`` itself last; raises OSError."""
    if _has_more(hop) or (hop.more and hop.was_cached):
        told = [(hop.sent, hop.received)] if hop.received is not None else []
        for sent, received in [*told, *hop.more]:
            yield _one(hop, sent, received, body=_part(hop, received))
        hop.is_mixed, hop.sent, hop.received = True, None, None
    elif hop.more:
        *before, (hop.sent, hop.received) = _in_pairs(hop)
        for sent, received in before:
            yield _one(hop, sent, received, body=Body(spool=hop.body.spool, state="lost"))
    yield hop


def _one(hop: Hop, sent: Sent | None, received: Received | None, *, body: Body) -> Hop:
    undated = replace(hop.answer, ticks=None) if hop.answer is not None else None
    return replace(
        hop,
        sent=sent,
        received=received,
        more=[],
        paused=hop.paused if received is not None else None,
        answer=undated if received is not None else None,
        body=body,
        upload=Body(spool=hop.upload.spool),
    )


def _in_pairs(hop: Hop) -> list[tuple[Sent | None, Received | None]]:
    """Pair requests with answers from the last on: one that was made again had none before."""
    pairs = [(hop.sent, hop.received), *hop.more]
    asked = [sent for sent, _received in pairs if sent is not None]
    answered = [received for _sent, received in pairs if received is not None]
    return list(zip(asked, [*[None] * (len(asked) - len(answered)), *answered], strict=False))


def _has_more(hop: Hop) -> bool:
    """Return whether the page was given more than the server sent."""
    paused, received = hop.paused, hop.received
    if paused is None or received is None or received.status != HTTPStatus.PARTIAL_CONTENT:
        return False
    return paused.status != received.status or _span_of_page(paused) != _span_of(received)


def _part(hop: Hop, received: Received | None) -> Body:
    """Copy out of a body what came for one request; raises OSError."""
    part = Body(spool=hop.body.spool, state="lost")
    span = _span_of(received) if received is not None else None
    first = _first_of_page(hop.paused) if hop.paused is not None else None
    if span is None or first is None or hop.body.file is None or span[0] < first:
        return part
    hop.body.file.seek(span[0] - first)
    left = span[1] - span[0] + 1
    while left and (piece := hop.body.file.read(min(left, _PIECE))):
        part.append(piece)
        left -= len(piece)
    part.state = "cut" if left else "whole"
    return part


def _first_of_page(paused: Paused) -> int | None:
    """Return which byte of the file the page's body begins with."""
    if paused.status == HTTPStatus.OK:
        head = list_head(paused.status, "", paused.fields, {})
        return None if head.is_encoded else 0
    span = _span_of_page(paused)
    return span[0] if span is not None else None


def _span_of_page(paused: Paused) -> Span | None:
    return _span(list_head(paused.status, "", paused.fields, {}).values(b"content-range"))


def _span_of(received: Received) -> Span | None:
    head = text_head(received.text, received.table) if received.text else None
    head = head or list_head(received.status, "", (), received.table)
    return None if head.is_encoded else _span(head.values(b"content-range"))


def _span(said: list[bytes]) -> Span | None:
    found = _SPAN.fullmatch(said[0]) if said else None
    return (int(found[1]), int(found[2])) if found and int(found[1]) <= int(found[2]) else None
