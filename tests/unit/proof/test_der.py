"""One encoding for each value: every other one is refused."""

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.errors import EvidenceDoubted
from evidencekit.proof.der import MAX_DEPTH, require_der
from tests.tools.forging import emit

values = st.recursive(
    st.one_of(
        st.integers(-(2**70), 2**70).map(lambda number: core.Integer(number).dump()),
        st.booleans().map(lambda truth: core.Boolean(truth).dump()),
        st.binary(max_size=300).map(lambda data: emit(0x04, data)),
        st.just(b"\x05\x00"),
        st.text(max_size=20).map(lambda text: core.UTF8String(text).dump()),
    ),
    lambda inner: st.lists(inner, max_size=5).map(lambda items: emit(0x30, b"".join(items))),
    max_leaves=12,
)


def refuse(data: bytes) -> None:
    with pytest.raises(EvidenceDoubted):
        require_der(data, what="value")


@given(values)
def test_der_is_accepted(data: bytes) -> None:
    require_der(data, what="value")


@given(values, st.binary(min_size=1, max_size=3))
def test_bytes_after_the_end_are_refused(data: bytes, more: bytes) -> None:
    refuse(data + more)


@given(values, st.data())
def test_a_part_is_refused(data: bytes, draw: st.DataObject) -> None:
    refuse(data[: draw.draw(st.integers(0, len(data) - 1))])


@given(st.binary(max_size=300), st.integers(1, 3))
def test_a_length_longer_than_need_be_is_refused(content: bytes, zeros: int) -> None:
    size = len(content).to_bytes(2 + zeros)
    refuse(bytes([0x04, 0x80 | len(size)]) + size + content)


@given(st.integers(-(2**70), 2**70))
def test_an_integer_longer_than_need_be_is_refused(number: int) -> None:
    sound = core.Integer(number).dump()[2:]
    refuse(emit(0x02, (b"\xff" if number < 0 else b"\0") + sound))


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param("010101", id="boolean 01"),
        pytest.param("0100", id="boolean empty"),
        pytest.param("0200", id="integer empty"),
        pytest.param("050100", id="null with content"),
        pytest.param("0300", id="bit string without count"),
        pytest.param("03020800", id="bit string with 8 unused bits"),
        pytest.param("03020101", id="bit string with a stray bit"),
        pytest.param("030101", id="empty bit string with unused bits"),
        pytest.param("30800000", id="indefinite length"),
        pytest.param("240404020001", id="octet string in pieces"),
        pytest.param("1f8100", id="high tag number"),
        pytest.param("30", id="no length"),
        pytest.param("", id="nothing"),
        pytest.param("3082", id="length cut off"),
        pytest.param("30ff" + "ff" * 127, id="length of 127 bytes"),
    ],
)
def test_other_encodings_are_refused(odd: str) -> None:
    refuse(bytes.fromhex(odd))


def test_nesting_has_an_end() -> None:
    data = b"\x05\x00"
    for _ in range(MAX_DEPTH + 1):
        data = emit(0x30, data)
    refuse(data)


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_der_and_never_anything_else(data: bytes) -> None:
    try:
        require_der(data, what="value")
    except EvidenceDoubted:
        return
    assert (
        emit(data[0], data[-len(data) + (2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)) :])
        == (data)
        or len(data) == 2
    )
