"""Where a camera of GoPro was, at the start of a film and at its end."""

import struct

import pytest

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.isobmff.gpmf import add_gpmf

SEOUL, BUSAN = (375658000, 1269780000), (351796000, 1290756000)


def _item(key: bytes, kind: bytes, size: int, data: bytes) -> bytes:
    count = len(data) // size
    return struct.pack(">4ssBH", key, kind, size, count) + data + bytes(-len(data) % 4)


def _sample(key: bytes) -> bytes:
    if key == b"GPS9":
        kind, size = b"?", 32
        rows = b"".join(struct.pack(">7i2H", *at, 0, 0, 0, 0, 0, 100, 3) for at in (SEOUL, BUSAN))
    else:
        kind, size = b"l", 20
        rows = b"".join(struct.pack(">5i", *at, 0, 0, 0) for at in (SEOUL, BUSAN))
    scale = _item(b"SCAL", b"l", 4, struct.pack(">2i", 10**7, 10**7))
    return scale + _item(key, kind, size, rows)


@pytest.mark.parametrize("key", [b"GPS5", b"GPS9"])
def test_the_first_position_and_the_last_of_a_sample(key: bytes) -> None:
    facts = FactList()
    add_gpmf(facts, _sample(key), source="x")
    add_gpmf(facts, _sample(key), source="x", prefix="End")
    assert {one.tag: one.readable for one in facts.facts} == {
        "Latitude": "37.5658000", "Longitude": "126.9780000",
        "EndLatitude": "35.1796000", "EndLongitude": "129.0756000",
    }  # fmt: skip


def test_a_position_that_is_cut_short_is_none() -> None:
    for size in range(len(_sample(b"GPS9"))):
        facts = FactList()
        add_gpmf(facts, _sample(b"GPS9")[:size], source="x", prefix="End")
        assert {one.readable for one in facts.facts} <= {
            "37.5658000", "126.9780000", "35.1796000", "129.0756000",
        }  # fmt: skip
