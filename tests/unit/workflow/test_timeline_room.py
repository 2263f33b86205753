"""The shortest messages that there are have room in the file that a worker may write."""

import io

import pytest

from evidencekit.metadata.chats.writing import write
from evidencekit.workflow.timeline import LONGER

DAY = "--------------- 2026년 2월 9일 월요일 ---------------\n"


@pytest.mark.parametrize(
    ("platform", "head", "line"),
    [
        ("kakaotalk", DAY, "[a] [9:03] b\n"),
        ("kakaotalk", "Date,User,Message\n", '2026-02-09 09:03:11,"a","b"\n'),
        ("whatsapp", "", "1/2/26, 9:03 - a: b\n"),
        ("line", "2026/02/09(월)\n", "9:03\ta\tb\n"),
        ("mail", "", "From a Mon Feb  9 09:03:11 2026\nA: b\n"),
    ],
)
def test_messages_have_room(platform: str, head: str, line: str) -> None:
    data, out = (head + line * 5_000).encode(), io.BytesIO()
    told = write(io.BytesIO(data), out, {"platform": platform, "keys": {}})
    assert told["counts"] is not None
    assert out.getvalue().count(b"\n") >= 5_000
    assert len(out.getvalue()) < LONGER * len(data)
