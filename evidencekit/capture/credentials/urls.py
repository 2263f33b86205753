"""Credentials in addresses, wherever they stand: start lines, headers, JSON, plain text.

An address inside a parameter of another (``?next=https%3A%2F%2F…%3Ftoken%3D…``) is read too, up to
four times percent-encoded, or with the escapes of JSON. Nothing is parsed as a URL: what a server
takes for one differs, and a parameter stands between ``?``, ``&`` or ``;`` and ``=`` in all.
"""

import re
from collections.abc import Iterator

from evidencekit.capture.credentials.found import Found, Octets, found
from evidencekit.capture.credentials.names import looks_random, secrecy_of

_DEPTHS = 4
_NAME = rb"(?:[A-Za-z0-9_.\-\[\]$*!~+@\x80-\xff]|%(?!(?:25){0,3}(?:3[fFdDbB]|26|23))[0-9A-Fa-f]{2})"
_PARAMETER = re.compile(
    rb"([?&;#]|\\u00(?:26|3[fF])|%(?:25){0,3}(?:3[fFbB]|26|23))("
    + _NAME
    + rb"{1,128})(=|\\u003[dD]|%((?:25){0,3})3[dD])"
)
_PLAIN_END = rb"[\s&#\"'<>\\]|;(?=\s)|,(?=\s)"
_ENDS = tuple(
    re.compile(
        b"|".join([_PLAIN_END, *(b"%" + b"25" * level + b"2[36]" for level in range(depth))])
    )
    for depth in range(_DEPTHS + 1)
)
_PATH_END = re.compile(rb"[\s&#\"'<>\\/?;]")
_USERINFO = re.compile(rb"://([^/?#\s\"'<>@\\]{1,1024})@")
# Not from inside a run of such letters: that would read the rest of it again from each of them.
_JWT_START = rb"(?:(?<![A-Za-z0-9_-])|(?<=%[0-9A-Fa-f]{2}))"
_JWT = re.compile(_JWT_START + rb"eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]*+")


def in_addresses(data: Octets, start: int, end: int) -> Iterator[Found]:
    """Yield what stands in addresses between two offsets, in no order."""
    yield from _parameters(data, start, end)
    for one in _USERINFO.finditer(data, start, end):
        yield from found("url-userinfo", b"", *one.span(1))
    yield from web_tokens(data, start, end)


def web_tokens(data: Octets, start: int, end: int) -> Iterator[Found]:
    """Yield JSON Web Tokens (RFC 7519), which are known by their first letters."""
    first = data.find(b"eyJ", start, end)  # many times as fast as the pattern
    for one in _JWT.finditer(data, max(start, first - 1), end) if first >= 0 else ():
        yield from found("jwt", b"", *one.span())


def _parameters(data: Octets, start: int, end: int) -> Iterator[Found]:
    at = start
    while (one := _PARAMETER.search(data, at, end)) is not None:
        at = one.end()
        secrecy = secrecy_of(one[2], place="address")
        if secrecy is None:
            continue  # its value may hold an address of its own
        after = _end_of(one).search(data, at, end)
        stop = after.start() if after is not None else end
        if secrecy != "if-random" or looks_random(bytes(data[at:stop])):
            yield from found("url-token", one[2], at, stop)
            at = stop


def _end_of(one: re.Match[bytes]) -> re.Pattern[bytes]:
    """Return what ends the value: the next separator, as deeply encoded as this one or less."""
    if one[1] == b";":
        return _PATH_END
    return _ENDS[0 if one[3].startswith((b"=", b"\\")) else 1 + len(one[4]) // 2]
