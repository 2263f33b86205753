"""What is captured is a web page under a URL in one form, and on the public internet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.capture.address import MAX_URL_CHARS, absolute, parse_url
from evidencekit.capture.guard.addresses import allow_any, why_private
from evidencekit.errors import BadInput


@pytest.mark.parametrize(
    ("given_text", "url"),
    [
        ("https://example.org", "https://example.org/"),
        ("  HTTP://Example.ORG:80/a?b \n", "http://example.org/a?b"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://한글.example/길 이?질=문", None),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("http://my_blog.example./", "http://my_blog.example./"),
        ("https://e.example/%7ea/%e3", "https://e.example/%7Ea/%E3"),
        ("https://e.example/a/../b/./c", "https://e.example/b/c"),
    ],
)
def test_a_url_has_one_normal_form(given_text: str, url: str | None) -> None:
    expected = url or "https://xn--bj0bj06e.example/%EA%B8%B8%20%EC%9D%B4?%EC%A7%88=%EB%AC%B8"
    assert parse_url(given_text).url == expected


def test_the_fragment_is_kept_apart() -> None:
    address = parse_url("https://example.org/a#b c")

    assert (address.url, address.fragment) == ("https://example.org/a", "b c")
    assert (address.host, address.port) == ("example.org", 443)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "https://user:secret@example.org/",
        "https://user@example.org/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://example.org:x/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://a b.example/",
        "http://-a.example/",
        "http://a..example/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 150 + "example/",
        "http://%31.example/",
        "http://example.org/\r\nX: y",
        "http://example.org/\x00",
        "http://e\u2024example/\x7f",
        "https://e.example/" + "a" * MAX_URL_CHARS,
    ],
)
def test_what_cannot_be_captured_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        parse_url(text)


def test_the_commonest_mistake_has_a_hint() -> None:
    with pytest.raises(BadInput) as caught:
        parse_url("example.org/page")

    assert "https://" in (caught.value.hint or "")


def test_a_password_is_not_repeated_in_the_message() -> None:
    with pytest.raises(BadInput) as caught:
        parse_url("https://user:secret@example.org/")

    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("b", "http://h.example/a/b"),
        (" /b\n", "http://h.example/b"),
        ("//o.example/b", "http://o.example/b"),
        ("\\b\\c", "http://h.example/b/c"),
        ("?q", "http://h.example/a/x?q"),
        ("b#c", "http://h.example/a/b"),
        ("../../..", "http://h.example/"),
        ("", "http://h.example/a/x"),
        ("data:text/html,x", None),
        ("javascript:void(0)", None),
        ("mailto:a@b", None),
        ("http://u:p@h.example/", None),
        ("http://[bad/", None),
        ("http://x\u2100y/", None),
        ("\x01", None),
    ],
)
def test_a_reference_is_read_as_browsers_do(reference: str, url: str | None) -> None:
    assert absolute("http://h.example/a/x", reference) == url


def test_a_query_is_encoded_in_the_charset_of_its_page() -> None:
    found = absolute("http://h.example/", "/가?가", encoding="cp949")

    assert found == "http://h.example/%EA%B0%80?%B0%A1"


@given(st.text(), st.text())
def test_a_reference_never_raises_and_is_printable(base: str, reference: str) -> None:
    for found in (absolute("http://h.example/" + base, reference), absolute(base, reference)):
        assert found is None or (found.isascii() and found.isprintable() and " " not in found)


@given(st.text())
def test_the_normal_form_is_its_own_normal_form(path: str) -> None:
    once = absolute("http://h.example/", "/" + path)
    if once is not None:
        assert absolute("http://other.example/", once) == once
        assert parse_url(once).url == once


@pytest.mark.parametrize(
    ("ip", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("10.1.2.3", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("100.64.0.1", "shared"),
        ("169.254.1.1", "link-local"),
        ("169.254.169.254", "metadata"),
        ("168.63.129.16", "metadata"),
        ("100.100.100.200", "metadata"),
        ("0.0.0.0", "unspecified"),  # noqa: S104 (judged, not bound)
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("198.19.0.1", "benchmark"),
        ("192.0.2.1", "documentation"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fd12::1", "private"),
        ("fd00:ec2::254", "metadata"),
        ("ff02::1", "multicast"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "metadata"),
        ("::10.0.0.1", "private"),
        ("64:ff9b::a00:1", "private"),
        ("64:ff9b:1::1", "private"),
        ("2002:7f00:1::", "loopback"),
        ("2001::1", "reserved"),
        ("2001:db8::1", "documentation"),
        ("4000::1", "reserved"),
        ("not an address", "unreadable"),
    ],
)
def test_addresses_that_are_not_public_are_refused(ip: str, why: str) -> None:
    assert why_private(ip) == why
    assert allow_any(ip) is None


@pytest.mark.parametrize(
    "ip",
    [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::",
    ],
)
def test_public_addresses_pass(ip: str) -> None:
    assert why_private(ip) is None
