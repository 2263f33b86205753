"""One slide, layout or master written anew: what is seen of it."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.drawn import COUNTED, DrawingWriter
from evidencekit.metadata.office.names import A, P
from evidencekit.metadata.office.slides.allowed import RULES
from evidencekit.metadata.office.slides.beside import Size, is_beside

_SHAPES = {P + name for name in ("sp", "pic", "cxnSp", "grpSp", "graphicFrame")}
_MADE_ANEW = {P + name for name in ("sldMasterIdLst", "sldIdLst", "sldLayoutIdLst")}
_NUMBER = "‹#›"
_PLAYED = {"audioCd", "audioFile", "videoFile", "quickTimeFile", "wavAudioFile", "media"}


class SlideWriter(DrawingWriter):
    """Writes a slide; of a layout or master, texts of placeholders are only hints for writers."""

    def __init__(
        self, gone: Gone, *, size: Size, target: Callable[[str], str],
        style: Callable[[str], str], diagram: Callable[[Element], Element | None],
    ) -> None:  # fmt: skip
        super().__init__(gone, RULES, is_strict=True, target=target)
        self._size, self._style, self._diagram = size, style, diagram
        self._is_design, self._moves = False, False

    def write(self, root: Element) -> Element:
        """Return the part anew; raises :class:`MalformedError` for what is not known."""
        self._is_design = root.tag != P + "sld"
        self._moves = any(True for _one in root.iter(P + "animMotion"))
        return super().write(root)

    def lost(self, one: Element) -> str | None:
        """Return the word for what is not seen; raises for what is heard or played."""
        if one.tag == P + "nvPr" and any(local(part.tag) in _PLAYED for part in one.iter()):
            raise MalformedError("a film or a sound on a slide")
        return super().lost(one)

    def written(self, one: Element) -> Iterator[Element]:
        """Yield what becomes of an element; of an object its picture, of a diagram its shapes."""
        if one.tag in _MADE_ANEW:
            return
        is_frame = one.tag == P + "graphicFrame"
        picture = one.find(f".//{P}oleObj/{P}pic") if is_frame else None
        diagram = self._diagram(one) if is_frame else None
        if diagram is not None:
            self.gone.note("diagram-data")
            for named in diagram.iter(P + "cNvPr"):
                named.set("id", str(self.next_number()))
            yield diagram
        elif picture is not None:
            self.gone.note("attachments")
            yield from self.written(picture)
        else:
            yield from super().written(one)

    def element(self, one: Element) -> Element:
        """Return an element anew."""
        if one.tag == P + "spTree":
            return super().element(self._on_the_slide(one))
        if self._is_design and one.tag == P + "sp" and is_placeholder(one):
            return super().element(self._without_hints(one))
        return super().element(one)

    def text_of(self, one: Element) -> str | None:
        """Return a text; of a table the new name of its style."""
        if one.tag == A + "tableStyleId":
            return self._style((one.text or "").strip())
        return super().text_of(one)

    def _on_the_slide(self, tree: Element) -> Element:
        kept = [one for one in tree if one.tag not in _SHAPES or not is_beside(one, self._size)]
        if len(kept) < len(tree):
            if self._moves:
                raise MalformedError("shapes that move onto their slide")
            self.gone.note("shapes-beside-the-slide")
        return _with(tree, kept)

    def _without_hints(self, one: Element) -> Element:
        self.gone.when(any(text.text not in {None, _NUMBER} for text in one.iter(A + "t")), "hints")
        children = [_emptied(child) if child.tag == P + "txBody" else child for child in one]
        return _with(one, children)


def is_placeholder(one: Element) -> bool:
    """Return whether a shape is one that slides fill."""
    return one.find(f"{P}nvSpPr/{P}nvPr/{P}ph") is not None


def _emptied(body: Element) -> Element:
    """Return the look of a text; the number of a slide stays where it is counted."""
    new = _with(body, [child for child in body if child.tag != A + "p"])
    for paragraph in body.findall(A + "p"):
        fields = [one for one in paragraph if one.get("type") == COUNTED and one.tag == A + "fld"]
        if fields:
            look = paragraph.findall(A + "pPr")
            new.append(_with(Element(A + "p"), [*look, *map(_uncounted, fields)]))
    if new.find(A + "p") is None:
        SubElement(new, A + "p")
    return new


def _uncounted(field: Element) -> Element:
    new = _with(field, [child for child in field if child.tag != A + "t"])
    SubElement(new, A + "t").text = _NUMBER
    return new


def _with(one: Element, children: list[Element]) -> Element:
    new = Element(one.tag, one.attrib)
    new.extend(children)
    return new
