"""Device numbers and names in MakerNote are read, wherever software has moved it to."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.metadata.exif.makernotes import add_maker_note
from evidencekit.metadata.facts import FactList
from tests.tools import media

MAKER_NOTE = 0x927C


def directory(texts: dict[int, bytes], *, order: str, first_value: int) -> bytes:
    """Texts in a directory, their values behind it; it says that they begin at ``first_value``."""
    entries, values = b"", b""
    for tag, text in texts.items():
        entries += struct.pack(f"{order}HHII", tag, 2, len(text), first_value + len(values))
        values += text
    return struct.pack(f"{order}H", len(texts)) + entries + bytes(4) + values


def facts_of(make: str, note: bytes, *, order: str = "<") -> dict[str, str]:
    block = media.exif({media.MAKE: make}, photo={MAKER_NOTE: note}, order=order)
    facts = FactList()
    add_maker_note(facts, block, source="here")
    return {fact.tag: fact.readable for fact in facts.facts if fact.group == "MakerNote"}


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_iphone_names_its_picture_and_the_film_that_belongs_to_it(order: str) -> None:
    texts = {0x11: b"5E0B1F3A-0001-4A6C\0", 0x15: b"IMAGE-UNIQUE-0001\0"}
    inside = directory(texts, order=">", first_value=14 + 2 + 12 * 2 + 4)
    note = b"Apple iOS\0\0\1MM" + inside

    assert facts_of("Apple", note, order=order) == {
        "ContentIdentifier": "5E0B1F3A-0001-4A6C",
        "ImageUniqueID": "IMAGE-UNIQUE-0001",
    }


@pytest.mark.parametrize("written_at", [0, 500, 70_000])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_owner_is_found_although_the_note_was_moved(order: str, written_at: int) -> None:
    texts = {0x09: b"Owner Sample 0001\0", 0x96: b"ZA0000001\0"}
    note = directory(texts, order="<", first_value=written_at)

    found = facts_of("Canon", note, order=order)

    assert found == {"OwnerName": "Owner Sample 0001", "InternalSerialNumber": "ZA0000001"}


def test_the_name_of_a_child_is_read() -> None:
    note = b"Panasonic\0\0\0" + directory({0x66: b"SAMPLE CHILD\0"}, order="<", first_value=9)

    assert facts_of("Panasonic", note) == {"BabyName": "SAMPLE CHILD"}


def test_the_serial_number_lies_in_a_directory_of_its_own() -> None:
    inner = directory({0x0101: b"SERIAL-0001\0"}, order="<", first_value=12 + 18 + 18)
    outer = struct.pack("<HHHIII", 1, 0x2010, 4, 1, 12 + 18, 0)
    note = b"OLYMPUS\0II\3\0" + outer + inner

    assert facts_of("OLYMPUS CORPORATION", note) == {"SerialNumber": "SERIAL-0001"}


@given(st.binary(max_size=200), st.sampled_from(["Canon", "Apple", "SAMSUNG", "x"]))
def test_no_note_breaks_the_reader(note: bytes, make: str) -> None:
    for head in (b"", b"Apple iOS\0\0\1MM", b"OLYMPUS\0II\3\0", b"Panasonic\0\0\0", b"\x01\xf1"):
        facts_of(make, head + note)
