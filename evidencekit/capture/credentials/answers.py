"""Credentials that an answer gives out: the reply to a log-in, a session in a script of the page.

What a page shows to whoever asks for it is evidence, and pages are full of fields named like
secrets. So a value counts here only where its name says that it lets somebody in *and* it looks
like it. Where it stands does not matter: answers are not what their Content-Type says either.
"""

import re
from collections.abc import Iterator

from evidencekit.capture.credentials.found import Found, Octets, found
from evidencekit.capture.credentials.markup import in_inputs, in_markup
from evidencekit.capture.credentials.names import looks_random
from evidencekit.capture.credentials.posted import in_pairs, json_finds, judged
from evidencekit.capture.credentials.urls import web_tokens

_COOKIE = re.compile(
    rb"\bcookie[ \t]{0,8}=[ \t]{0,8}[\"'`]([^=;\"'`\s]{1,256})=([^;\"'`\s]{1,4096})"
)
"""Set by a script. What is sent back by the browser is found there; this one may never be."""
_FORM = re.compile(rb"[\w.]{1,64}=[^&\s<>\"']*(?:&|\Z)")
_SNIFFED = 512


def in_answer(data: Octets, start: int, end: int) -> Iterator[Found]:
    """Yield what the body of an answer between two offsets gives out."""
    yield from json_finds(data, start, end, place="answer")
    yield from web_tokens(data, start, end)
    for one in _COOKIE.finditer(data, start, end):
        if looks_random(one[2]):
            yield from found("set-cookie", one[1], *one.span(2))
    for field in in_inputs(data, start, end):
        yield from judged(data, field.name, field.start, field.end, place="answer")
    beginning = bytes(data[start : min(end, start + _SNIFFED)]).lstrip()
    if beginning.startswith(b"<?xml"):
        for field in in_markup(data, start, end):
            yield from judged(data, field.name, field.start, field.end, place="answer")
    elif _FORM.match(beginning):
        yield from in_pairs(data, start, end, place="answer")
