"""Canonical JSON: the only encoding that we sign, commit to, hash, or accept (RFC 8785).

Decoding is for documents that may come from an enemy. Only the canonical encoding of a value is
accepted, which leaves nothing for two parsers to disagree about: no duplicate keys, white space,
byte-order mark or escapes. Fractions, NaN and integers outside ±(2⁵³−1) are refused
(docs/format/README.md §2).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, cast

import msgspec
import rfc8785

from evidencekit.errors import FormatUnreadable
from evidencekit.model.json import Json, JsonObject

MAX_INTEGER = 2**53 - 1  # RFC 8785 §3.2.2.3: what every JSON reader holds exactly
_SHORT = len(str(MAX_INTEGER)) - 1

# For plain values msgspec writes RFC 8785 too, and ten times as fast, as long as ordering
# keys by code point is ordering them by UTF-16 unit: below the surrogates, that is, without a
# byte from EE on in UTF-8. A property test holds it against the rfc8785 package.
_ENCODER = msgspec.json.Encoder(order="sorted")
_UNLIKE = re.compile(rb"[\xee-\xff]")
_MAJOR = re.compile("[1-9][0-9]{0,3}")


def encode(value: Json) -> bytes:
    """Encode by RFC 8785; raises ``ValueError`` for what :func:`decode` would refuse."""
    _require_plain(value)
    return encode_parsed(value)


def encode_parsed(value: Json) -> bytes:
    """Encode what :func:`parse` returned, and so needs no second look."""
    data = _ENCODER.encode(value)
    if not data.isascii() and _UNLIKE.search(data):
        return rfc8785.dumps(cast("Any", value))  # its alias of JSON is another, not wider
    return data


def decode(data: bytes, *, what: str) -> Json:
    """Decode the canonical encoding of a value; ``what`` names the document in the error raised."""
    value = parse(data, what=what)
    require_canonical(data, lambda: encode_parsed(value), what=what)
    return value


def parse(data: bytes, *, what: str) -> Json:
    """Decode without the check that makes it safe: the caller re-encodes and compares."""
    try:
        return cast("Json", _DECODER.decode(data.decode("utf-8")))
    except (ValueError, RecursionError) as exc:
        raise FormatUnreadable(f"{what}: not a JSON document of ours ({exc})") from exc


def require_canonical(data: bytes, again: Callable[[], bytes], *, what: str) -> None:
    """Raise :class:`FormatUnreadable` unless encoding the value again gives the same bytes."""
    try:
        is_canonical = again() == data
    except (ValueError, RecursionError) as exc:
        raise FormatUnreadable(f"{what}: not a JSON document of ours ({exc})") from exc
    if not is_canonical:
        raise FormatUnreadable(f"{what}: not in canonical form (RFC 8785)")


def decode_object(data: bytes, *, what: str, form: str) -> JsonObject:
    """Decode a document that must be an object and name itself ``form``."""
    value = decode(data, what=what)
    if not isinstance(value, dict):
        raise FormatUnreadable(f"{what}: not a JSON object")
    require_format(value, what=what, form=form)
    return value


class UnknownVersion(FormatUnreadable):
    """A document of ours, but of a version that this release does not read."""


def require_format(value: JsonObject, *, what: str, form: str) -> None:
    """Raise :class:`UnknownVersion` for another major of ``form``, else FormatUnreadable."""
    given = value.get("format")
    if given == form:
        return
    if isinstance(given, str) and _MAJOR.fullmatch(given.removeprefix(form.rstrip("0123456789"))):
        raise UnknownVersion(f"{what}: {given} is of a version that this release cannot read")
    raise FormatUnreadable(f"{what}: not {form}")


def _require_plain(value: object) -> None:
    match value:
        case str() | bool() | None:
            return  # a lone surrogate is found by the encoder
        case int():
            if abs(value) > MAX_INTEGER:
                raise ValueError("integer outside the safe range")
        case Mapping():
            _require_all_plain(value.values())
        case list() | tuple():
            _require_all_plain(value)
        case _:
            raise ValueError(f"a {type(value).__name__} has no place in our JSON")


def _require_all_plain(values: Iterable[object]) -> None:
    for value in values:
        if type(value) is not str:  # as nearly all are
            _require_plain(value)


def _integer(text: str) -> int:
    value = int(text) if len(text) <= _SHORT + 2 else MAX_INTEGER + 1
    if abs(value) > MAX_INTEGER:
        raise ValueError("integer outside the safe range")
    return value


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"number {text[:20]!r} is not an integer")


_DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=_refuse_number, parse_constant=_refuse_number
)
