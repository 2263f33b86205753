"""Every planted fact is recorded, and no planted mark is in a copy."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.kinds import STRIPPABLE
from evidencekit.metadata.rebuilding import rebuild
from evidencekit.metadata.rebuilt import Purpose
from evidencekit.metadata.record import record
from evidencekit.metadata.workshop import Workshop
from evidencekit.model.json import Json
from evidencekit.sandbox.runner import Worker
from tests.tools.copies import stripped
from tests.tools.planted import PLANTED
from tests.tools.unpacked import everything_in


def test_there_is_a_planted_file_of_every_kind_that_can_be_copied() -> None:
    assert {one.media_type for one in PLANTED.values()} >= STRIPPABLE


@pytest.mark.parametrize("name", PLANTED)
def test_every_planted_fact_is_recorded(name: str, worker: Worker) -> None:
    planted = PLANTED[name]
    data = planted.data()
    assert identify(data, size=len(data)).media_type == planted.media_type
    found = record(BytesIO(data), media_type=planted.media_type, worker=worker)

    assert planted.facts <= {fact.readable for fact in found.facts}


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("name", PLANTED)
def test_no_planted_mark_is_in_a_copy(name: str, purpose: Purpose, workshop: Workshop) -> None:
    planted = PLANTED[name]
    assert all(any(m in part for part in everything_in(planted.data())) for m in planted.marks)
    copy, _ = stripped(planted.data(), planted.media_type, workshop, purpose)
    parts = list(everything_in(copy))
    dates = planted.dates if purpose is Purpose.COURT else frozenset()

    assert {mark for mark in planted.marks if any(mark in part for part in parts)} <= dates
    assert stripped(copy, planted.media_type, workshop, purpose)[0] == copy


@pytest.mark.parametrize("name", PLANTED)
@given(choose=st.data())
@settings(max_examples=60, deadline=None)
def test_no_mutation_is_copied_in_two_ways(name: str, choose: st.DataObject) -> None:
    """Whatever a damaged file is taken for, the copy of its copy is the same."""
    planted = PLANTED[name]
    asked: Json = {"media_type": planted.media_type, "purpose": "share", "as_pictures": False}
    data = bytearray(planted.data())
    for _number in range(choose.draw(st.integers(1, 3))):
        _mutate(data, choose)
    out, again = BytesIO(), BytesIO()
    if "refused" in rebuild(BytesIO(data), out, asked):
        return
    done = rebuild(BytesIO(out.getvalue()), again, asked)
    assert again.getvalue() == out.getvalue()
    assert (done["removed"], done["changed"]) == ([], [])


def _mutate(data: bytearray, choose: st.DataObject) -> None:
    at = choose.draw(st.integers(0, len(data) - 1))
    match choose.draw(st.sampled_from(("flip", "cut", "double", "zero"))):
        case "flip":
            data[at] ^= 1 << choose.draw(st.integers(0, 7))
        case "cut":
            del data[at : at + choose.draw(st.integers(1, 40))]
        case "double":
            data[at:at] = data[at : at + 24]
        case _:
            data[at : at + 4] = bytes(4)
