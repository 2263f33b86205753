"""Fields in a text (ECMA-376-1 §17.16): which marks of theirs go, so that their results stay.

A field is code, which may name files and people, and its last result, which is what is seen. Only
the numbers of pages are computed anew wherever the text is shown, so those remain fields.
"""

from xml.etree.ElementTree import Element

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import W

PAGE_FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")


class _Field:
    def __init__(self) -> None:
        self.marks: list[Element] = []
        self.code = ""
        self.has_result = False


def field_marks(root: Element) -> frozenset[Element]:
    """Return the elements of fields that are not of page numbers, without their results.

    Raises :class:`MalformedError` for a field that does not end.
    """
    gone: list[Element] = []
    stack: list[_Field] = []
    for one in root.iter():
        if one.tag == W + "fldChar":
            _meet(one, stack, gone)
        elif one.tag == W + "instrText":
            if not stack:
                gone.append(one)
            else:
                stack[-1].marks.append(one)
                stack[-1].code += one.text or ""
    if stack:
        raise MalformedError("a field that does not end")
    return frozenset(gone)


def _meet(one: Element, stack: list[_Field], gone: list[Element]) -> None:
    kind = one.get(W + "fldCharType")
    if kind == "begin":
        stack.append(_Field())
    if not stack:
        raise MalformedError("a field that does not begin")
    stack[-1].marks.append(one)
    if kind == "end":
        field = stack.pop()
        if not _is_page_number(field):
            gone.extend(field.marks)


def _is_page_number(field: _Field) -> bool:
    codes = [one for one in field.marks if one.tag == W + "instrText"]
    words = field.code.split()
    return len(codes) == 1 and bool(words) and words[0] in PAGE_FIELDS
