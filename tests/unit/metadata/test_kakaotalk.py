"""KakaoTalk writes one conversation in many ways; what is not certain in them is said."""

import csv
import io
import json
from codecs import BOM_UTF8, BOM_UTF16_LE
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.metadata.chats.kakaotalk_rows import MAX_LINES
from evidencekit.metadata.chats.writing import write
from tests.tools import exports


def pieces(text: str) -> list[dict[str, Any]]:
    out = io.BytesIO()
    write(io.BytesIO(text.encode()), out, {"platform": "kakaotalk", "keys": {}})
    return [json.loads(line) for line in out.getvalue().splitlines()]


def said(text: str) -> list[dict[str, Any]]:
    return [one for one in pieces(text) if one["kind"] not in {"day", "header"}]


def briefly(text: str) -> list[tuple[str, str, str]]:
    return [(one["kind"], one.get("sender", ""), one["text"]) for one in said(text)]


def test_who_came_and_went_without_a_time_is_not_put_into_the_mouth_of_somebody() -> None:
    assert briefly(exports.WINDOWS_OPEN) == [
        ("system", "", "홍길동님이 들어왔습니다."),
        (
            "system", "",
            "운영정책을 위반한 메시지로 신고 접수 시 카카오톡 이용에 제한이 있을 수 있습니다.",
        ),
        ("message", "홍길동", "안녕"),
        ("system", "", "김철수님이 나갔습니다."),
        ("system", "", "채팅방 관리자가 메시지를 가렸습니다."),
        ("message", "홍길동", "누가 썼다\n이영희님이 나갔습니다.\n라고 거기 써 있었다"),
        ("message", "김철수", "[홍길동] [오전 9:06] 누구의 말인가"),
        ("deleted", "", "메시지가 삭제되었습니다."),
        ("system", "", "이영희님이 홍길동님과 김철수님을 초대하였습니다."),
        ("message", "이영희", "다음 날"),
    ]  # fmt: skip


def test_what_a_person_can_have_written_is_marked() -> None:
    marked = [one["text"] for one in said(exports.WINDOWS_OPEN) if "warnings" in one]
    assert "김철수님이 나갔습니다." in marked
    assert "안녕" not in marked
    (unsure,) = (one for one in said(exports.WINDOWS_OPEN) if one.get("sender") == "김철수")
    assert unsure["warnings"] == ["uncertain-sender"]


def test_halves_of_the_day_are_read_wherever_they_stand() -> None:
    assert [one.get("at") for one in said(exports.WINDOWS_MIXED)] == [
        "2026-02-09T09:04:00", "2026-02-09T12:16:00", None, None,
    ]  # fmt: skip
    assert [one["kind"] for one in said(exports.WINDOWS_MIXED)][2:] == ["deleted", "system"]
    assert [one["at"] for one in said(exports.IOS_HALF)] == [
        "2026-02-09T09:03:00", "2026-02-09T21:03:00", "2026-02-09T21:04:00", "2026-02-09T21:05:00",
    ]  # fmt: skip


def test_english_dates_are_read_in_both_orders_and_with_narrow_spaces() -> None:
    assert [(one["kind"], one["at"]) for one in said(exports.ANDROID_ENGLISH)] == [
        ("message", "2026-02-09T09:03:00"), ("message", "2026-02-09T21:04:00"),
        ("message", "2026-02-09T21:05:00"), ("system", "2026-02-09T21:06:00"),
    ]  # fmt: skip
    assert [(one["kind"], one["at"]) for one in said(exports.IOS_BRITISH)] == [
        ("message", "2026-02-09T21:03:00"), ("system", "2026-02-09T21:04:00"),
    ]  # fmt: skip


def test_a_name_that_may_be_longer_is_marked() -> None:
    warned = {one["text"]: one.get("warnings") for one in said(exports.ANDROID_ENGLISH)}
    assert warned["a: b : c"] == ["uncertain-sender"]
    assert warned["hi"] is None


def test_all_files_of_a_message_of_files_are_named() -> None:
    files = said(exports.IOS_HALF)[-1]["attachments"]
    assert files == [{"name": "1a2b.jpg"}, {"name": "사진 둘.png"}]


def test_rows_of_macs_are_read_with_what_the_program_says_in_them() -> None:
    assert briefly(exports.CSV_MAC) == [
        ("message", "홍길동", "여러\n줄"), ("system", "", "시스템 알림"),
        ("system", "김철수", "김철수 invited 홍길동 and."),
        ("system", "홍길동", "홍길동님이 나갔습니다."),
        ("deleted", "", "The message has been deleted."),
        ("deleted", "김철수", "삭제된 메시지입니다."), ("message", "김철수", "계약서.pdf"),
    ]  # fmt: skip
    assert said(exports.CSV_MAC)[-1]["attachments"] == [{"name": "계약서.pdf"}]


@pytest.mark.parametrize(
    "line",
    [
        "2020년 1월 1일",
        "2020년 1월 1일 수요일",
        "--------------- 2020년 1월 1일 수요일 ---------------",
        "--------------- 2026년 2월 10일 월요일 ---------------",
    ],
)  # fmt: skip
def test_a_date_that_somebody_wrote_moves_no_later_message(line: str) -> None:
    rows = said(exports.WINDOWS_MIXED + f"[Bob] [PM 1:00] look\n{line}\n[Bob] [PM 1:01] moved?\n")
    assert [one["at"] for one in rows[-2:]] == ["2026-02-09T13:00:00", "2026-02-09T13:01:00"]
    assert rows[-2]["text"] == f"look\n{line}"


def test_words_that_begin_like_a_call_are_no_call() -> None:
    head = exports.WINDOWS_MIXED
    rows = said(head + "[Bob] [PM 1:00] 보이스톡 하자고 했잖아\n[Bob] [PM 1:01] 보이스톡 3:21\n")
    assert [one["kind"] for one in rows[-2:]] == ["message", "call"]


def test_a_quote_without_end_costs_only_its_line() -> None:
    rows = [f'2026-02-09 09:{n:02}:00,"a","m{n}"' for n in range(60)]
    rows[3] = '2026-02-09 09:03:00,"a","no end'
    found = said("Date,User,Message\n" + "\n".join(rows) + "\n")
    assert [one["kind"] for one in found].count("unparsed") == 1
    assert found[3]["kind"] == "unparsed"
    assert found[-1]["text"] == "m59"


def test_a_row_of_more_lines_than_are_read_costs_only_its_first_line() -> None:
    text = 'Date,User,Message\n2026-02-09 09:03:00,"a","' + "x\n" * (MAX_LINES + 5)
    text += '2026-02-09 09:04:00,"a","after"\n'
    assert said(text)[-1]["text"] == "after"


def test_many_quotes_without_end_take_no_long_time() -> None:
    text = "Date,User,Message\n" + ('"\n' + "x\n" * 200) * 500
    covered = pieces(text)
    assert covered[-1]["end"] == len(text)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=60)), max_size=8))
@settings(max_examples=200, deadline=None)
def test_rows_that_a_csv_writer_wrote_are_found_in_their_own_words(
    rows: list[tuple[str, str]],
) -> None:
    clean = [
        tuple(one.replace("\r", "").encode("utf-8", "replace").decode() for one in row)
        for row in rows
    ]
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["Date", "User", "Message"]])
    writer.writerows(["2026-02-09 09:03:11", *row] for row in clean)
    found = [one for one in pieces(out.getvalue()) if one["kind"] != "header"]
    assert [(one.get("sender", ""), one.get("text", "")) for one in found] == clean


WRITTEN = [
    line
    for text in (
        exports.WINDOWS, exports.WINDOWS_OPEN, exports.WINDOWS_MIXED, exports.ANDROID, exports.IOS,
        exports.ANDROID_ENGLISH, exports.IOS_HALF, exports.IOS_BRITISH, exports.CSV_MAC,
    )
    for line in text.splitlines()
]  # fmt: skip
LINES = st.lists(st.sampled_from(WRITTEN) | st.text(max_size=40), max_size=30)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-16", "cp949"]))
@settings(max_examples=400, deadline=None)
def test_every_byte_of_any_file_is_in_one_piece(lines: list[str], end: str, encoding: str) -> None:
    data = end.join(lines).encode(encoding, "replace")
    out = io.BytesIO()
    write(io.BytesIO(data), out, {"platform": "kakaotalk", "keys": {}})
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    mark = next((len(one) for one in (BOM_UTF8, BOM_UTF16_LE) if data.startswith(one)), 0)
    places = [(one["start"], one["end"]) for one in found]
    assert [start for start, _ in places] == [mark, *(end for _, end in places)][: len(places)]
    assert places[-1:] == ([(places[-1][0], len(data))] if len(data) > mark else [])
    raw = "".join(one["raw"] for one in found)
    read = {"utf-8": "utf-8-sig"}.get(encoding, encoding)
    assert raw == data.decode(read) or encoding == "cp949"
