"""HWP 5, old Office files and messages: who and when is on record, and what is locked is said."""

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.ole.read import read
from evidencekit.metadata.record import record
from evidencekit.metadata.summary import summary
from evidencekit.sandbox.runner import Worker
from tests.tools import ole

LOCKED = "document: locked with a password"


def _read(data: bytes) -> FactList:
    facts = FactList()
    read(facts, io.BytesIO(data))
    return facts


def _values(facts: FactList) -> set[tuple[str, str, str]]:
    return {(one.group, one.tag, one.readable) for one in facts.facts}


def test_a_document_of_hwp_says_who_wrote_it_when() -> None:
    data = ole.hwp()
    assert identify(data, size=len(data)).media_type == "application/x-hwp"
    with Worker() as worker:
        found = record(io.BytesIO(data), media_type="application/x-hwp", worker=worker)
    assert found.problems == ()
    assert {
        ("OLE", "Author", f"작성자 {ole.MARK}"), ("OLE", "LastAuthor", f"고친 사람 {ole.MARK}"),
        ("OLE", "Title", f"제목 {ole.MARK}"), ("OLE", "Date", "2024년 5월 12일"),
        ("OLE", "CreateDate", "2024-05-12 15:06:40Z"), ("HWP", "Version", "5.0.3.4"),
        ("OLE times", "Modified", "2024-05-12 15:06:40Z"), ("Image", "Make", f"Maker {ole.MARK}"),
        ("structure", "Thumbnail", "PrvImage"),
    } <= {(one.group, one.tag, one.readable) for one in found.facts}  # fmt: skip
    assert summary(found.facts).when == "2024-05-12 15:06:40Z"


def test_names_in_the_korean_code_page_are_read() -> None:
    data = ole.word()
    assert identify(data, size=len(data)).media_type == "application/msword"
    assert {
        ("OLE", "Author", f"김상담 {ole.MARK}"), ("OLE", "Company", f"Company {ole.MARK}"),
        ("OLE", "Application", f"Microsoft Word {ole.MARK}"), ("structure", "Macros", "Macros/VBA"),
    } <= _values(_read(data))  # fmt: skip


def test_properties_of_ones_own_and_links_are_read() -> None:
    names = struct.pack("<I", 2) + b"".join(
        struct.pack("<II", number, len(name)) + name
        for number, name in ((2, b"Case\0\0\0\0"), (3, b"_PID_HLINKS\0"))
    )
    link = "https://example.org/7f3a91".encode("utf-16-le")
    bodies = (names, struct.pack("<Ihh", 2, 949, 0),
              struct.pack("<II", 30, 8) + "김상담\0".encode("cp949") + b"\0",
              struct.pack("<II", 65, len(link)) + link)  # fmt: skip
    table, at = b"", 8 + 8 * len(bodies)
    for number, body in enumerate(bodies):
        table, at = table + struct.pack("<II", number, at), at + len(body)
    first = ole.properties({1: 949, 15: b"Company"})
    start = len(first) + 20
    second = struct.pack("<II", at, len(bodies)) + table + b"".join(bodies)
    head = struct.pack("<HHI16xI16xI16xI", 0xFFFE, 0, 2, 2, 68, start)
    data = ole.container({ole.DOCUMENT_SUMMARY: head + first[48:] + second})
    assert start == len(head + first[48:])
    assert {
        ("OLE", "Company", "Company"), ("OLE custom", "Case", "김상담"),
        ("OLE custom", "_PID_HLINKS", "https://example.org/7f3a91"),
    } <= _values(_read(data))  # fmt: skip


def test_a_message_says_who_sent_it_to_whom() -> None:
    said = {"0C1F": "kim@example.org", "0E04": "센터", "007D": "Received: from a", "0037": "제목"}
    data = ole.container(
        {f"__substg1.0_{number}001F": text.encode("utf-16-le") for number, text in said.items()}
    )
    assert {
        ("Message", "SenderAddress", "kim@example.org"), ("Message", "To", "센터"),
        ("Message", "Headers", "Received: from a"), ("Message", "Subject", "제목"),
    } <= _values(_read(data))  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        ole.hwp(flags=2), ole.word(is_locked=True), ole.container({"EncryptedPackage": b"x"}),
        ole.container({"Workbook": bytes.fromhex("09080400000605002f000200ffff")}),
        ole.container({"PowerPoint Document": b"x", "EncryptedSummary": b"x"}),
    ],
)  # fmt: skip
def test_what_is_under_a_password_is_named_as_locked(data: bytes) -> None:
    assert LOCKED in _read(data).problems


@pytest.mark.parametrize("data", [ole.hwp(), ole.word(), ole.container({"Workbook": b"\x09\x08"})])
def test_what_is_open_is_not_named_as_locked(data: bytes) -> None:
    assert _read(data).problems == []


def test_packed_pictures_are_unpacked_and_never_endlessly() -> None:
    facts = _read(ole.hwp(flags=1))  # says packed, and is not
    assert any(one.startswith("BinData/BIN0001.jpg: cannot be read") for one in facts.problems)
    assert ("OLE", "Author", f"작성자 {ole.MARK}") in _values(facts)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damage_is_said_and_ends_nothing(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([ole.hwp(), ole.word()]))
    broken = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _number in range(data.draw(st.integers(0, 8))):
        if broken:
            at = data.draw(st.integers(0, min(len(broken), 4096) - 1))
            broken[at] = data.draw(st.integers(0, 255))
    _read(bytes(broken))
