"""Every planted fact is recorded, and no planted mark is in a copy."""

from io import BytesIO
from pathlib import Path

import pytest

from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.kinds import STRIPPABLE
from evidencekit.metadata.rebuilt import Purpose
from evidencekit.metadata.record import record
from evidencekit.metadata.strip import strip
from evidencekit.metadata.workshop import open_workshop
from evidencekit.sandbox.runner import Worker
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


@pytest.mark.parametrize("name", PLANTED)
def test_no_planted_mark_is_in_a_copy(name: str, tmp_path: Path) -> None:
    planted = PLANTED[name]
    assert all(any(m in part for part in everything_in(planted.data())) for m in planted.marks)
    with open_workshop() as shop:
        done = strip(
            BytesIO(planted.data()),
            tmp_path,
            media_type=planted.media_type,
            purpose=Purpose.SHARE,
            workshop=shop,
        )
    parts = list(everything_in(done.path.read_bytes()))

    assert [mark for mark in planted.marks if any(mark in part for part in parts)] == []
