"""Canonical JSON: the only encoding that we sign, commit to or hash (RFC 8785).

Decoding is for documents that may come from an enemy. It refuses what parsers disagree about:
duplicate keys, NaN, fractions, integers outside ±(2⁵³−1), lone surrogates, a byte-order mark,
deep nesting (docs/format/README.md §2).
"""

import json
from typing import Any, NoReturn, cast

import rfc8785

from evidencekit.errors import FormatUnreadable
from evidencekit.model.json import Json, JsonObject

MAX_INTEGER = 2**53 - 1  # RFC 8785 §3.2.2.3: what every JSON reader holds exactly
MAX_DEPTH = 16  # docs/format/README.md §2


def encode(value: Json) -> bytes:
    """Encode by RFC 8785; raises ``ValueError`` for what our documents must not hold."""
    _require_plain(value, depth=0)
    return rfc8785.dumps(cast("Any", value))  # its own alias is narrower than ours, not different


def decode(data: bytes, *, what: str) -> Json:
    """Decode strictly; ``what`` names the document in the :class:`FormatUnreadable` raised."""
    try:
        value = _DECODER.decode(data.decode("utf-8"))
        _require_plain(value, depth=0)
    except (ValueError, RecursionError) as exc:
        raise FormatUnreadable(f"{what}: not a JSON document of ours ({exc})") from exc
    return cast("Json", value)  # _require_plain has just shown it


def decode_object(data: bytes, *, what: str, form: str) -> JsonObject:
    """Decode a document that must be an object, canonical, and name itself ``form``."""
    value = decode(data, what=what)
    if not isinstance(value, dict):
        raise FormatUnreadable(f"{what}: not a JSON object")
    if value.get("format") != form:
        raise FormatUnreadable(f"{what}: not {form}, or of a version that this release cannot read")
    if encode(value) != data:
        raise FormatUnreadable(f"{what}: not in canonical form (RFC 8785)")
    return value


def _require_plain(value: object, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    match value:
        case bool() | None:
            return
        case int():
            if abs(value) > MAX_INTEGER:
                raise ValueError("integer outside the safe range")
        case str():
            value.encode("utf-8")  # UnicodeEncodeError, a ValueError, on a lone surrogate
        case list() | tuple():
            for item in value:
                _require_plain(item, depth=depth + 1)
        case dict():
            for key, item in value.items():
                _require_plain(_key(key), depth=depth + 1)
                _require_plain(item, depth=depth + 1)
        case _:
            raise ValueError(f"a {type(value).__name__} has no place in our documents")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise ValueError("keys are strings")  # noqa: TRY004 (callers catch ValueError alone)
    return key


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"number {text[:20]!r} is not an integer")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_refuse_number, parse_constant=_refuse_number
)
