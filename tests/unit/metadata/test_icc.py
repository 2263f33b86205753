"""Which profiles are sRGB by another name, and what is left of the others."""

import struct

import pytest

from evidencekit.metadata.icc import is_srgb, make_profile, read_profile
from evidencekit.metadata.malformed import MalformedError
from tests.tools import media


def srgb_samples(count: int) -> bytes:
    points = [n / (count - 1) for n in range(count)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in points]
    return struct.pack(f">4s4xI{count}H", b"curv", count, *(round(y * 65535) for y in linear))


def gamma(power: float) -> bytes:
    return struct.pack(">4s4xIH", b"curv", 1, round(power * 256))


def with_curve(curve: bytes, primaries: media.Matrix = media.SRGB_PRIMARIES) -> bytes:
    return media.icc(primaries, words="x", curve=curve)


@pytest.mark.parametrize("count", [256, 1024, 4096])
def test_srgb_is_known_by_its_numbers_however_its_curve_is_written(count: int) -> None:
    assert is_srgb(read_profile(with_curve(srgb_samples(count))))


@pytest.mark.parametrize("curve", [gamma(1.0), gamma(1.8), gamma(2.2), b"curv" + bytes(8)])
def test_another_curve_is_not_srgb(curve: bytes) -> None:
    assert not is_srgb(read_profile(with_curve(curve)))


def test_other_primaries_are_not_srgb() -> None:
    assert not is_srgb(read_profile(media.icc(media.P3_PRIMARIES, words="x")))


@pytest.mark.parametrize(
    "curve",
    [
        struct.pack(">4s4xHH7i", b"para", 4, 0, -(2**31), 1, 1, 1, 1, 1, 1),
        struct.pack(">4s4xHH3i", b"para", 1, 0, 2**31 - 1, 2**31 - 1, 2**31 - 1),
    ],
)
def test_parameters_beyond_all_numbers_are_not_srgb(curve: bytes) -> None:
    assert not is_srgb(read_profile(with_curve(curve)))


def test_rebuilding_a_profile_twice_changes_nothing() -> None:
    once = make_profile(read_profile(media.icc(media.P3_PRIMARIES, words="words of a maker")))

    assert make_profile(read_profile(once)) == once
    assert b"maker" not in once
    assert "maker".encode("utf-16-be") not in once


def test_what_rides_behind_a_curve_is_left_behind() -> None:
    once = make_profile(read_profile(with_curve(gamma(2.2) + b"CANARY")))

    assert b"CANARY" not in once


@pytest.mark.parametrize(
    "curve",
    [b"", b"mft2" + bytes(40), b"curv" + bytes(4) + b"\xff\xff\xff\xff", b"para" + bytes(6)],
)
def test_a_curve_that_is_none_is_refused(curve: bytes) -> None:
    with pytest.raises(MalformedError):
        read_profile(with_curve(curve))
