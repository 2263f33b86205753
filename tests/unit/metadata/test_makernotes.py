"""Device numbers and names in MakerNote are read, and nothing that may be something else."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.metadata.exif.makernotes import add_canon_note, add_maker_note
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.xmp import add_xmp
from tests.tools import media

MAKER_NOTE = 0x927C


def directory(texts: dict[int, bytes], *, order: str, first_value: int) -> bytes:
    """Texts in a directory, their values behind it; it says that they begin at ``first_value``."""
    entries, values = b"", b""
    for tag, text in texts.items():
        entries += struct.pack(f"{order}HHII", tag, 2, len(text), first_value + len(values))
        values += text
    return struct.pack(f"{order}H", len(texts)) + entries + bytes(4) + values


def read(block: bytes) -> FactList:
    facts = FactList()
    add_maker_note(facts, block, source="here")
    return facts


def with_note(make: str, note: bytes, *, order: str = "<") -> bytes:
    return media.exif({media.MAKE: make}, photo={MAKER_NOTE: note}, order=order)


def facts_of(block: bytes) -> dict[str, str]:
    return {fact.tag: fact.readable for fact in read(block).facts if fact.group == "MakerNote"}


def placed(
    make: str, head: bytes, texts: dict[int, bytes], *, order: str = "<"
) -> tuple[int, bytes]:
    """A note whose offsets count from the start of the block, where it is and how it must read."""
    blank = head + directory(texts, order="<", first_value=0)
    at = with_note(make, blank, order=order).index(blank)
    first_value = at + len(head) + 2 + 12 * len(texts) + 4
    return at, head + directory(texts, order="<", first_value=first_value)


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_iphone_names_its_picture_and_the_film_that_belongs_to_it(order: str) -> None:
    texts = {0x11: b"5E0B1F3A-0001-4A6C\0", 0x15: b"IMAGE-UNIQUE-0001\0"}
    inside = directory(texts, order=">", first_value=14 + 2 + 12 * 2 + 4)
    note = b"Apple iOS\0\0\1MM" + inside

    assert facts_of(with_note("Apple", note, order=order)) == {
        "ContentIdentifier": "5E0B1F3A-0001-4A6C",
        "ImageUniqueID": "IMAGE-UNIQUE-0001",
    }


CANON = {0x09: b"Owner Sample 0001\0", 0x96: b"ZA0000001\0"}


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_owner_and_a_camera_are_named(order: str) -> None:
    _at, note = placed("Canon", b"", CANON, order=order)

    found = facts_of(with_note("Canon", note, order=order))

    assert found == {"OwnerName": "Owner Sample 0001", "InternalSerialNumber": "ZA0000001"}


@pytest.mark.parametrize("moved_by", [-30, 500, 70_000])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_note_that_says_where_it_was_written_is_read_where_it_is(
    order: str, moved_by: int
) -> None:
    blank = directory(CANON, order="<", first_value=0) + b"II*\0" + bytes(4)
    written_at = with_note("Canon", blank, order=order).index(blank) + moved_by
    texts = directory(CANON, order="<", first_value=written_at + 2 + 12 * len(CANON) + 4)
    note = texts + b"II*\0" + struct.pack("<I", written_at)

    found = facts_of(with_note("Canon", note, order=order))

    assert found == {"OwnerName": "Owner Sample 0001", "InternalSerialNumber": "ZA0000001"}


@pytest.mark.parametrize("moved_by", [-24, -6, 2, 500, 70_000])
def test_of_a_note_that_was_moved_nothing_is_guessed(moved_by: int) -> None:
    at, _note = placed("Canon", b"", CANON)
    first_value = at + 2 + 12 * len(CANON) + 4 + moved_by
    note = directory(CANON, order="<", first_value=first_value)
    facts = read(with_note("Canon", note))

    assert facts.facts == []
    assert any("it was moved" in problem for problem in facts.problems)


def test_the_name_of_a_child_is_read() -> None:
    texts = {0x66: b"SAMPLE CHILD\0"}
    _at, note = placed("Panasonic", b"Panasonic\0\0\0", texts)

    assert facts_of(with_note("Panasonic", note)) == {"BabyName": "SAMPLE CHILD"}


def test_the_serial_number_lies_in_a_directory_of_its_own() -> None:
    inner = directory({0x0101: b"SERIAL-0001\0"}, order="<", first_value=12 + 18 + 18)
    outer = struct.pack("<HHHIII", 1, 0x2010, 4, 1, 12 + 18, 0)
    note = b"OLYMPUS\0II\3\0" + outer + inner

    assert facts_of(with_note("OLYMPUS CORPORATION", note)) == {"SerialNumber": "SERIAL-0001"}


@given(st.binary(max_size=200), st.sampled_from(["Canon", "Apple", "SAMSUNG", "x"]))
def test_no_note_breaks_the_reader(note: bytes, make: str) -> None:
    for head in (b"", b"Apple iOS\0\0\1MM", b"OLYMPUS\0II\3\0", b"Panasonic\0\0\0", b"\x01\xf1"):
        read(with_note(make, head + note))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_note_with_a_block_of_its_own_is_read_in_the_order_of_that(order: str) -> None:
    head = b"Nikon\0\x02\x10\0\0" + (b"II*\0\x08\0\0\0" if order == "<" else b"MM\0*\0\0\0\x08")
    inside = directory({0x1D: b"SERIAL-0001\0"}, order=order, first_value=8 + 2 + 12 + 4)
    assert facts_of(with_note("NIKON CORPORATION", head + inside)) == {
        "SerialNumber": "SERIAL-0001"
    }


@pytest.mark.parametrize("head", [b"SIGMA\0\0\0\1\0", b"FOVEON\0\0\1\0"])
def test_a_serial_number_that_counts_from_the_whole_block_is_read(head: bytes) -> None:
    _at, note = placed("SIGMA", head, {0x0002: b"SERIAL-0001\0"})
    assert facts_of(with_note("SIGMA", note)) == {"SerialNumber": "SERIAL-0001"}


def test_a_raw_picture_of_canon_names_its_camera() -> None:
    facts = FactList()
    inside = directory({0x96: b"ZA0000001\0"}, order="<", first_value=8 + 2 + 12 + 4)
    add_canon_note(facts, b"II*\0\x08\0\0\0" + inside, source="CMT3")
    assert [fact.readable for fact in facts.facts] == ["ZA0000001"]


@pytest.mark.parametrize(
    ("value", "degrees"),
    [("37,33,57N", "37.5658333"), ("37,33.948N", "37.5658000"), ("33,51.408S", "-33.8568000")],
)
def test_a_latitude_in_xmp_is_a_place(value: str, degrees: str) -> None:
    facts = FactList()
    add_xmp(facts, f"<a exif:GPSLatitude='{value}'/>".encode(), source="XMP")
    assert [fact.readable for fact in facts.facts if fact.group == "GPS"] == [degrees]


@pytest.mark.parametrize("value", ["91,0.0N", "37", "37,33.948", "N37,1.0", "1,2,3,4N"])
def test_what_is_no_latitude_in_xmp_is_no_place(value: str) -> None:
    facts = FactList()
    add_xmp(facts, f"<a exif:GPSLatitude='{value}'/>".encode(), source="XMP")
    assert not [fact for fact in facts.facts if fact.group == "GPS"]
