"""``timeline`` tells who wrote what when, and what it does not know."""

import base64
import hashlib
import io
import zipfile

from tests.cli.transcripts import Cli
from tests.tools import dkim_signing, exports


def _with(cli: Cli, **files: str) -> None:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    (cli.folder / "in").mkdir()
    for name, text in files.items():
        (cli.folder / "in" / name.replace("_", ".")).write_text(text, encoding="utf-8")
    (cli.folder / "in/계약서.pdf").write_bytes(b"%PDF-1.4\n")
    cli("-C", "C", "add", "in").ok()


def test_messages_of_several_exports_are_one_line_of_time(cli: Cli) -> None:
    _with(cli, kakao_txt=exports.WINDOWS, telegram_json=exports.TELEGRAM, notes_txt="a note\n")
    rows = cli("-C", "C", "timeline", "--json").ok().objects
    moments = [row["at"] for row in rows if row["at"]]
    assert moments == sorted(moments)
    assert {row["platform"] for row in rows} == {"kakaotalk", "telegram"}
    zones = {(row["platform"], row["zone"]) for row in rows}
    assert zones == {
        ("kakaotalk", "assumed:Asia/Seoul"), ("telegram", "stated"), ("telegram", "unknown"),
    }  # fmt: skip


def test_a_file_of_the_case_is_linked_where_exactly_one_has_its_name(cli: Cli) -> None:
    _with(cli, kakao_txt=exports.WINDOWS)
    rows = cli("-C", "C", "timeline", "--json").ok().objects
    linked = {one["name"]: one["artifact"] for row in rows for one in row["attachments"]}
    assert linked["계약서.pdf"] is not None
    assert linked["사진"] is None


def test_a_person_and_a_day_can_be_picked(cli: Cli) -> None:
    _with(cli, kakao_txt=exports.WINDOWS)
    asked = ("timeline", "--person", "홍길동", "--from", "2026-02-10", "--to", "2026-02-10")
    rows = cli("-C", "C", *asked, "--json").ok().objects
    assert [row["text"] for row in rows] == ["다음 날"]


def test_a_zone_that_is_given_is_used_and_said(cli: Cli) -> None:
    _with(cli, wa_txt=exports.WHATSAPP_IOS)
    (row, *_) = cli("-C", "C", "timeline", "--zone", "Europe/Berlin", "--json").ok().objects
    assert (row["at"], row["zone"]) == ("2026-12-27T17:51:14Z", "assumed:Europe/Berlin")
    assert cli("-C", "C", "timeline", "--zone", "Mars/Base").code == 10


def test_what_was_not_understood_stands_in_the_list_and_the_code_says_so(cli: Cli) -> None:
    _with(cli, t_json=exports.TELEGRAM[:-90])
    done = cli("-C", "C", "timeline")
    assert done.code == 3
    assert "not understood" in done.err


def test_hostile_names_do_not_reach_the_terminal(cli: Cli) -> None:
    hostile = exports.ANDROID.replace("홍길동 : 안녕", "\u202e\x1b[31m악당\x1b[0m : \x1b]0;x\x07")
    _with(cli, k_txt=hostile)
    done = cli("-C", "C", "timeline").ok()
    assert not set(done.out) & {"\x1b", "\x07", "\u202e"}
    assert "악당" in done.out


def test_a_file_that_is_no_export_is_refused_by_name(cli: Cli) -> None:
    _with(cli, notes_txt="a note\n")
    done = cli("-C", "C", "timeline", "a2-1")
    assert done.code == 10
    assert "no export" in done.err


def test_signatures_of_mails_are_judged_by_keys_that_are_given(cli: Cli) -> None:
    fields = [("From", "a@example.com"), ("Date", "Mon, 9 Feb 2026 09:03:10 +0900")]
    _with(cli, mail_eml=dkim_signing.signed(fields, "words\n").decode())
    assert "not checked" in cli("-C", "C", "timeline").ok().out
    pieces = dkim_signing.record()
    line = f'{dkim_signing.NAME}. 3600 IN TXT "{pieces[:100]}" "{pieces[100:]}"\n'
    (cli.folder / "keys").write_text(f"# from the provider\n{line}")
    done = cli("-C", "C", "timeline", "--dkim-keys", "keys").ok()
    assert "[DKIM of example.com: good]" in done.out
    (cli.folder / "keys").write_text("nonsense\n")
    assert cli("-C", "C", "timeline", "--dkim-keys", "keys").code == 10


def test_the_document_says_where_each_message_stands_and_what_is_assumed(cli: Cli) -> None:
    _with(cli, kakao_txt=exports.WINDOWS, page_html=exports.TELEGRAM_PAGE)
    cli("-C", "C", "timeline", "--report", "t.html").ok()
    page = (cli.folder / "t.html").read_text(encoding="utf-8")
    assert "시간대 추정: Asia/Seoul" in page
    assert "시간대가 적혀 있음" in page
    assert "가해자 &lt;b&gt;" in page
    assert "계약서.pdf" in page
    assert "<script" not in page
    assert (cli.folder / "t.html").stat().st_mode & 0o077 == 0
    assert cli("-C", "C", "timeline", "--report", "t.html").code == 10


def test_the_document_holds_only_what_was_asked_for(cli: Cli) -> None:
    _with(cli, kakao_txt=exports.WINDOWS)
    cli(
        "-C", "C", "timeline", "--person", "홍길동", "--from", "2026-02-10", "--report", "t.html"
    ).ok()
    page = (cli.folder / "t.html").read_text(encoding="utf-8")
    assert "다음 날" in page
    assert "점심" not in page


def test_an_export_within_an_archive_is_read_and_its_files_are_those_of_the_archive(
    cli: Cli,
) -> None:
    _with(cli, a_jpg="another")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("WA/_chat.txt", exports.WHATSAPP_IOS.replace("0001-PHOTO", "a"))
        archive.writestr("WA/a.jpg", "this one")
    (cli.folder / "wa.zip").write_bytes(packed.getvalue())
    cli("-C", "C", "add", "wa.zip").ok()
    rows = cli("-C", "C", "timeline", "--json").ok().objects
    (linked,) = (one for row in rows for one in row["attachments"])
    assert linked["by"] == "path"
    shown = cli("-C", "C", "list", "--json").ok().objects
    digests = {one["id"]: one["sha256"] for one in shown}
    assert digests[linked["artifact"]] == hashlib.sha256(b"this one").hexdigest()


def test_what_bears_no_time_stands_where_it_does_in_its_file(cli: Cli) -> None:
    _with(cli, open_txt=exports.WINDOWS_OPEN)
    rows = cli("-C", "C", "timeline", "--json").ok().objects
    assert [row["line"] for row in rows] == sorted(row["line"] for row in rows)
    assert [row["at"] for row in rows].count(None) == 6
    asked = ("timeline", "--from", "2026-02-10", "--json")
    assert [row["sender"] for row in cli("-C", "C", *asked).ok().objects] == ["이영희"]


def test_what_a_mail_holds_is_linked_by_its_bytes_and_not_by_its_name(cli: Cli) -> None:
    head = exports.MAIL.partition("Content-Type")[0]
    head += "Content-Type: application/pdf; name=other.pdf\r\n"
    head += "Content-Transfer-Encoding: base64\r\n\r\n"
    other = "From x\r\n" + head.replace("other", "계약서")
    sent = base64.b64encode(b"%PDF-1.4\n").decode()
    _with(cli, mail_eml=head + sent, box_mbox=other)
    rows = cli("-C", "C", "timeline", "--json").ok().objects
    linked = {one["name"]: one for row in rows for one in row["attachments"]}
    assert (linked["other.pdf"]["by"], linked["other.pdf"]["size"]) == ("digest", 9)
    assert linked["계약서.pdf"]["artifact"] is None


def test_the_document_says_what_is_not_certain_and_why_a_file_is_meant(cli: Cli) -> None:
    _with(cli, kakao_txt=exports.WINDOWS, open_txt=exports.WINDOWS_OPEN)
    cli("-C", "C", "timeline", "--report", "t.html").ok()
    page = (cli.folder / "t.html").read_text(encoding="utf-8")
    assert page.count("프로그램의 알림인지 사람이 쓴 글인지 확실하지 않음") == 6
    assert page.count("보낸 사람 이름이 어디서 끝나는지 확실하지 않음") == 1
    assert "경로가 같음" in page
