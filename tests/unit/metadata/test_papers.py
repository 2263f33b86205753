"""A stripped PDF shows the same pages, says nothing else, or does not exist."""

import io
import subprocess
import zlib
from pathlib import Path
from shutil import which

import pikepdf
import pytest

from evidencekit.errors import BadInput
from evidencekit.metadata.pdf.read import shown_date
from evidencekit.metadata.record import record
from evidencekit.metadata.workshop import Workshop
from evidencekit.sandbox.runner import Worker
from tests.tools.copies import stripped
from tests.tools.papers import MARK, dictionary, document, stream, text
from tests.tools.planted import PLANTED

PDF = "application/pdf"


def page(drawn: bytes, **resources: bytes) -> dict[int, bytes]:
    return {
        1: dictionary(Type_=b"/Catalog", Pages=b"2 0 R"),
        2: dictionary(Type_=b"/Pages", Kids=b"[3 0 R]", Count=1),
        3: dictionary(
            Type_=b"/Page", Parent=b"2 0 R", MediaBox=b"[0 0 99 99]", Contents=b"4 0 R",
            Resources=dictionary(**resources),
        ),
        4: stream(drawn),
    }  # fmt: skip


def paper(objects: dict[int, bytes]) -> bytes:
    return document(objects, trailer=dictionary(Size=20, Root=b"1 0 R"))


def rendered(data: bytes, folder: Path, name: str) -> bytes:
    path = folder / f"{name}.pdf"
    path.write_bytes(data)
    command = ["pdftoppm", "-r", "72", "-singlefile", str(path), str(folder / name)]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / f"{name}.ppm").read_bytes()


@pytest.mark.skipif(which("pdftoppm") is None, reason="pdftoppm is not installed")
def test_another_viewer_shows_the_same_page(workshop: Workshop, tmp_path: Path) -> None:
    data = PLANTED["planted.pdf"].data()
    copy, _ = stripped(data, PDF, workshop)
    without = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as told:
        told.pages[0].obj.Annots = pikepdf.Array([told.pages[0].obj.Annots[0]])
        told.save(without)
    before = rendered(without.getvalue(), tmp_path, "before")
    assert rendered(copy, tmp_path, "after") == before
    assert len(set(before)) > 10  # something is drawn


def test_what_goes_is_named(workshop: Workshop) -> None:
    _, done = stripped(PLANTED["planted.pdf"].data(), PDF, workshop)
    assert {
        "properties", "earlier-versions", "xmp", "attachments", "actions", "structure", "outline",
        "page-labels", "form-fields", "annotations", "marked-content", "picture exif", "place",
        "data-of-editors", "time",
    } <= set(done.removed)  # fmt: skip


def test_what_was_filled_in_stays_readable(workshop: Workshop) -> None:
    copy, _ = stripped(PLANTED["planted.pdf"].data(), PDF, workshop)
    with pikepdf.open(io.BytesIO(copy)) as told:
        forms = [
            one.read_bytes() for one in told.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == pikepdf.Name.Form
        ]  # fmt: skip
        assert "/Annots" not in told.pages[0].obj
        assert "/Info" not in told.trailer
    assert any(b"filled in" in form for form in forms)


def test_a_word_of_a_page_may_stand_in_its_properties(workshop: Workshop) -> None:
    objects = page(b"BT (Statement of facts) Tj ET") | {
        5: dictionary(Title=text(b"Statement of facts"))
    }
    data = document(objects, trailer=dictionary(Size=6, Root=b"1 0 R", Info=b"5 0 R"))
    assert "properties" in stripped(data, PDF, workshop)[1].removed


@pytest.mark.parametrize(
    ("objects", "why"),
    [
        (page(b"(a) Xy"), "operator"),
        (page(b"/X Do", XObject=b"<< /X 4 0 R >>"), "may stand"),
        (
            page(b"n") | {1: dictionary(
                Type_=b"/Catalog", Pages=b"2 0 R",
                OCProperties=b"<< /OCGs [5 0 R] /D << /OFF [5 0 R] >> >>",
            ), 5: dictionary(Type_=b"/OCG", Name=b"(hidden)")},
            "layers",
        ),
        (
            page(b"/X Do", XObject=b"<< /X 5 0 R >>") | {5: stream(
                b"/X Do", Type=b"/XObject", Subtype=b"/Form", BBox=b"[0 0 1 1]",
                Resources=b"<< /XObject << /X 5 0 R >> >>",
            )},
            "inside themselves",
        ),
        (
            page(b"/X Do", XObject=b"<< /X 5 0 R >>") | {5: stream(
                b"xx", Subtype=b"/Image", Width=1, Height=1, Filter=b"/JBIG2Decode",
            )},
            "JBIG2",
        ),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(
    objects: dict[int, bytes], why: str, workshop: Workshop
) -> None:
    with pytest.raises(BadInput, match=why):
        stripped(paper(objects), PDF, workshop)


def test_a_locked_document_is_said_to_be_locked(workshop: Workshop, worker: Worker) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper(page(b"n")))) as told:
        told.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    found = record(io.BytesIO(out.getvalue()), media_type=PDF, worker=worker)
    assert found.problems == ("PDF: locked with a password",)
    with pytest.raises(BadInput, match="locked with a password"):
        stripped(out.getvalue(), PDF, workshop)


def test_earlier_versions_and_what_is_around_a_document_are_recorded(worker: Worker) -> None:
    data = PLANTED["planted.pdf"].data()
    found = record(io.BytesIO(data), media_type=PDF, worker=worker).facts
    structure = {fact.tag: fact.readable for fact in found if fact.group == "structure"}
    assert structure["Versions"] == "2"
    assert structure["BytesAfterEnd"] == f"{len(b'after ' + MARK) + 2} bytes"
    assert {"JavaScript", "Attachment", "Signature", "DataOfEditors"} <= set(structure)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("D:20260501100001+09'00'", "2026-05-01 10:00:01 +09:00"),
        ("D:20260501100001Z", "2026-05-01 10:00:01 UTC"),
        ("D:2026", "2026"),
        ("yesterday", "yesterday"),
    ],
)
def test_dates_are_shown_as_people_read_them(written: str, shown: str) -> None:
    assert shown_date(written) == shown


def test_a_drawing_that_is_damaged_is_refused(workshop: Workshop) -> None:
    """What such a page would still use nobody can say, so what it does not would stay."""
    packed = zlib.compress(b"BT (seen) Tj ET " * 200)
    for broken, is_copied in ((packed, True), (packed[:-40], False)):
        made = pikepdf.new()
        made.add_blank_page()
        made.pages[0].Contents = pikepdf.Stream(made, b"")
        made.pages[0].Contents.write(broken, filter=pikepdf.Name.FlateDecode)
        out = io.BytesIO()
        made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        if is_copied:
            assert stripped(out.getvalue(), PDF, workshop)[0]
        else:
            with pytest.raises(BadInput):
                stripped(out.getvalue(), PDF, workshop)


def test_another_decoder_judges_the_pages(workshop: Workshop) -> None:
    _, done = stripped(PLANTED["planted.pdf"].data(), PDF, workshop)
    assert (done.decoder or "").startswith("pypdfium2 ")
    assert not done.changed


HIDING = page(b"0 0 1 rg 9 9 50 50 re f /OC /L BDC 1 0 0 rg 0 0 40 40 re f EMC",
              Properties=b"<< /L 5 0 R >>") | {
    1: dictionary(
        Type_=b"/Catalog", Pages=b"2 0 R",
        OCProperties=b"<< /OCGs [5 0 R] /D << /OFF [5 0 R] >> >>",
    ),
    5: dictionary(Type_=b"/OCG", Name=b"(hidden)"),
}  # fmt: skip


def test_a_document_that_hides_something_can_be_copied_as_pictures(workshop: Workshop) -> None:
    copy, done = stripped(paper(HIDING), PDF, workshop, as_pictures=True)
    assert done.as_pictures
    assert done.changed == ("pages-as-pictures",)
    (picture,) = pictures_in(copy)
    colours = {picture[at : at + 3] for at in range(0, len(picture), 3)}
    assert b"\0\0\xff" in colours
    assert b"\xff\0\0" not in colours  # the layer that is hidden


def test_no_letter_is_left_in_a_copy_as_pictures(workshop: Workshop) -> None:
    copy, _ = stripped(PLANTED["planted.pdf"].data(), PDF, workshop, as_pictures=True)
    with pikepdf.open(io.BytesIO(copy)) as told:
        drawings = [one.Contents.read_bytes() for one in told.pages]
        assert not any("/Font" in one.Resources for one in told.pages)
    assert drawings
    assert not any(b"Tj" in drawing or MARK in drawing for drawing in drawings)


def test_only_documents_have_pages_to_make_pictures_of(workshop: Workshop) -> None:
    with pytest.raises(BadInput, match="no pages"):
        stripped(PLANTED["planted.jpg"].data(), "image/jpeg", workshop, as_pictures=True)


def pictures_in(data: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(data)) as told:
        return [
            one.read_bytes() for one in told.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == pikepdf.Name.Image
        ]  # fmt: skip
