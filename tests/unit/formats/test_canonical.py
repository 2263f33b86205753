"""Canonical JSON: what we write is what rfc8785 writes, and we read nothing else."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.canonical import MAX_INTEGER, decode, decode_object, encode
from evidencekit.model.json import Json

texts = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(min_codepoint=0xE000, max_codepoint=0x1F9FF), max_size=4),
    st.text(st.characters(max_codepoint=0x1F), max_size=4),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-MAX_INTEGER, MAX_INTEGER), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=5)),
    max_leaves=12,
)


def refuse(data: bytes) -> None:
    with pytest.raises(FormatUnreadable, match="document"):
        decode(data, what="document")


@given(values)
def test_we_encode_as_rfc8785_does(value: Any) -> None:
    assert encode(value) == rfc8785.dumps(value)


@given(values)
def test_what_we_encode_we_decode(value: Json) -> None:
    assert decode(encode(value), what="document") == value


def test_keys_are_sorted_by_utf16_unit_not_by_code_point() -> None:
    assert encode({"\ufb33": 1, "😀": 2}) == '{"😀":2,"\ufb33":1}'.encode()
    refuse('{"\ufb33":1,"😀":2}'.encode())


@given(st.binary(max_size=40))
def test_garbage_is_refused_or_canonical(data: bytes) -> None:
    try:
        value = decode(data, what="document")
    except FormatUnreadable:
        return
    assert encode(value) == data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"a":1,"a":1}', id="duplicate key"),
        pytest.param(b'{"x":{"a":1,"a":2}}', id="duplicate key inside"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"[Infinity]", id="Infinity"),
        pytest.param(b"[-Infinity]", id="minus Infinity"),
        pytest.param(b"1.0", id="fraction"),
        pytest.param(b"1e3", id="exponent"),
        pytest.param(b"-0", id="minus zero"),
        pytest.param(b"01", id="leading zero"),
        pytest.param(b"9007199254740992", id="2**53"),
        pytest.param(b"-9007199254740992", id="-2**53"),
        pytest.param(b"9" * 5000, id="integer of 5000 digits"),
        pytest.param(b'"\\ud800"', id="lone surrogate escaped"),
        pytest.param(b'"\xed\xa0\x80"', id="lone surrogate in UTF-8"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte-order mark"),
        pytest.param(b"{} ", id="space behind"),
        pytest.param(b"{}\n", id="line feed behind"),
        pytest.param(b'{"a": 1}', id="space inside"),
        pytest.param(b'{"b":1,"a":2}', id="keys unsorted"),
        pytest.param(b'"\\u0041"', id="needless escape"),
        pytest.param(b'"\\/"', id="escaped slash"),
        pytest.param(b'"\\u001F"', id="upper-case escape"),
        pytest.param(b'"\\u000a"', id="long escape for line feed"),
        pytest.param(b'"\xff"', id="not UTF-8"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}{}", id="two documents"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"'a'", id="not JSON"),
    ],
)
def test_other_encodings_are_refused(data: bytes) -> None:
    refuse(data)


@given(values.filter(lambda value: isinstance(value, dict | list) and bool(value)))
def test_the_same_value_with_white_space_is_refused(value: Any) -> None:
    refuse(json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("value", [MAX_INTEGER, -MAX_INTEGER, 0])
def test_the_safe_integers_reach_to_their_ends(value: int) -> None:
    assert decode(encode(value), what="document") == value


def test_a_lone_surrogate_is_not_written() -> None:
    with pytest.raises(ValueError, match=r"surrogate|UTF-8|utf"):
        encode({"title": "\ud800"})


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, -(2**53)])
def test_what_we_could_not_read_we_do_not_write(value: Any) -> None:
    with pytest.raises(ValueError, match=r"integer|number|JSON|range"):
        encode({"detail": value})


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"null", b"{}", b'{"format":"evidencekit/x/2"}'])
def test_a_document_that_does_not_name_itself_rightly_is_refused(data: bytes) -> None:
    with pytest.raises(FormatUnreadable, match="thing"):
        decode_object(data, what="thing", form="evidencekit/x/1")
