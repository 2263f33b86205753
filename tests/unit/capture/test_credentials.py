"""What is taken for a credential, where it stands, and what is not taken for one."""

import base64

import pytest

from evidencekit.capture.credentials.found import Found, mark, outermost
from evidencekit.capture.credentials.heads import in_head
from evidencekit.capture.credentials.names import looks_random, secrecy_of
from evidencekit.capture.credentials.posted import in_posted
from evidencekit.capture.credentials.urls import in_addresses

JWT = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiIsImlhdCI6MX0.c2lnbmF0dXJl"
RANDOM = b"q8Zk2Lw9Xv4TbN7rYh3e"
CP949_FIELD = "비밀번호".encode("cp949").decode("utf-8", "replace")
FORM = b"application/x-www-form-urlencoded"


def values(data: bytes, finds: list[Found]) -> list[tuple[str, str, bytes]]:
    listed = outermost(finds)
    return [(one.kind, one.field, data[one.start : one.end]) for one in listed]


def of_head(*lines: bytes) -> list[tuple[str, str, bytes]]:
    head = b"\r\n".join([b"GET / HTTP/1.1", *lines, b"", b""])
    return values(head, list(in_head(head, 0, len(head))))


def of_address(address: bytes) -> list[tuple[str, bytes]]:
    found = values(address, list(in_addresses(address, 0, len(address))))
    return [(kind, value) for kind, _field, value in found]


def of_body(body: bytes, content_type: bytes) -> list[tuple[str, str, bytes]]:
    finds = in_posted(body, 0, len(body), content_type=content_type)
    return values(body, list(finds))


def test_each_cookie_of_a_request_is_found_by_its_name() -> None:
    assert of_head(b"Cookie: sid=abc; lang=ko;theme = dark ; lone") == [
        ("cookie", "sid", b"abc"),
        ("cookie", "lang", b"ko"),
        ("cookie", "theme", b"dark"),
        ("cookie", "", b"lone"),
    ]


def test_of_a_set_cookie_only_the_value_is_found_and_its_attributes_stay() -> None:
    line = b"Set-Cookie: sid=a=b; Path=/; Expires=Wed, 09 Jun 2027 10:18:14 GMT; HttpOnly"
    assert of_head(line) == [("set-cookie", "sid", b"a=b")]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"Authorization: Bearer abc.def", b"abc.def"),
        (b"authorization:Basic  dXNlcjpwdw==  ", b"dXNlcjpwdw=="),
        (b'Proxy-Authorization: Digest username="u", response="r"', b'username="u", response="r"'),
        (b"Authorization: justatoken", b"justatoken"),
    ],
)
def test_credentials_are_found_without_their_scheme(line: bytes, value: bytes) -> None:
    assert [one[2] for one in of_head(line)] == [value]


@pytest.mark.parametrize(
    "name",
    [b"X-Api-Key", b"X-Auth-Token", b"X-CSRF-Token", b"X-XSRF-TOKEN", b"apikey", b"X-Session-Id"],
)
def test_headers_named_like_secrets_are_found_whole(name: bytes) -> None:
    assert of_head(name + b": v") == [("header-token", name.lower().decode(), b"v")]


@pytest.mark.parametrize(
    "line",
    [
        b'WWW-Authenticate: Digest realm="r", nonce="0123456789abcdef0123"',
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        b"Access-Control-Allow-Headers: Authorization, X-Auth-Token",
        b"Content-Type: text/html; charset=utf-8",
        b"Cache-Control: no-cache; key=1",
        b"Cookie:",
        b"Cookie: ;;",
        b"Cookie: a=",
        b"Set-Cookie: ",
        b"Authorization:",
    ],
)
def test_what_is_public_or_empty_is_no_credential(line: bytes) -> None:
    assert of_head(line) == []


def test_a_folded_header_is_read_as_one_line() -> None:
    assert of_head(b"Cookie: a=1;\r\n b=2\r\n\tc", b"X: y") == [
        ("cookie", "a", b"1"),
        ("cookie", "b", b"2\r\n\tc"),
    ]


def test_location_and_referer_repeat_the_token_of_an_address() -> None:
    found = of_head(
        b"Location: https://example.org/?token=abc&x=1", b"Referer: https://example.org/?token=abc"
    )
    assert [value for _kind, _field, value in found] == [b"abc", b"abc"]


@pytest.mark.parametrize(
    ("address", "value"),
    [
        (b"/p?a=1&access_token=abc&b=2", b"abc"),
        (b"/p?token=%41%42#top", b"%41%42"),
        (b"/p;jsessionid=0A1B?x=1", b"0A1B"),
        (b"/p?user%5Bpassword%5D=pw", b"pw"),
        (b"/p#access_token=abc", b"abc"),
        (b"/p?X-Amz-Signature=ab&y=1", b"ab"),
        (b"/p?code=" + RANDOM, RANDOM),
        (b"/p?next=https%3A%2F%2Fe.org%2F%3Ftoken%3Dabc%26y%3D1&z=1", b"abc"),
        (b"/p?next=%253Ftoken%253Dabc%2526y%253D1", b"abc"),
        (b"/p?anything=" + JWT, JWT),
        (b"/login/" + JWT, JWT),
        (b"https://user:pw@example.org/", b"user:pw"),
        (b"/p?%EB%B9%84%EB%B0%80%EB%B2%88%ED%98%B8=pw", b"pw"),
    ],
)
def test_tokens_in_addresses_are_found(address: bytes, value: bytes) -> None:
    assert value in [found for _kind, found in of_address(address)]


@pytest.mark.parametrize(
    "address",
    [
        b"/bbs/view.php?code=free&no=12&sid=101&key=subject",
        b"/p?token=&x=1",
        b"/p?token_type=bearer",
        b"/p?tokens=5&monkey=1&author=kim&keyword=pw",
        b"mailto:a@example.org",
        b"https://example.org/@user",
    ],
)
def test_words_of_boards_and_shops_are_no_tokens(address: bytes) -> None:
    assert of_address(address) == []


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"user=kim&password=p%40ss&x=1", FORM, ("posted-password", "password", b"p%40ss")),
        (b"mb_id=kim&mb_password=pw", FORM, ("posted-password", "mb_password", b"pw")),
        (b"pin=1234", FORM, ("posted-password", "pin", b"1234")),
        ("비밀번호=pw".encode("cp949"), FORM, ("posted-password", CP949_FIELD, b"pw")),
        (b"csrf_token=abc", FORM, ("posted-token", "csrf_token", b"abc")),
        (
            b'{"user":"kim","password":"a\\"b"}',
            b"application/json",
            ("posted-password", "password", b'a\\"b'),
        ),
        (b' {"passwd" : "x"}', b"text/plain;charset=UTF-8", ("posted-password", "passwd", b"x")),
        (b'{"pin":1234}', b"application/json", ("posted-password", "pin", b"1234")),
        (
            b'{"\\ube44\\ubc00\\ubc88\\ud638":"x"}',
            b"application/json",
            ("posted-password", "비밀번호", b"x"),
        ),
        (
            b'{"a":"{\\"accessToken\\":\\"xyz\\"}"}',
            b"application/json",
            ("posted-token", "accessToken", b"xyz"),
        ),
    ],
)
def test_posted_secrets_are_found_by_the_names_of_their_fields(
    body: bytes, content_type: bytes, expected: tuple[str, str, bytes]
) -> None:
    assert of_body(body, content_type) == [expected]


def test_a_part_of_a_multipart_form_is_found_and_a_file_is_not() -> None:
    body = (
        b'--B\r\nContent-Disposition: form-data; name="password"\r\n\r\np w\r\nx\r\n'
        b'--B\r\nContent-Disposition: form-data; name="secret"; filename="a.jpg"\r\n\r\njpg\r\n'
        b'--B\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--B--\r\n'
    )
    found = of_body(body, b'multipart/form-data; boundary="B"')
    assert found == [("posted-password", "password", b"p w\r\nx")]


@pytest.mark.parametrize(
    "name", [b"keyword", b"passenger", b"tokenType", b"author", "암호화폐".encode()]
)
def test_names_that_only_look_like_secrets_are_none(name: bytes) -> None:
    assert secrecy_of(name, is_posted=True) is None


def test_a_mark_has_the_length_of_the_value_and_keeps_its_lines() -> None:
    assert mark(b"secret") == b"XXXXXX"
    assert mark("비밀".encode()) == b"XXXXXX"
    assert mark(b"a b\r\n c\r\n\td\re") == b"XXX\r\n X\r\n\tXXX"
    assert mark(mark(b"a\r\n b")) == mark(b"a\r\n b")


def test_only_what_a_machine_drew_looks_random() -> None:
    assert looks_random(RANDOM)
    assert looks_random(base64.b64encode(bytes(range(12, 36))))
    assert not looks_random(b"ko-KR")
    assert not looks_random(b"aaaaaaaaaaaaaaa1")
    assert not looks_random(b"https://www.example.org/a1")
    assert not looks_random(b"https%3A%2F%2Fwww.example.org%2Fa1")


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 2**23,
        b'"' * 2**21,
        b'{"a' + b"\\" * 2**21,
        b"{" + b'\\"password\\":\\"' * 2**17,
        b"&" * 2**21,
        b"?a" * 2**20,
    ],
)
def test_a_hostile_upload_of_megabytes_is_read_to_its_end(body: bytes) -> None:
    of_body(body, FORM)
    of_body(body, b"application/json")


@pytest.mark.parametrize(
    "head",
    [
        b"Cookie: a=" + b"x" * 2**20,
        b"Cookie: " + b"a=b; " * 200_000,
        b"X: ?" + b"%" * 2**20,
        b"X: " + b"?a" * 2**19,
        b"X: ://" + b"u" * 2**20,
        b"X: " + b"eyJ" * 2**18,
        b"X: " + b"?next=%3Ftoken%3D" * 2**15,
        b"Cookie: a" + b"\r\n " * 2**18,
    ],
)
def test_a_hostile_head_of_a_megabyte_is_read_to_its_end(head: bytes) -> None:
    of_head(head, b"Cookie: last=found")
    assert of_head(head, b"Cookie: last=found")[-1] == ("cookie", "last", b"found")
