"""Which values of a find are looked for elsewhere: what is random, and passwords that are no words.

A find holds its value as it was written there. Here are its plain forms: without the escapes of
JSON, of a form, of HTML; and the password in a ``Basic`` header and in an account of an address.
A user's name alone opens nothing and is in many a page, so it is not looked for.
"""

import base64
import binascii
import html
import json
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote_plus, unquote_to_bytes

from evidencekit.capture.credentials.everywhere import is_distinct
from evidencekit.capture.credentials.found import Kind
from evidencekit.capture.credentials.names import looks_chosen

_ACCOUNTS = frozenset({"authorization", "url-userinfo"})
_PASSWORDS = frozenset({"posted-password"})
_MAX_ESCAPED = 16 * 1024


def parts_of(kind: Kind, value: bytes) -> frozenset[bytes]:
    """Return what is distinct enough to be looked for everywhere."""
    plain = set(_plain(value))
    wanted = {one for one in plain if is_distinct(one)}
    if kind in _PASSWORDS:
        wanted |= {one for one in plain if looks_chosen(one)}
    if kind in _ACCOUNTS:
        for one in plain:
            password = _password_in(one)
            wanted |= {form for form in _plain(password) if looks_chosen(form) or is_distinct(form)}
    return frozenset(wanted)


def _plain(value: bytes) -> Iterator[bytes]:
    yield value
    if len(value) > _MAX_ESCAPED:
        return
    if b"%" in value or b"+" in value:
        yield unquote_to_bytes(value)
        yield unquote_plus(value.decode("latin-1"), encoding="latin-1").encode("latin-1")
    if b"\\" in value:
        with suppress(ValueError):
            yield str(json.loads(b'"%s"' % value)).encode("utf-8", "replace")
    if b"&" in value:
        yield html.unescape(value.decode("latin-1")).encode("latin-1", "replace")


def _password_in(account: bytes) -> bytes:
    """Return the password of ``user:password``, in base64 (RFC 7617) or not."""
    with suppress(binascii.Error, ValueError):
        account = base64.b64decode(account, validate=True)
    return account.partition(b":")[2]
