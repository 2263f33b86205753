"""What HTML and CSS name is found, whatever they look like, and in linear time."""

import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.capture.decoding import decode_body, decode_css, decode_text
from evidencekit.capture.html.markup import tags
from evidencekit.capture.html.requisites import Links, read_css, read_html, srcset_urls
from evidencekit.capture.html.stylesheet import css_references, references_in
from evidencekit.capture.html.thinned import thinned

BASE = "http://h.example/d/page"
HERE = "http://h.example/d/"


def urls(html: str) -> list[str]:
    return [one.url.removeprefix(HERE) for one in read_html(html, BASE).requisites]


def kinds(links: Links) -> dict[str, str]:
    return {one.url.removeprefix(HERE): one.kind for one in links.requisites}


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<img src=a>", ["a"]),
        ("<IMG SRC='a b'>", ["a%20b"]),
        ('<img alt="<img src=x>" src="a">', ["a"]),
        ('<img src=a srcset="b 1x, c 2x,d">', ["a", "b", "c", "d"]),
        ("<picture><source srcset=a><img src=b></picture>", ["a", "b"]),
        ("<video src=a poster=b><source src=c><track src=d></video>", ["a", "b", "c", "d"]),
        ("<audio src=a></audio><embed src=b><object data=c></object>", ["a", "b", "c"]),
        ("<script src=a></script>", ["a"]),
        ("<script>'<img src=a>'</script>", []),
        ("<link rel='stylesheet' href=a><link rel='Shortcut ICON' href=b>", ["a", "b"]),
        ("<link rel=canonical href=a><link rel=apple-touch-icon href=b><a href=c>", []),
        ("<input type=IMAGE src=a><input src=b>", ["a"]),
        ("<iframe src=a></iframe><frame src=b>", ["a", "b"]),
        ("<iframe src=x srcdoc='<img src=a>'></iframe>", ["a"]),
        ("<p style='background: url(a)'>", ["a"]),
        ("<style>@import 'a'; p{background:url(b)}</style>", ["a", "b"]),
        ("<svg><image xlink:href=a /></svg>", ["a"]),
        ("<body background=a><td background=b>", ["a", "b"]),
        ("<noscript><img src=a></noscript>", ["a"]),
        ("<template><img src=a></template><img src=b>", ["b"]),
        ("<!-- <img src=a> --><img src=b>", ["b"]),
        ("<!--><img src=a>", ["a"]),
        ("<textarea><img src=a></textarea><title><img src=b></title>", []),
        ("<img src=a><img src='a#x'>", ["a"]),
        ("<img src=data:,x><img src=#x><img src=''><img src=javascript:x>", []),
        ("<img src='a?x=1&amp;y=2&copy=3'>", ["a?x=1&y=2&copy=3"]),
        ("<img src=a", []),
        ("<img src='a>", []),
        ("<base href=/e/><base href=/f/><img src=a>", ["http://h.example/e/a"]),
    ],
)
def test_what_html_names_is_found(html: str, found: list[str]) -> None:
    assert urls(html) == found


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("p{background:url(a)}", {"a": "file"}),
        ("p{background:URL( 'a' )}", {"a": "file"}),
        ("@import url(a); @import 'b' screen;", {"a": "stylesheet", "b": "stylesheet"}),
        ("@media x{@font-face{src:url(a) format('b')}}", {"a": "file"}),
        ("@namespace url(a); p{mask:url(b)}", {"b": "file"}),
        ("p{background:image-set('a' 1x, url(b) 2x)}", {"a": "file", "b": "file"}),
        ("/* url(a) */ p{content:'url(b)'}", {}),
        ("p{background:u\\72l(a)}", {"a": "file"}),
        ("p{fill:url(#a)}", {}),
        ("p{background:url(a", {"a": "file"}),
    ],
)
def test_what_css_names_is_found(css: str, found: dict[str, str]) -> None:
    assert kinds(read_css(css, BASE)) == found


def test_kinds_say_what_may_name_more() -> None:
    html = "<img src=a><iframe src=b></iframe><link rel=stylesheet href=c><object data=d>"

    assert kinds(read_html(html, BASE)) == {
        "a": "file",
        "b": "frame",
        "c": "stylesheet",
        "d": "frame",
    }


def test_the_title_is_the_first_one_and_decoded() -> None:
    assert read_html("<title>\n A &amp;\n B</title><title>C</title>", BASE).title == "A & B"


def test_a_refresh_is_resolved_and_not_a_requisite() -> None:
    links = read_html("<meta http-equiv=REFRESH content='5;URL=\"next\"'>", BASE)

    assert (links.refresh, links.requisites) == (HERE + "next", ())


@pytest.mark.parametrize(
    "hostile",
    [
        "<!--" * 200_000,
        "<!-" * 200_000,
        "<a " * 200_000,
        "<a b='" * 200_000,
        '<a b="' * 200_001,
        "<a" + " " * 500_000,
        "<a b" + " " * 500_000 + "=",
        "<a b=" + " " * 500_000 + ">",
        "<title>" * 100_000,
        "<style>" + "(" * 200_000,
        "<style>" + "a{" * 100_000,
        "<img srcset='" + "," * 500_000 + "'>",
        "<meta http-equiv=refresh content='" + " " * 500_000 + '""' + "'>",
        "<img src='" + "&" * 500_000 + "'>",
        "<template>" * 100_000,
        "<iframe srcdoc='<iframe srcdoc=" + "x" * 100_000 + ">'>",
        "</" * 300_000,
        "<?" * 300_000,
    ],
    ids=lambda text: text[:20],
)
def test_markup_made_to_be_slow_is_read_to_its_end(hostile: str) -> None:
    read_html(hostile, BASE)  # quadratic time would take hours here


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("<", ">", "'", '"', "=", "/", "!", "--", "<!--", "-->", "&#x110000;", "&", ";"),
                *("<img src=", "<base href=", "<style>", "</style>", "style='", "url(", "@import "),
                *("srcset=", "<iframe srcdoc='", "<meta http-equiv=refresh content=", "http://["),
            ]
        ),
        st.text(max_size=5),
    )
).map("".join)


@given(MARKUP)
def test_reading_html_never_raises(text: str) -> None:
    for one in read_html(text, BASE, encoding="cp949").requisites:
        assert one.url.startswith(("http://", "https://"))
    assert all(tag.name == tag.name.lower() for tag in tags(text))


@given(MARKUP)
def test_reading_css_never_raises(text: str) -> None:
    read_css(text, BASE)


CSS_PIECES = (
    *("url(", "src(", "image-set(", "@import", "@namespace", ".b", "x.png", "a", ":", ";", ","),
    *("{", "}", "(", ")", "[", "]", '"', "'", "/*", "*/", "/", "\\", "\n", " "),
    *('"s"', '"t{u}"', "url(a{b}c)", "{c:d}", ".k{e:f}", "rgba(1,2)", "\\75rl(", "\\a"),
)
CSS = st.lists(st.sampled_from(CSS_PIECES), max_size=14).map("".join)


@given(CSS)
@settings(max_examples=1000)
def test_rules_that_are_left_out_named_nothing(css: str) -> None:
    assert sorted(css_references(css)) == sorted(references_in(css))


def test_rules_that_name_nothing_are_not_read() -> None:
    plain = "@media x{.a > b{color:rgba(0,0,0,.5);content:'\\f101'} p{margin:calc(1px + var(--x))}}"
    assert "color" not in thinned(plain)
    assert "margin" not in thinned(plain)


@given(st.text())
def test_srcset_candidates_hold_no_space(text: str) -> None:
    assert all(url.split() == [url] or not url for url in srcset_urls(text))


@given(st.binary(), st.sampled_from(["", "charset=utf-16", "charset=\xff", "charset=hz", "gzip"]))
def test_decoding_text_never_raises(content: bytes, content_type: str) -> None:
    decode_text(content, content_type)
    decode_css(content, content_type)


@given(st.binary(), st.sampled_from(["gzip", "br", "zstd", "deflate", "gzip,br", "x"]))
def test_decoding_a_body_never_raises_and_keeps_its_limit(content: bytes, coding: str) -> None:
    assert len(decode_body(io.BytesIO(content), coding, limit=100).content) <= 100


@given(st.binary(max_size=300_000))
def test_deflate_is_read_in_both_of_its_meanings(content: bytes) -> None:
    raw = zlib.compressobj(wbits=-15)
    for packed in (zlib.compress(content), raw.compress(content) + raw.flush()):
        decoded = decode_body(io.BytesIO(packed), "deflate", limit=1_000_000)
        assert (decoded.content, decoded.cut) == (content, None)


@pytest.mark.parametrize(
    ("content", "content_type", "text"),
    [
        ("가".encode(), "", "가"),
        ("가".encode("cp949"), "", "가"),
        ("가".encode("cp949"), "text/html; charset=EUC-KR", "가"),
        (b"\xef\xbb\xbf" + "가".encode(), "text/html; charset=EUC-KR", "가"),
        (b"<meta charset='ks_c_5601-1987'>" + "가".encode("cp949"), "", None),
        (b"\xff\xfe" + "가".encode("utf-16le"), "", "가"),
        (b"\xe9\xff\xff", "", "éÿÿ"),
        (b"x", "charset=nonsense", "x"),
    ],
)
def test_the_charset_is_found(content: bytes, content_type: str, text: str | None) -> None:
    found, _codec = decode_text(content, content_type)
    assert found == text if text is not None else found.endswith("가")
