"""Presentations: what slides show stays; notes, hidden slides and what only writers see go."""

import zipfile
from io import BytesIO

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Emu

from evidencekit.errors import BadInput
from evidencekit.metadata.workshop import Workshop
from tests.tools.copies import stripped
from tests.tools.planted import PLANTED
from tests.tools.slides import PPTX, diagram, shape, simple, slide

_SLIDE = "ppt/slides/slide1.xml"
_MEDIA = "<a:videoFile r:link='x'/>"
_DIAGRAM = (
    "<p:graphicFrame><a:graphic><a:graphicData uri='x'><d:relIds r:dm='none' "
    "xmlns:d='http://schemas.openxmlformats.org/drawingml/2006/diagram'/></a:graphicData>"
    "</a:graphic></p:graphicFrame>"
)


def _parts_of(copy: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(copy)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _texts_of(data: bytes) -> list[list[str]]:
    """Return the texts of shapes and tables by slide, as python-pptx reads them."""
    found = []
    for one in Presentation(BytesIO(data)).slides:
        texts = [each.text_frame.text for each in one.shapes if each.has_text_frame]
        for each in one.shapes:
            if each.has_table:
                texts += [cell.text for row in each.table.rows for cell in row.cells]
        found.append(texts)
    return found


def test_a_copy_has_the_seen_slide_its_design_and_no_other_part(workshop: Workshop) -> None:
    copy, account = stripped(PLANTED["planted.pptx"].data(), PPTX, workshop)

    assert _texts_of(copy) == [["What is seen", "", "the day it was shown", "In a table"]]
    assert list(_parts_of(copy)) == [
        "[Content_Types].xml", "_rels/.rels", "ppt/_rels/presentation.xml.rels",
        "ppt/charts/chart1.xml", "ppt/media/image1.jpeg", "ppt/presentation.xml",
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels", "ppt/slideLayouts/slideLayout1.xml",
        "ppt/slideMasters/_rels/slideMaster1.xml.rels", "ppt/slideMasters/slideMaster1.xml",
        "ppt/slides/_rels/slide1.xml.rels", _SLIDE, "ppt/tableStyles.xml", "ppt/theme/theme1.xml",
    ]  # fmt: skip
    assert {
        "hidden-slides", "hidden-shapes", "shapes-beside-the-slide", "notes", "comments",
        "animation", "transitions", "alt-text", "links", "hints", "custom-shows", "embedded-fonts",
        "tags", "unused-designs", "attachments", "properties", "thumbnail", "fields",
    } <= set(account.removed)  # fmt: skip


def test_slides_of_another_maker_are_read_alike_in_original_and_copy(workshop: Workshop) -> None:
    show, out = Presentation(), BytesIO()
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "제목"
    first.placeholders[1].text = "첫째\n둘째"
    first.notes_slide.notes_text_frame.text = "only for the speaker"
    table = first.shapes.add_table(1, 2, Emu(0), Emu(0), Emu(9999), Emu(9999)).table
    table.cell(0, 0).text = "in a table"
    second = show.slides.add_slide(show.slide_layouts[6])
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["a", "b"]
    data.add_series("A series", (1.5, 4))  # type: ignore[no-untyped-call]
    chart = XL_CHART_TYPE.COLUMN_CLUSTERED
    second.shapes.add_chart(chart, Emu(0), Emu(0), Emu(99999), Emu(99999), data)
    show.save(out)
    copy, _account = stripped(out.getvalue(), PPTX, workshop)

    assert _texts_of(copy) == _texts_of(out.getvalue())
    copied = Presentation(BytesIO(copy)).slides
    assert not copied[0].has_notes_slide
    plot = copied[1].shapes[0].chart.plots[0]
    assert list(plot.categories) == ["a", "b"]
    assert (plot.series[0].name, list(plot.series[0].values)) == ("A series", [1.5, 4])


def test_what_an_animation_hides_at_first_stays(workshop: Workshop) -> None:
    timing = "<p:timing><p:set><p:spTgt spid='4'/><p:strVal val='hidden'/></p:set></p:timing>"
    copy, account = stripped(simple(slide(shape("comes later"), after=timing)), PPTX, workshop)

    assert _texts_of(copy) == [["comes later"]]
    assert "animation" in account.removed


def test_a_shape_that_reaches_onto_its_slide_stays(workshop: Workshop) -> None:
    shapes = shape("in part", x=-800) + shape("beside", x=-901) + shape("behind", x=9001)
    copy, _account = stripped(simple(slide(shapes)), PPTX, workshop)

    assert _texts_of(copy) == [["in part"]]


def test_hints_of_a_design_go_and_what_every_slide_shows_stays(workshop: Workshop) -> None:
    copy, _account = stripped(simple(slide("")), PPTX, workshop)
    master = _parts_of(copy)["ppt/slideMasters/slideMaster1.xml"]

    assert b"On every slide" in master
    assert b"hint" not in master


def test_a_theme_has_a_name_that_is_nobodys(workshop: Workshop) -> None:
    copy, _account = stripped(simple(slide("")), PPTX, workshop)

    assert b'name="theme"' in _parts_of(copy)["ppt/theme/theme1.xml"]


def test_numbers_of_slides_are_still_counted(workshop: Workshop) -> None:
    field = shape("").replace(
        "<a:r><a:t></a:t></a:r>", "<a:fld id='{AB}' type='slidenum'><a:t>3</a:t></a:fld>"
    )
    copy, _account = stripped(simple(slide(field)), PPTX, workshop)

    assert b'type="slidenum"' in _parts_of(copy)[_SLIDE]
    assert b"{AB}" not in _parts_of(copy)[_SLIDE]


def test_of_an_embedded_object_its_picture_stays(workshop: Workshop) -> None:
    inside = "<p:oleObj progId='x'><p:embed/><p:pic><p:spPr/></p:pic></p:oleObj>"
    frame = (
        "<p:graphicFrame><a:graphic><a:graphicData uri='x'>"
        f"{inside}</a:graphicData></a:graphic></p:graphicFrame>"
    )
    copy, account = stripped(simple(slide(frame)), PPTX, workshop)

    assert b"<p:pic><p:spPr" in _parts_of(copy)[_SLIDE]
    assert b"oleObj" not in _parts_of(copy)[_SLIDE]
    assert "attachments" in account.removed


def test_of_a_diagram_the_shapes_that_were_drawn_stay(workshop: Workshop) -> None:
    copy, account = stripped(diagram(), PPTX, workshop)
    seen = _parts_of(copy)[_SLIDE]

    assert b"In a diagram" in seen
    assert b"Beside its shape" in seen
    assert not any(b"only in the data" in part for part in _parts_of(copy).values())
    assert "diagram-data" in account.removed


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (slide(shape("x", placeholder=_MEDIA)), "film or a sound"),
        (slide(_DIAGRAM), "shapes are not in the document"),
        (slide("", more='show="0"'), "no slide"),
        (slide("", after="<p:controls/>"), "controls"),
        (
            slide(shape("x", x=9999), after="<p:timing><p:animMotion/></p:timing>"),
            "move onto their slide",
        ),
    ],
)
def test_what_is_seen_and_not_understood_is_refused(one: str, why: str, workshop: Workshop) -> None:
    with pytest.raises(BadInput, match=why):
        stripped(simple(one), PPTX, workshop)


def test_no_attribute_holds_a_word_of_somebody(workshop: Workshop) -> None:
    one = slide(shape("x").replace("<a:bodyPr/>", "<a:bodyPr wrap='Kimmalsuk' anchor='ctr'/>"))
    copy, account = stripped(simple(one), PPTX, workshop)

    assert b"Kimmalsuk" not in _parts_of(copy)[_SLIDE]
    assert b'anchor="ctr"' in _parts_of(copy)[_SLIDE]
    assert "settings" in account.removed
