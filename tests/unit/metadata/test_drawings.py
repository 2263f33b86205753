"""Copies of drawings: what is seen stays, names and what nobody sees go, the rest is refused."""

import io
import re

import pytest
import resvg_py

from evidencekit.errors import BadInput
from evidencekit.metadata.kinds import KINDS
from evidencekit.metadata.searching import search
from evidencekit.metadata.svg.inner import inner
from evidencekit.metadata.svg.values import written
from evidencekit.metadata.workshop import Workshop
from tests.tools.copies import stripped
from tests.tools.drawings import SVG, plain_drawing
from tests.tools.planted import PLANTED


def _copy(body: str, workshop: Workshop) -> str:
    return stripped(plain_drawing(body), SVG, workshop)[0].decode()


def test_a_copy_is_drawn_like_the_original(workshop: Workshop) -> None:
    data = PLANTED["planted.svg"].data()
    copy, account = stripped(data, SVG, workshop)

    before, after = (resvg_py.svg_to_bytes(svg_string=one.decode()) for one in (data, copy))
    assert before == after
    assert account.decoder is not None
    assert account.decoder.startswith("resvg ")
    assert {"comment", "alt-text", "metadata", "actions", "links", "hidden-text"} <= set(
        account.removed
    )
    assert b"What is seen" in copy


def test_ids_and_classes_get_names_in_the_order_in_which_they_are_met(workshop: Workshop) -> None:
    copy = _copy(
        "<style>.kim .lee > rect#park { fill: url(#choi) }</style>"
        "<linearGradient id='choi'/><linearGradient id='unused'/>"
        "<g class='kim other'><g class='lee'><rect id='park' width='9' height='9'/></g></g>",
        workshop,
    )
    assert "<style>.c1 .c2&gt;rect#i1{fill:url(#i2)}</style>" in copy
    assert '<g class="c1"><g class="c2"><rect height="9" id="i1" width="9"/></g></g>' in copy
    assert not re.search("kim|lee|park|choi|unused|other", copy)


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("g g g g rect", True), ("g g g g g rect", False), ("g > g > g.x > g > rect", True),
        ("svg > g.x rect", False), ("g.x > rect", False), ("g.x rect", True), ("*", True),
    ],
)  # fmt: skip
def test_a_selector_holds_where_it_should(
    selector: str, *, holds: bool, workshop: Workshop
) -> None:
    inner = "<g><g><g class='x'><g><rect width='9'/></g></g></g></g>"
    copy = _copy(f"<style>{selector}{{fill:red}}</style>{inner}", workshop)

    assert ("fill:red" in copy) == holds


def test_a_title_that_is_drawn_as_well_stays_where_it_is_drawn(workshop: Workshop) -> None:
    copy = _copy("<title>Plan of a house</title><text>Plan of a house</text>", workshop)

    assert copy.count("Plan of a house") == 1


@pytest.mark.parametrize(
    "hidden",
    [
        "<text display='none'>secret</text>",
        "<g style='display:none'><text>secret</text></g>",
        "<style>.a{display:none}</style><g class='a'><text>secret</text></g>",
        "<g visibility='hidden'><text>secret</text></g>",
        "<g opacity='0'><text>secret</text></g>",
        "<text fill='none'>secret</text>",
        "<g fill='none'><text>secret</text></g>",
        "<text fill-opacity='0'>secret</text>",
        "<text font-size='0'>secret</text>",
        "<defs><text id='x'>secret</text></defs>",
        "<symbol id='s'><text>secret</text></symbol>",
        "<defs><text id='x'>secret</text></defs><a href='#x'/>",
        "<defs><text id='x'>secret</text></defs><rect own='url(#x)' width='1'/>",
        "<g>secret</g>",
        "<text>seen<title>secret</title></text>",
        "<switch><g requiredExtensions='x'><text>secret</text></g><g/></switch>",
        "<switch><g/><g><text>secret</text></g></switch>",
        "<x xmlns='https://example.com/x'>secret</x>",
    ],
)
def test_what_nobody_sees_is_not_in_a_copy(hidden: str, workshop: Workshop) -> None:
    assert "secret" not in _copy(f"{hidden}<rect width='9' height='9'/>", workshop)


@pytest.mark.parametrize(
    "seen",
    [
        "<g visibility='hidden'><text visibility='visible'>word</text></g>",
        "<style>.a{display:none} text.a{display:inline}</style><text class='a'>word</text>",
        "<style>.a{display:none}</style><text class='a' style='display:inline'>word</text>",
        "<g display='none'><text id='x'>word</text></g><use href='#x'/>",
        "<text fill='none' stroke='red'>word</text>",
        "<text fill='none'><tspan fill='red'>word</tspan></text>",
        "<clipPath id='c'><text fill='none'>word</text></clipPath><rect clip-path='url(#c)'/>",
        "<text x='-900'>word</text>",
    ],
)
def test_what_may_be_seen_is_in_a_copy(seen: str, workshop: Workshop) -> None:
    assert "word" in _copy(seen, workshop)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<rect><animate attributeName='x'/></rect>", "moves"),
        ("<foreignObject/>", "foreignObject"),
        ("<image href='https://example.com/x.png'/>", "lies elsewhere"),
        ("<image href='data:image/svg+xml,%3Csvg/%3E'/>", "a picture of"),
        ("<use href='other.svg#a'/>", "lies elsewhere"),
        ("<rect fill='url(other.svg#a)'/>", "fill that is not understood"),
        ("<rect fill='word'/>", "fill that is not understood"),
        ("<rect style='fill:var(--x)'/>", "value of fill"),
        ("<rect style='animation:x 1s'/>", "animation"),
        ("<rect x='kim'/>", "value of x"),
        ("<style>@media print{rect{fill:red}}</style><rect/>", "@media"),
        ("<style media='print'>rect{fill:red}</style><rect/>", "some devices"),
        ("<style>@font-face{src:url(data:font/woff,x)}</style><rect/>", "@font-face"),
        ("<style>rect[x]{fill:red}</style><rect/>", "selector"),
        ("<text systemLanguage='ko'>x</text>", "some readers"),
        ("<text>seen <tspan visibility='hidden'>not</tspan></text>", "part is hidden"),
        ("<g filter='blur(1px)'><text opacity='0'>x</text></g>", "something hidden under"),
        ("<unknown/>", "unknown"),
        ("<title><rect id='x'/></title><use href='#x'/>", "title"),
        (
            "<o:own xmlns:o='x'><rect xmlns='http://www.w3.org/2000/svg' id='x'/></o:own>"
            "<use href='#x'/>",
            "own",
        ),
        ("<g>" * 250 + "</g>" * 250, "deep"),
    ],
)
def test_what_is_not_understood_is_refused(body: str, why: str, workshop: Workshop) -> None:
    with pytest.raises(BadInput, match=re.escape(why)):
        _copy(body, workshop)


@pytest.mark.parametrize(
    "declared", ["<!DOCTYPE svg [<!ATTLIST rect fill CDATA 'red'>]>", "<!DOCTYPE svg [<!-- x -->]>"]
)
def test_a_document_type_with_declarations_is_refused(declared: str, workshop: Workshop) -> None:
    with pytest.raises(BadInput, match="document type"):
        stripped(declared.encode() + plain_drawing("<rect/>"), SVG, workshop)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("M 0,0 10,10 z", "M 0,0 10,10 z"),
        ("m0 0a1 1 0 01.5.5", "m0 0a1 1 0 01.5.5"),
        ("M0 0 h", "M0 0"),
        ("M0 0 KIM", "M0 0"),
        ("MATCH", ""),
    ],
)
def test_a_path_holds_commands_with_their_numbers(path: str, kept: str) -> None:
    assert written("d", path, str) == kept


def test_what_a_program_noted_is_searched_for_beside_letters_and_lines() -> None:
    data = plain_drawing("<text x='12.3456'>drawn word</text><rect class='noted word'/>")

    assert not any(b"drawn" in part or b"12.3456" in part for part in inner(io.BytesIO(data)))
    asked = {"media_type": SVG, "needles": ["noted word", "drawn word", "12.3456"]}
    assert KINDS[SVG].is_text
    assert search(io.BytesIO(data), asked) == {"found": [0]}
