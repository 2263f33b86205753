"""Every mail of a box is found once, with what came in it and within it."""

import base64
import hashlib
import io
import json
import mailbox
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.metadata.chats.writing import write
from tests.tools.dkim_signing import NAME, record, signed

PICTURE = b"\x89PNG made up \r\n\x00" * 50
FROM = b"From kim@example.org Mon Feb  9 09:03:11 2026\n"
PLAIN = b"From: kim@example.org\nDate: Mon, 9 Feb 2026 09:03:11 +0900\nSubject: s\n\n"


def mails(data: bytes, keys: dict[str, str] | None = None) -> list[dict[str, Any]]:
    out = io.BytesIO()
    write(io.BytesIO(data), out, {"platform": "mail", "keys": keys or {}})
    return [json.loads(line) for line in out.getvalue().splitlines()]


def a_mail(subject: str = "s", text: str = "words") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = "Kim <kim@example.org>", subject
    made["Date"] = "Mon, 9 Feb 2026 09:03:11 +0900"
    made.set_content(text)
    return made


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_box_that_the_standard_library_wrote_has_as_many_mails_as_were_put_in(
    tmp_path: Path,
) -> None:
    box = mailbox.mbox(tmp_path / "box")
    texts = ["one", "two\n\nFrom here on\nX: y\n", "three\n>From quoted\n", ""]
    for text in texts:
        box.add(a_mail(text=text))
    box.close()
    data = (tmp_path / "box").read_bytes()
    found = mails(data)
    assert [one.get("text", "") for one in found] == [
        "one", "two\n\nFrom here on\nX: y", "three\nFrom quoted", "",
    ]  # fmt: skip
    assert [one["start"] for one in found[1:]] == [one["end"] for one in found[:-1]]
    assert (found[0]["start"], found[-1]["end"]) == (0, len(data))


def test_where_a_mark_was_taken_away_it_is_said() -> None:
    (one,) = mails(FROM + PLAIN + b">From now on\n>>From then on\n")
    assert one["text"] == "From now on\n>From then on"
    assert one["warnings"] == ["from-unquoted"]
    assert ">From now on" in one["raw"]


def test_a_mail_that_is_in_no_box_keeps_its_marks() -> None:
    (one,) = mails(PLAIN + b">From now on\n")
    assert one["text"] == ">From now on"
    assert "warnings" not in one


@pytest.mark.parametrize(
    "line", [b"From now on", b"From Mon to Fri we meet", b"From Kim Mon Feb  9 09:03:11 2026"]
)
def test_words_that_begin_with_from_begin_no_mail(line: bytes) -> None:
    assert len(mails(FROM + PLAIN + b"text\n\n" + line + b"\nmore words\n")) == 1


def test_a_mail_cannot_hide_those_after_it_by_its_length() -> None:
    data = FROM + b"Content-Length: 100000\n" + PLAIN + b"text\n\n" + FROM + PLAIN + b"hidden\n"
    assert [one["text"] for one in mails(data)] == ["text", "hidden"]


def test_a_box_whose_lines_have_no_dates_is_divided_at_empty_lines() -> None:
    data = b"From ???@???\n" + PLAIN + b"one\n\nFrom ???@???\n" + PLAIN + b"two\nFrom x\nA: b\n"
    assert [one["text"] for one in mails(data)] == ["one", "two\nFrom x\nA: b"]


def test_what_stands_before_the_first_mail_is_listed() -> None:
    head, one = mails(b"\r\n\n" + FROM + PLAIN + b"one\n")
    assert (head["kind"], head["start"], head["end"], one["start"]) == ("header", 0, 3, 3)


def test_files_are_told_by_the_digest_of_what_was_sent() -> None:
    made = a_mail()
    made.add_attachment(PICTURE, maintype="image", subtype="png", filename="사진.png")
    made.add_attachment("가나다\n", subtype="csv", filename="표.csv")
    for data in (made.as_bytes(), FROM + made.as_bytes()):
        (one,) = mails(data)
        assert one["text"] == "words"
        assert one["attachments"] == [
            {"name": "사진.png", "sha256": digest(PICTURE), "size": len(PICTURE)},
            {"name": "표.csv", "sha256": digest("가나다\n".encode()), "size": 10},
        ]


def test_base64_that_was_cut_or_soiled_gives_the_bytes_that_are_there() -> None:
    head = b"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n" + PLAIN
    coded = base64.b64encode(PICTURE)
    (one,) = mails(head + coded[:-3] + b"\n")
    assert one["attachments"][0]["size"] in {len(PICTURE) - 3, len(PICTURE) - 2}
    (one,) = mails(head + coded[:40] + b"\n!?\n" + coded[40:])
    assert one["attachments"][0]["sha256"] == digest(PICTURE)


def test_bytes_that_nobody_can_decode_have_no_digest() -> None:
    head = b"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: x-own\n" + PLAIN
    (one,) = mails(head + b"????")
    assert one["attachments"] == [{"name": "a.png"}]


def test_a_mail_within_a_mail_is_a_message_of_its_own() -> None:
    inner = a_mail("threat", "pay")
    inner.add_attachment(PICTURE, maintype="image", subtype="png", filename="in.png")
    outer = a_mail("look", "see what came")
    outer.add_attachment(inner)
    data = outer.as_bytes()
    first, second = mails(data)
    assert [one["name"] for one in first["attachments"]] == ["message/rfc822"]
    assert (second["conversation"], second["text"], second["pointer"]) == ("threat", "pay", "/0/2")
    assert second["warnings"] == ["within-a-mail"]
    assert second["attachments"][0]["sha256"] == digest(PICTURE)
    lines = data[second["start"] : second["end"]]
    assert digest(lines) == first["attachments"][0]["sha256"]
    assert lines.startswith(b"From: Kim")


def test_a_mail_that_was_encoded_within_another_stands_where_that_one_stands() -> None:
    coded = base64.encodebytes(a_mail("threat", "pay").as_bytes())
    head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n" + PLAIN
    first, second = mails(head + coded)
    assert (second["text"], second["conversation"]) == ("pay", "threat")
    assert (second["start"], second["end"]) == (first["start"], first["end"])


def test_a_mail_within_one_that_was_encoded_stands_where_the_outermost_stands() -> None:
    middle = a_mail("middle")
    middle.add_attachment(a_mail("threat", "pay"))
    head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n" + PLAIN
    outer, _, innermost = mails(head + base64.encodebytes(middle.as_bytes()))
    assert (innermost["text"], innermost["pointer"]) == ("pay", "/0/0/2")
    assert (innermost["start"], innermost["end"]) == (outer["start"], outer["end"])


def test_a_signature_of_a_mail_within_a_mail_is_judged() -> None:
    inner = signed([("From", "a@example.com"), ("Date", "Mon, 9 Feb 2026 09:03:10 +0900")], "pay\n")
    data = (
        b'Content-Type: multipart/mixed; boundary="b"\n' + PLAIN
        + b"--b\n\nsee\n--b\nContent-Type: message/rfc822\n\n" + inner + b"\n--b--\n"
    )  # fmt: skip
    first, second = mails(data, {NAME: record()})
    assert "dkim" not in first
    assert second["dkim"][0]["result"] == "verified"
    _, second = mails(data.replace(b"pay\r\n", b"say\r\n"), {NAME: record()})
    assert second["dkim"][0]["result"] == "failed"


def test_heads_are_kept_whole() -> None:
    head = b"".join(b"X-One: %d\n" % number for number in range(500))
    (one,) = mails(head + b"X-Long: a\n\tb\n" + PLAIN)
    assert len(one["headers"]) == 504
    assert one["headers"]["X-One (500)"] == "499"
    assert one["headers"]["X-Long"] == "a\n\tb"
    (one,) = mails(head * 3 + PLAIN)
    assert one["warnings"] == ["cut"]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("김철수 <a@b.kr>".encode("cp949"), "김철수"),
        ("김철수 <a@b.kr>".encode(), "김철수"),
        (b"=?ks_c_5601-1987?B?" + base64.b64encode("똠".encode("cp949")) + b"?= <a@b.kr>", "똠"),
        (b"=?x-none?B?a2lt?= <a@b.kr>", "kim"),
        (b"=?utf-8?B?a?= <a@b.kr>", "=?utf-8?B?a?="),
    ],
)
def test_names_are_read_as_korean_mails_write_them(field: bytes, shown: str) -> None:
    (one,) = mails(b"From: " + field + b"\nDate: x\n\ntext\n")
    assert (one["sender"], one["sender_id"]) == (shown, "a@b.kr")


def test_what_a_page_hides_is_no_text() -> None:
    page = b"<style>a{}</style><p>Pay <b>now</b></p><script>x('<p>')</script> &amp; go"
    (one,) = mails(b"Content-Type: text/html\n" + PLAIN + page)
    assert one["text"].split() == ["Pay", "now", "&", "go"]


@pytest.mark.parametrize("page", [b"<style " * 100_000, b"<" * 500_000, b"<a " + b"=" * 500_000])
def test_pages_made_to_take_long_end_in_the_list(page: bytes) -> None:
    assert len(mails(b"Content-Type: text/html\n" + PLAIN + page)) == 1


@pytest.mark.parametrize("charset", [b"punycode", b"idna", b"rot13", b"hex", b"\xff", b"a" * 3_000])
def test_no_name_of_an_encoding_takes_long_or_ends_the_mail(charset: bytes) -> None:
    head = b'Content-Type: text/plain; charset="' + charset + b'"\n'
    (one,) = mails(head + PLAIN + b"ba" * 20_000)
    assert one["text"].startswith("baba")


def test_parts_without_end_and_parts_within_parts_have_a_limit() -> None:
    deep = b""
    for number in range(200):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
    many = b"Content-Type: multipart/mixed; boundary=b\n" + PLAIN + b"--b\n\nx\n" * 5_000
    assert len(mails(PLAIN[:-1] + deep)) == 1
    (one,) = mails(many)
    assert one["warnings"] == ["cut"]


def test_parts_that_nothing_divides_are_shown_as_they_stand() -> None:
    (one,) = mails(b"Content-Type: multipart/mixed; boundary=none\n" + PLAIN + b"all of it\n")
    assert one["text"] == "all of it"


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_box_loses_no_byte(choose: st.DataObject) -> None:
    inner = a_mail("in", "From me\n")
    outer = a_mail()
    outer.add_attachment(inner)
    outer.add_attachment(PICTURE, maintype="image", subtype="png", filename="a.png")
    data = bytearray((FROM + outer.as_bytes() + b"\n") * 2)
    for _ in range(choose.draw(st.integers(1, 4))):
        at = choose.draw(st.integers(len(FROM), len(data) - 1))
        data[at : at + choose.draw(st.integers(0, 30))] = choose.draw(st.binary(max_size=5))
    found = [one for one in mails(bytes(data)) if "within-a-mail" not in one.get("warnings", [])]
    assert [one["start"] for one in found[1:]] == [one["end"] for one in found[:-1]]
    assert (found[0]["start"], found[-1]["end"]) == (0, len(data))
