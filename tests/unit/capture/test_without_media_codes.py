"""What could be bytes is taken out of a text; what people write stays as it is."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.capture.without_media.codes import MAX_PARTS, Cleaning, is_binary
from evidencekit.capture.without_media.document import cleaned_document
from evidencekit.capture.without_media.values import cleaned_json_text, cleaned_value

BYTES = bytes((7 * n * n + 13 * n) % 256 for n in range(600))
B64 = base64.b64encode(BYTES).decode()
LINES = [B64[at : at + 64] for at in range(0, len(B64), 64)]
JSON_KEYED = json.dumps({str(n): one for n, one in enumerate(BYTES)})


def cleaned(text: str) -> str:
    return Cleaning().text(text)


def document(page: str) -> str:
    found = cleaned_document(page)
    assert found is not None
    return found.text


@pytest.mark.parametrize(
    "code",
    [
        B64,
        base64.urlsafe_b64encode(BYTES).decode(),
        B64.replace("/", "\\/"),
        B64.replace("+", "\\u002b").replace("/", "\\x2f"),
        B64.replace("+", "%2B").replace("/", "%2f"),
        B64.replace("+", "&#43;"),
        "\n".join(LINES),
        '" +\n    "'.join(LINES),
        "\\n".join(LINES),
        '","'.join(LINES),
        " ".join(B64[at : at + 4] for at in range(0, len(B64), 4)),
        BYTES.hex(),
        BYTES.hex(" "),
        BYTES.hex(":").upper(),
        " ".join(f"{one:x}" for one in BYTES),
        " ".join(f"{one:08b}" for one in BYTES),
        ", ".join(f"0x{one:02x}" for one in BYTES),
        ",".join(map(str, BYTES)),
        " ".join(str(one - 128) for one in BYTES),
        ", ".join(f"{one}.0" for one in BYTES),
        quote(BYTES),
        "".join(f"%{one:02X}" for one in BYTES),
        "".join(f"\\x{one:02x}" for one in BYTES),
        "".join(f"\\u{one:04x}" for one in BYTES),
        "".join(f"&#{one};" for one in BYTES),
        "".join(f"&#x{one:x};" for one in BYTES),
        base64.b32encode(BYTES).decode(),
        base64.b85encode(BYTES).decode(),
        base64.a85encode(BYTES).decode(),
        BYTES.decode("latin-1"),
        BYTES.decode("utf-8", "replace"),
        BYTES.decode("cp1252", "replace"),
        BYTES.decode("utf-16-le", "replace"),
    ],
)
def test_long_codes_go_whatever_they_are_written_in(code: str) -> None:
    left = cleaned(f"그림: {code} 끝")
    assert len(left) < 120 + len(left.split("characters")) * 16
    assert "characters]" in left
    for size in (40, 60, 80):
        assert code[size : size + 40] not in left


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64,iVBORw0KGgo=",
        "DATA:image/gif,GIF89a",
        "data:;base64,iVBO",
        "data:,x",
        "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>",
        "blob:https://site.example/9a1c",
    ],
)
def test_urls_that_are_their_own_content_go_however_short(url: str) -> None:
    assert cleaned(f"a {url}") == f"a [{len(url)} characters]"


@pytest.mark.parametrize(
    "text",
    [
        "안녕하세요. 게시물 12개, 댓글 345개, 2023-11-05 12:30 작성 – 조회 1,234회",
        "The quick brown fox jumps over the lazy dog, again and again; nothing here is a code.",
        "Ünïcödé frère élève Straße señor, đây là tiếng Việt có dấu, Жизнь прекрасна",
        "https://cdn.example.org/v/t51.2885-15/4567_n.jpg?stp=dst-jpg_e35&_nc_ht=x&oh=00_AfBq9&oe=65",
        "https://ko.wikipedia.org/wiki/"
        + quote("대한민국 헌법 제정 과정과 그 이후의 개정 역사") * 2,
        "\\uc548\\ub155\\ud558\\uc138\\uc694 " * 20,
        "550e8400-e29b-41d4-a716-446655440000",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "한국어는 띄어쓰기를하지않아도꽤길게쓸수있지만끝없이쓰지는않는다 " * 5,
        "日本語の文章には空白がありませんが、句読点があります。これは普通の文です。" * 5,
        "see the data: two of them; metadata:image and more",
    ],
)
def test_what_people_write_stays(text: str) -> None:
    assert cleaned(text) == text


def test_cleaning_twice_changes_nothing_more() -> None:
    once = cleaned(f"a {B64} b {BYTES.hex(' ')} c data:image/png;base64,{B64}")
    assert cleaned(once) == once


@given(st.binary(min_size=400, max_size=2000))
def test_no_run_of_base64_longer_than_the_limit_is_left(data: bytes) -> None:
    code = base64.b64encode(data).decode()
    assert code[:210] not in cleaned(f"x{code}")


def test_a_code_in_many_pieces_goes_as_a_whole() -> None:
    pieces = [B64[at : at + 60] for at in range(0, len(B64), 60)] * (MAX_PARTS // len(B64) + 2)
    for page in (
        "".join(f"<p>{one}</p>" for one in pieces),
        "<br>".join(pieces),
        "".join(f'<i data-piece="{one}">글</i>' for one in pieces),
    ):
        left = document(page)
        assert not [one for one in pieces if len(one) == 60 and one in left]
    few = "".join(f"<p>{one}</p>" for one in pieces[:5])
    assert document(few) == few


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        (180, '<a href="/p/{}">글</a>'),
        (23, "<b>{}</b>"),
        (12, "<b>{}</b>"),
        (60, '<img src="//a.example/x/{}">'),
    ],
)
def test_short_pieces_and_pieces_in_addresses_are_counted_too(size: int, shape: str) -> None:
    code = base64.urlsafe_b64encode(BYTES * 9).decode()
    pieces = [code[at : at + size] for at in range(0, len(code), size)]
    left = document("".join(map(shape.format, pieces)))
    assert sum(one in left for one in pieces) < len(pieces) / 4
    start = shape.partition("{}")[0]
    assert left.count(start) == len(pieces)


def test_numbers_in_lists_and_objects_are_counted_only() -> None:
    assert cleaned_value(list(BYTES), Cleaning()) == f"[{len(''.join(map(str, BYTES)))} characters]"
    assert cleaned_json_text(JSON_KEYED, Cleaning()) == cleaned_json_text(
        json.dumps(list(BYTES)), Cleaning()
    )
    assert cleaned_value({"likes": 3, "views": [1, 2]}, Cleaning()) == {
        "likes": 3,
        "views": [1, 2],
    }
    parts = [B64[at : at + 10] for at in range(0, len(B64), 10)]
    assert "characters]" in str(cleaned_value(parts, Cleaning()))
    assert cleaned_value(["여행", "사진"], Cleaning()) == ["여행", "사진"]


def test_scripts_styles_comments_and_shapes_are_lengths() -> None:
    left = document(
        "<script>let a = 'b'</script><style>p { color: red }</style><!-- x -->"
        f'<svg><path d="M{" 1 2" * 100}"></svg><p style="color: red" onclick="{"x" * 300}">'
        "<iframe srcdoc='<img>'></iframe>"
    )
    assert left == (
        "<script>[11 characters]</script><style>[16 characters]</style><!--[10 characters]-->"
        '<svg><path></svg><p style="[10 characters]" onclick="[300 characters]">'
        '<iframe srcdoc="[5 characters]"></iframe>'
    )


def test_a_table_of_colours_and_a_drawing_of_squares_show_nothing() -> None:
    left = document(
        '<td bgcolor="#010203" style="background:#010203"><font color="#010203">'
        '<svg><rect x="1" fill="#010203"><stop stop-color="#010203"><g fill="#010203">'
    )
    assert "#010203" not in left
    assert "<svg><rect><stop><g " in left


def test_markup_in_texts_and_attributes_stays_text() -> None:
    page = '<p title="&quot;&gt;&lt;img src=data:,x&gt;">&lt;script&gt;1&lt;/script&gt;</p>'
    assert document(page).count("<") == 2
    assert document("<title>a &lt; b</title>") == "<title>a &lt; b</title>"
    told = document('<script type="application/ld+json">{"a": "</script>"}</script>')
    assert told.startswith('<script type="application/ld+json">[')


@pytest.mark.parametrize(
    "value",
    [
        " \tdata:image/png;base64,AAAA",
        "d\na\tt\ra:image/png;base64,AAAA",
        "&#100;ata:image/png;base64,AAAA",
        "&#x64;&#x61;ta&colon;image/png;base64,AAAA",
    ],
)
def test_addresses_are_read_as_a_browser_reads_them(value: str) -> None:
    left = document(f'<img src="{value}">')
    assert "AAAA" not in left


def test_a_document_of_bytes_is_none() -> None:
    assert is_binary(BYTES.decode("utf-8", "replace"))
    assert cleaned_document(BYTES.decode("cp1252", "replace")) is None
    assert cleaned_document("<p>글</p>") is not None


def test_a_null_spoils_the_text_that_it_stands_in_and_no_other() -> None:
    assert document("<p>앞</p><p>x\0y</p><p>뒤</p>") == "<p>앞</p><p>[3 characters]</p><p>뒤</p>"


@pytest.mark.parametrize(
    "hostile",
    ["A" * 15 + " ", "A" * 16 + "!", "\\x", "%4", "&#", "0x", "1,", "data:", "<a ", "[1", "12 "],
)
def test_hostile_text_takes_no_longer_than_other_text(hostile: str) -> None:
    # In quadratic time this would go on for hours.
    assert cleaned_document(hostile * (400_000 // len(hostile))) is not None
