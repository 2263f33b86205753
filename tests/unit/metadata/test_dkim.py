"""A signature is called good only where it was checked with a key that somebody gave, and fits."""

import io
import json
from typing import Any

import pytest

from evidencekit.metadata.chats.writing import write
from tests.tools.dkim_signing import NAME, OTHER, record, signed

FIELDS = [
    ("From", "A <a@example.com>"), ("To", "b@example.org"), ("Subject", "about it"),
    ("Date", "Mon, 9 Feb 2026 09:03:10 +0900"),
]  # fmt: skip
BODY = "Pay by Friday,\nFrom now on or else.\n"


def judged(mail: bytes, keys: dict[str, str] | None = None) -> list[dict[str, Any]]:
    out = io.BytesIO()
    given = {NAME: record()} if keys is None else keys
    write(io.BytesIO(mail), out, {"platform": "mail", "keys": given})
    (piece,) = (json.loads(line) for line in out.getvalue().splitlines())
    assert isinstance(piece, dict)
    return [{**one, "warnings": piece.get("warnings", [])} for one in piece.get("dkim", [])]


def test_a_mail_as_it_was_signed_is_verified_and_says_by_what() -> None:
    (found,) = judged(signed(FIELDS, BODY))
    assert (found["result"], found["by"], found["domain"]) == ("verified", "dkimpy", "example.com")
    assert found["key"] == record()
    assert found["headers"] == "from:to:subject:date"
    assert found["warnings"] == []


def test_lines_that_the_file_ends_otherwise_do_not_matter() -> None:
    assert judged(signed(FIELDS, BODY).replace(b"\r\n", b"\n"))[0]["result"] == "verified"


@pytest.mark.parametrize(
    ("what", "other"),
    [
        (b"Friday", b"Monday"),
        (b"about it", b"about us"),
        (b"A <a@", b"B <b@"),
        (b"09:03:10", b"09:03:11"),
    ],
)
def test_a_changed_mail_fails(what: bytes, other: bytes) -> None:
    assert judged(signed(FIELDS, BODY).replace(what, other))[0]["result"] == "failed"


def test_without_a_key_nothing_is_said_to_be_checked() -> None:
    (found,) = judged(signed(FIELDS, BODY), {})
    assert (found["result"], found["by"]) == ("key-not-at-hand", None)
    assert found["warnings"] == ["dkim-not-checked"]


def test_another_key_does_not_verify() -> None:
    assert judged(signed(FIELDS, BODY, key=OTHER))[0]["result"] == "failed"


def test_an_expired_signature_is_called_that_and_not_verified() -> None:
    assert judged(signed(FIELDS, BODY, more=" x=1000;"))[0]["result"] == "expired"


def test_a_signature_of_the_beginning_of_a_body_says_how_much_it_covers() -> None:
    mail = signed(FIELDS, BODY, covers=15) + b"added later\r\n"
    (found,) = judged(mail)
    assert (found["result"], found["covers"]) == ("verified", "15")


def test_in_a_box_the_mark_before_a_line_with_from_is_no_change() -> None:
    mail = signed(FIELDS, BODY).replace(b"\r\nFrom now", b"\r\n>From now")
    box = b"From a@example.com Mon Feb  9 00:03:10 2026\r\n" + mail
    assert judged(box)[0]["result"] == "verified"


@pytest.mark.parametrize(
    "value", [b"", b"v=1", b"d=;s=", b"\xff\xfe;;;=", b"v=1; d=example.com; s=sel"]
)
def test_a_signature_that_is_none_verifies_nothing(value: bytes) -> None:
    for found in judged(b"DKIM-Signature: " + value + b"\r\nFrom: a@example.com\r\n\r\nx\r\n"):
        assert found["result"] != "verified"
