"""What is taken for a credential, where it stands, and what is not taken for one."""

import base64
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.capture.credentials.answers import in_answer
from evidencekit.capture.credentials.everywhere import spellings
from evidencekit.capture.credentials.found import Found, found, mark, outermost
from evidencekit.capture.credentials.heads import in_head
from evidencekit.capture.credentials.names import looks_random, secrecy_of
from evidencekit.capture.credentials.parts import parts_of
from evidencekit.capture.credentials.posted import in_message, in_posted
from evidencekit.capture.credentials.unfolded import form_value, json_string
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


def of_answer(body: bytes) -> list[tuple[str, str, bytes]]:
    return values(body, list(in_answer(body, 0, len(body))))


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
    finds = of_body(body, b'multipart/form-data; boundary="B"')
    assert finds == [("posted-password", "password", b"p w\r\nx")]


PW = "hunter2한&"
PARTS = (
    '--B\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"a":{"password":"hunter2"}}\r\n'
    '--B\r\nContent-Disposition: form-data; name="j"; filename="blob"\r\n'
    'Content-Type: application/json\r\n\r\n{"a":[{"password":"hunter2"}]}\r\n--B--\r\n'
)
BATCH = (
    "--B\r\nContent-Type: application/http\r\n\r\nPOST /x HTTP/1.1\r\n"
    'Authorization: Bearer hunter2\r\n\r\n{"password":"hunter2"}\r\n--B--'
)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"a": {"b": [{"user": "kim"}, {"password": PW}]}}), "application/json"),
        (json.dumps({"a": json.dumps({"b": json.dumps({"password": PW})})}), "application/json"),
        (json.dumps({"password": {"value": PW, "salted": False}}), "application/json"),
        (json.dumps({"passwords": [PW, [PW]], "tokens": 5}), "application/json"),
        (json.dumps([{"value": PW, "name": "password"}, {"name": "a"}]), "application/json"),
        (json.dumps({"body": "user=kim&password=" + quote(PW)}), "application/json"),
        (json.dumps({"html": f'<input name="password" value="{PW}">'}), "application/json"),
        (
            json.dumps({"query": "mutation($p: X) { in(p: $p) }", "variables": {"password": PW}}),
            "application/json",
        ),
        (json.dumps({"query": 'mutation { in(password: "PW_HERE") }'}), "application/json"),
        ('mutation { in(user: "kim", password: "PW_HERE") }', "application/graphql"),
        ('{"a":"{\\u0022password\\u0022:\\u0022PW_HERE\\u0022}"}', "application/json"),
        ('{"a":1}\n{"password":"PW_HERE"}\n', "text/plain"),
        ('{"a":[1,{"password":"PW_HERE', "application/json"),
        ('42["in",{"password":"PW_HERE"}]', "text/plain"),
        (urlencode({"user[password]": PW}), FORM.decode()),
        (urlencode({"data.password": PW}), FORM.decode()),
        (urlencode({"payload": json.dumps({"x": [{"password": PW}]})}), FORM.decode()),
        (urlencode({"d": urlencode({"password": PW})}), FORM.decode()),
        (
            urlencode({"d": base64.b64encode(json.dumps({"password": PW}).encode())}),
            FORM.decode(),
        ),
        (f"<Envelope><wsse:Password Type='t'>{PW}</wsse:Password></Envelope>", "text/xml"),
        (f'<in><who name="kim" password="{PW}"/></in>', "application/xml"),
        (f"<member><name>password</name><value><string>{PW}</string></value></member>", "text/xml"),
        (PARTS, "multipart/form-data; boundary=B"),
        (BATCH, "multipart/mixed; boundary=B"),
    ],
)
def test_a_password_is_found_however_deep_it_lies(body: str, content_type: str) -> None:
    body = body.replace("PW_HERE", PW)
    data = bytearray(body.encode())
    for one in outermost(in_posted(bytes(data), 0, len(data), content_type=content_type.encode())):
        data[one.start : one.end] = mark(bytes(data[one.start : one.end]))
    left = data.decode()
    assert len(data) == len(body.encode())
    assert "hunter2" not in left
    assert "aHVudGVyM" not in left  # the same in base64
    assert "kim" not in body or "kim" in left
    assert '"tokens": 5' not in body or '"tokens": 5' in left
    if body.startswith(("{", "[")) and body.endswith("}"):
        json.loads(left.splitlines()[0])  # what was well-formed still is


@given(st.lists(st.sampled_from([b"ab", b"\\u00e9", b"\\\\", b'\\"', b"%41", b"+", b"x", b"\\n"])))
def test_what_is_found_without_escapes_is_covered_where_it_stands(parts: list[bytes]) -> None:
    text = b"(" + b"".join(parts) + b")"
    for unfold in (json_string, form_value):
        inside = unfold(text, 1, len(text) - 1)
        for start in range(len(inside.data)):
            for end in range(start + 1, len(inside.data) + 1):
                (there,) = inside.back(found("repeated", b"", start, end))
                assert 1 <= there.start < there.end <= len(text) - 1
                again = unfold(text, there.start, there.end).data
                assert inside.data[start:end] in again
                assert len(again) <= end - start + 2  # half a letter is covered whole


def test_what_comes_over_a_socket_is_searched_like_a_form_and_like_lines() -> None:
    frame = b"CONNECT\nlogin:kim\npasscode:hunter2\nAuthorization:Bearer abc\n\n\x00"
    found = values(frame, list(in_message(frame, 0, len(frame))))
    assert [value for _kind, _field, value in found] == [b"hunter2", b"Bearer abc"]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"access_token":"%s","expires_in":3600}' % RANDOM, RANDOM),
        (b'{"data":{"refreshToken" : "%s"}}' % RANDOM, RANDOM),
        (b'{"token":"%s"}' % RANDOM, RANDOM),
        (b'{"anything":"%s"}' % JWT, JWT),
        (b'<script>window.s="{\\"sessionToken\\":\\"%s\\"}"</script>' % RANDOM, RANDOM),
        (b"<script>document.cookie = 'sid=%s; path=/'</script>" % RANDOM, RANDOM),
        (b'<form><input type=hidden name="SAMLResponse" value="%s"></form>' % RANDOM, RANDOM),
        (b"oauth_token=%s&oauth_token_secret=%s" % (RANDOM, RANDOM), RANDOM),
        (b"<?xml version='1.0'?><r><AccessToken>%s</AccessToken></r>" % RANDOM, RANDOM),
        (b'{"temporaryPassword":"Hunter2two"}', b"Hunter2two"),
    ],
)
def test_what_the_answer_to_a_log_in_gives_out_is_found(body: bytes, value: bytes) -> None:
    assert value in [found for _kind, _field, found in of_answer(body)]


@pytest.mark.parametrize(
    "body",
    [
        b'{"nextPageToken":"%s","continuation":{"token_type":"Bearer"}}' % RANDOM,
        b'<input type="hidden" name="csrf_token" value="%s">' % RANDOM,
        b'<meta name="csrf-token" content="%s">' % RANDOM,
        b'{"password":"Kennwort","passwordResetPath":"/accounts/reset-v2"}',
        b'{"token":"short","colorToken":"primary","tokens":12345678901234567890}',
        b'<label for="password">password</label><input name="password" type="password" value="">',
        b"<p>document.cookie = 'lang=ko'</p>",
    ],
)
def test_what_a_page_shows_to_everybody_is_not_taken_for_a_credential(body: bytes) -> None:
    assert of_answer(body) == []


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'Authentication-Info: rspauth="ab", qop=auth', b'rspauth="ab", qop=auth'),
        (b"Sec-WebSocket-Protocol: chat.v2, bearer." + RANDOM, b"bearer." + RANDOM),
        (b"Referer: https://kim:pw@example.org/a", b"kim:pw"),
        (b"Location: https://e.org/cb#access_token=abc&state=x", b"abc"),
        (b"Link: </a.js?token=abc>; rel=preload", b"abc"),
        (b'X-WSSE: UsernameToken PasswordDigest="x"', b'UsernameToken PasswordDigest="x"'),
    ],
)
def test_fields_that_few_know_hold_credentials_too(line: bytes, value: bytes) -> None:
    assert [found for _kind, _field, found in of_head(line)] == [value]


def test_the_password_in_a_basic_header_is_looked_for_in_clear() -> None:
    header = base64.b64encode(b"kim:hunter2two")
    assert b"hunter2two" in parts_of("authorization", header)
    assert b"hunter2two" in parts_of("url-userinfo", b"kim:hunter2%74wo")
    assert not any(part == b"kim" for part in parts_of("authorization", header))
    assert parts_of("posted-password", b"1234") == frozenset()


@pytest.mark.parametrize(
    "written",
    [b"aB3+/=xYz9~kLm8", b"aB3%2B%2F%3DxYz9~kLm8", b"aB3%2b%2f%3dxYz9~kLm8",
     rb"aB3+\/=xYz9~kLm8", rb"aB3\u002b/\u003dxYz9~kLm8", b"aB3&#43;&#47;&#61;xYz9~kLm8",
     b"aB3&#x2B;&#x2F;&#x3D;xYz9~kLm8", b"aB3%252B%252F%253DxYz9~kLm8"],
)  # fmt: skip
def test_a_value_is_looked_for_as_other_formats_spell_it(written: bytes) -> None:
    assert written in spellings([b"aB3+/=xYz9~kLm8"])


@pytest.mark.parametrize(
    "name", [b"keyword", b"passenger", b"tokenType", b"author", "암호화폐".encode()]
)
def test_names_that_only_look_like_secrets_are_none(name: bytes) -> None:
    assert secrecy_of(name, place="posted") is None


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
