"""Every message of an export is found once, where it stands; nothing of a file is dropped."""

import hashlib
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.metadata.chats.recognising import HEAD, chat_of
from evidencekit.metadata.chats.writing import write
from evidencekit.metadata.identify.by_content import identify
from tests.tools import exports

EXPORTS = {
    "windows": (exports.WINDOWS, "kakaotalk"),
    "windows-english": (exports.WINDOWS_ENGLISH, "kakaotalk"),
    "android": (exports.ANDROID, "kakaotalk"),
    "ios": (exports.IOS, "kakaotalk"),
    "csv": (exports.CSV, "kakaotalk"),
    "windows-open": (exports.WINDOWS_OPEN, "kakaotalk"),
    "windows-mixed": (exports.WINDOWS_MIXED, "kakaotalk"),
    "android-english": (exports.ANDROID_ENGLISH, "kakaotalk"),
    "ios-half": (exports.IOS_HALF, "kakaotalk"),
    "ios-british": (exports.IOS_BRITISH, "kakaotalk"),
    "csv-mac": (exports.CSV_MAC, "kakaotalk"),
    "line": (exports.LINE, "line"),
    "whatsapp-ios": (exports.WHATSAPP_IOS, "whatsapp"),
    "whatsapp-android": (exports.WHATSAPP_ANDROID, "whatsapp"),
    "telegram": (exports.TELEGRAM, "telegram"),
    "telegram-page": (exports.TELEGRAM_PAGE, "telegram"),
    "discord": (exports.DISCORD, "discord"),
    "meta": (exports.META, "meta"),
    "x": (exports.X_MESSAGES, "x"),
    "sms": (exports.SMS, "sms"),
    "eml": (exports.MAIL, "mail"),
    "mbox": (exports.MBOX, "mail"),
}
OF_LINES = ("windows", "windows-english", "android", "ios", "csv", "line", "whatsapp-ios",
            "whatsapp-android", "windows-open", "windows-mixed", "android-english", "ios-half",
            "ios-british", "csv-mac")  # fmt: skip


def parsed(
    data: bytes, platform: str, keys: dict[str, str] | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    out = io.BytesIO()
    told = write(io.BytesIO(data), out, {"platform": platform, "keys": keys or {}})
    return dict(told), [json.loads(line) for line in out.getvalue().splitlines()]


def said(name: str) -> list[dict[str, Any]]:
    text, platform = EXPORTS[name]
    return [
        one for one in parsed(text.encode(), platform)[1] if one["kind"] not in {"day", "header"}
    ]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_recognised_by_what_is_in_it(name: str) -> None:
    text, platform = EXPORTS[name]
    data = text.encode()
    assert chat_of(data, identify(data, size=len(data)).media_type) == platform


@pytest.mark.parametrize(
    "text", ["안녕하세요\n메모입니다\n", "a,b,c\n1,2,3\n", '{"a": [1, 2]}', ""]
)
def test_what_is_no_conversation_is_none(text: str) -> None:
    data = text.encode()
    assert chat_of(data, identify(data, size=len(data)).media_type) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("name", OF_LINES)
def test_the_pieces_cover_the_file_in_every_encoding(name: str, encoding: str) -> None:
    text, platform = EXPORTS[name]
    data = text.encode(encoding, errors="replace")
    _, pieces = parsed(data, platform)
    start = {"utf-8-sig": 3, "utf-16": 2}.get(encoding, 0)
    for piece in pieces:
        assert piece["start"] == start
        start = piece["end"]
    assert start == len(data)
    assert {piece["kind"] for piece in pieces} & {"unparsed"} == set()


def test_noon_and_midnight_are_told_apart() -> None:
    assert [one["at"] for one in said("windows")][:2] == [
        "2026-02-09T00:03:00",
        "2026-02-09T12:30:00",
    ]
    assert [one["at"] for one in said("windows-english")] == [
        "2026-02-09T00:03:00", "2026-02-09T12:30:00",
    ]  # fmt: skip


def test_a_message_goes_on_until_another_begins() -> None:
    second = said("windows")[1]
    assert second["sender"] == "[팀] 김: 철수"
    assert second["text"] == "점심\n둘째 줄\n[가짜 머리] 는 이어지는 줄이다\n\n넷째 줄"
    assert second["raw"].count("\n") == 5


def test_what_was_deleted_called_or_sent_as_a_file_is_told() -> None:
    rest = said("windows")[2:]
    assert [one["kind"] for one in rest] == ["message", "message", "deleted", "call", "message"]
    assert rest[0]["attachments"] == [{"name": "사진"}]
    assert rest[1]["attachments"] == [{"name": "계약서.pdf"}]
    assert rest[-1]["at"] == "2026-02-10T09:03:00"  # the day has changed


def test_who_came_and_went_is_no_message() -> None:
    assert [(one["kind"], one.get("sender", "")) for one in said("android")] == [
        ("message", "홍길동"), ("system", ""), ("message", "김: 철수"),
    ]  # fmt: skip
    assert [one["kind"] for one in said("ios")] == ["message", "system", "message"]
    assert said("ios")[2]["at"] == "2026-02-09T21:05:00"


def test_rows_of_a_csv_may_have_several_lines() -> None:
    rows = said("csv")
    assert rows[0]["at"] == "2026-02-09T09:03:11"
    assert rows[1]["text"] == '여러\n줄, "따옴표" 있음'
    assert {one["precision"] for one in rows} == {"second"}


def test_line_names_its_day_once() -> None:
    rows = said("line")
    assert [one["at"] for one in rows] == [
        "2026-02-09T09:03:00", "2026-02-09T09:04:00", "2026-02-09T21:05:00",
    ]  # fmt: skip
    assert rows[2]["text"] == "[사진]\n둘째 줄"


def test_which_number_is_the_day_is_told_from_the_file_or_assumed() -> None:
    told, _ = parsed(exports.WHATSAPP_IOS.encode(), "whatsapp")
    assert told["notes"] == []
    assert said("whatsapp-ios")[0]["at"] == "2026-12-27T18:51:14"
    told, rows = parsed(exports.WHATSAPP_ANDROID.encode(), "whatsapp")
    assert told["notes"] == ["day-before-month assumed"]
    assert [one["kind"] for one in rows] == ["system", "message", "message"]
    assert rows[2]["at"] == "2026-03-02T18:52:00"
    assert rows[2]["attachments"] == [{"name": "IMG-1.jpg"}]


def test_marks_of_direction_are_no_part_of_a_name() -> None:
    rows = said("whatsapp-ios")
    assert [one["sender"] for one in rows] == ["Kim", "Lee", "Lee"]
    assert rows[1]["attachments"] == [{"name": "0001-PHOTO.jpg"}]
    assert "\u200e" in rows[0]["raw"]
    assert rows[2]["kind"] == "deleted"


def test_telegram_gives_the_zone_where_it_gives_a_stamp() -> None:
    first, second, third = said("telegram")
    assert first["at"] == "2026-02-09T00:03:11+00:00"
    assert first["text"] == "see https://example.org"
    assert first["attachments"] == [{"name": "photos/photo_1.jpg"}]
    assert (second["kind"], second["sender"]) == ("call", "Lee")
    assert third["at"] == "2026-02-09T09:05:00"
    assert (third["forwarded_from"], third["reply_to"]) == ("Park", "1")
    assert first["pointer"] == "/0/messages/0"
    assert {one["conversation"] for one in (first, second, third)} == {"Kim"}


def test_the_place_of_a_message_in_json_is_its_own_text() -> None:
    data = exports.TELEGRAM.encode()
    for one in said("telegram"):
        assert json.loads(data[one["start"] : one["end"]])["id"] == int(one["message_id"])


def test_a_file_that_was_cut_gives_what_came_before_and_lists_the_rest() -> None:
    data = exports.TELEGRAM.encode()[:-90]
    _, rows = parsed(data, "telegram")
    assert [one["kind"] for one in rows] == ["message", "call", "unparsed"]
    assert rows[2]["end"] == len(data)


def test_texts_of_meta_are_mended_and_kept_as_they_were() -> None:
    (one,) = said("meta")
    assert (one["sender"], one["text"]) == ("김", "안녕")
    assert one["warnings"] == ["encoding-mended"]
    assert "\\u00" in one["raw"]


def test_others_are_read_with_their_ids_and_zones() -> None:
    (discord,) = said("discord")
    assert (discord["at"], discord["sender"], discord["sender_id"]) == (
        "2026-02-09T09:03:11+09:00", "김", "5",
    )  # fmt: skip
    (x,) = said("x")
    assert x["attachments"] == [{"name": "4-abc.jpg"}]
    assert (x["at"], x["text"], x["sender_id"]) == ("2026-02-09T00:03:11+00:00", "안녕", "1")
    received, sent = said("sms")
    assert (received["sender"], received["at"]) == ("홍길동", "2026-02-09T00:03:11+00:00")
    assert (sent.get("sender", ""), sent["warnings"]) == ("", ["sent-by-owner"])
    held = {"name": "a.jpg", "sha256": hashlib.sha256(bytes(3)).hexdigest(), "size": 3}
    assert (sent["text"], sent["attachments"]) == ("사진 보낸다", [held])


def test_mails_keep_their_heads() -> None:
    (one,) = said("eml")
    assert (one["sender"], one["conversation"]) == ("김철수", "제목")
    assert one["headers"]["Received (2)"].startswith("from c by a")
    assert one["warnings"] == ["dkim-not-checked"]
    assert [mail["at"] for mail in said("mbox")] == [
        "2026-02-09T09:03:11+09:00", "2026-02-09T10:03:11+09:00",
    ]  # fmt: skip


def test_entities_in_xml_are_refused() -> None:
    hostile = '<!DOCTYPE a [<!ENTITY x "y">]><smses><sms body="&x;"/></smses>'
    _, rows = parsed(hostile.encode(), "sms")
    assert [one["kind"] for one in rows] == ["unparsed"]


def test_a_line_of_a_megabyte_and_deep_json_end_nothing() -> None:
    long = exports.ANDROID + "2026년 2월 9일 오전 9:06, 홍길동 : " + "가" * 400_000 + "\n"
    _, rows = parsed(long.encode(), "kakaotalk")
    assert rows[-1]["warnings"] == ["cut"]
    deep = '{"date_unixtime": 1, "messages": [' + "[" * 100_000
    assert [one["kind"] for one in parsed(deep.encode(), "telegram")[1]] == ["unparsed"]


NAMES = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters="]:,\n\r"), min_size=1
)
TEXTS = st.text(st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters="\n\r"))


@given(
    st.lists(st.tuples(NAMES.map(str.strip).filter(bool), st.integers(0, 1439), TEXTS), max_size=8)
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_is_found_once_in_its_own_words(
    messages: list[tuple[str, int, str]],
) -> None:
    lines = ["--------------- 2026년 2월 9일 월요일 ---------------"]
    for name, minute, text in messages:
        half = "오전" if minute < 720 else "오후"
        clock = f"{half} {minute // 60 % 12 or 12}:{minute % 60:02}"
        lines.append(f"[{name}] [{clock}] {text}")
    _, pieces = parsed("\n".join(lines).encode(), "kakaotalk")
    found = [one for one in pieces if one["kind"] != "day"]
    assert [(one["sender"], one.get("text", ""), one["at"]) for one in found] == [
        (name, text, f"2026-02-09T{minute // 60:02}:{minute % 60:02}:00")
        for name, minute, text in messages
    ]
    assert [one["raw"].strip("\n") for one in found] == lines[1:]


def test_a_page_of_telegram_is_read_message_by_message() -> None:
    told, pieces = parsed(exports.TELEGRAM_PAGE.encode(), "telegram")
    assert told["conversation"] == "지인능욕 제보방"
    kinds = [one["kind"] for one in pieces]
    assert kinds == ["header", "day", "message", "message", "message", "call", "system"]
    first, joined, forwarded, call, system = pieces[2:]
    assert first["sender"] == "가해자 <b>"
    assert first["text"] == "첫 줄\n둘째 줄 & 끝"
    assert first["at"] == "2026-02-09T09:03:10+09:00"
    assert first["attachments"] == [{"name": "photos/photo_1@09-02-2026_09-03-10.jpg"}]
    assert (joined["sender"], joined["reply_to"]) == ("가해자 <b>", "12")
    assert (forwarded["sender"], forwarded["forwarded_from"]) == ("나", "다른 방")
    assert forwarded["at"] == "2026-02-09T09:05:00"  # no zone is said
    assert call["at"] == "2026-02-09T09:06:00-03:30"
    assert call["text"] == "Outgoing (12 seconds)"
    assert system["text"] == "가해자 removed 나"


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_page_of_telegram_loses_no_byte(choose: st.DataObject) -> None:
    data = bytearray(exports.TELEGRAM_PAGE.encode())
    for _ in range(choose.draw(st.integers(1, 4))):
        at = choose.draw(st.integers(0, len(data) - 1))
        data[at : at + choose.draw(st.integers(0, 30))] = choose.draw(st.binary(max_size=5))
    _, pieces = parsed(bytes(data), "telegram")
    if b'class="page_body chat_page"' in data:
        assert [one["start"] for one in pieces[1:]] == [one["end"] for one in pieces[:-1]]
        assert (pieces[0]["start"], pieces[-1]["end"]) == (0, len(data))


@pytest.mark.parametrize("cut", range(6))
def test_an_export_is_recognised_where_its_beginning_ends_within_a_character(cut: int) -> None:
    line = "[사람] [오후 1:05] 메시지가 이어집니다 오늘도 안녕하세요\n"
    data = (exports.WINDOWS + line * 1_000).encode()
    assert chat_of(b" " * cut + data[: HEAD - cut], "text/plain") == "kakaotalk"


def test_media_of_tweets_are_called_as_the_archive_calls_them() -> None:
    films = [
        {"content_type": "application/x-mpegURL", "url": "https://video.twimg.com/a.m3u8"},
        {"bitrate": 1, "url": "https://video.twimg.com/low.mp4"},
        {"bitrate": 2, "url": "https://video.twimg.com/high.mp4?tag=1"},
    ]
    media = [
        {"media_url_https": "https://pbs.twimg.com/media/A.jpg"},
        {"media_url_https": "https://x/y.jpg", "video_info": {"variants": films}},
    ]
    tweet = {
        "id_str": "9", "full_text": "t", "created_at": "Mon Feb 09 00:03:11 +0000 2026",
        "extended_entities": {"media": media},
    }  # fmt: skip
    text = "window.YTD.tweets.part0 = " + json.dumps([{"tweet": tweet}])
    (one,) = parsed(text.encode(), "x")[1]
    assert one["attachments"] == [{"name": "9-A.jpg"}, {"name": "9-high.mp4"}]


def test_files_that_were_downloaded_with_an_export_of_discord_are_named_by_their_path() -> None:
    local = exports.DISCORD.replace("https://example.org/a", "x.json_Files/a%20b-1.png")
    (one,) = parsed(local.encode(), "discord")[1]
    assert one["attachments"] == [{"name": "x.json_Files/a b-1.png"}]
    assert said("discord")[0]["attachments"] == [{"name": "a.png"}]


def test_one_short_message_that_is_none_costs_no_other() -> None:
    broken = exports.SMS.replace("1770595391000", "9" * 30).replace("AAAA", "A")
    kinds = [one["kind"] for one in parsed(broken.encode(), "sms")[1]]
    assert kinds == ["unparsed", "message"]


def test_an_encoding_that_there_is_not_ends_in_the_list() -> None:
    _, rows = parsed(exports.SMS.replace("UTF-8", "UTG-8").encode(), "sms")
    assert [one["kind"] for one in rows] == ["unparsed"]


def test_a_conversation_whose_name_is_broken_has_its_messages() -> None:
    broken = exports.META.replace('"messages"', '"title": "\\u12", "messages"')
    assert [one["kind"] for one in parsed(broken.encode(), "meta")[1]] == ["message"]
