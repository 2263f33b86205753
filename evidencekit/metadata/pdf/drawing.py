"""What draws a page: operators and their operands, without remarks and without marked content.

ISO 32000-2 annex A. Marked content says what drawings mean, which a copy does not need; where it
says what is hidden, there is no copy (:mod:`evidencekit.metadata.pdf.rebuild`).
"""

import warnings

import pikepdf

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError

_OPERATORS = frozenset(
    """b B b* B* BT c cm CS cs d d0 d1 Do ET f F f* G g gs h i j J K k l m M n q Q re RG rg ri s S
    SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"""".split()  # noqa: SIM905
) | {"INLINE IMAGE"}
_MARKS = frozenset({"BDC", "BMC", "EMC", "DP", "MP", "BX", "EX"})
_MAX_NUMBERS = 10_000  # operands of one operator
_PACKED = frozenset({"/DCTDecode", "/DCT", "/JPXDecode"})


def drawing(stream: pikepdf.Object, gone: Gone) -> bytes:
    """Return the operators of a page, a form or a letter in canonical form.

    Raises :class:`MalformedError` for what is no drawing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # qpdf only warns of a drawing that is cut off
            found = pikepdf.parse_content_stream(stream)
    except (pikepdf.PdfError, TypeError, ValueError, UserWarning) as exc:
        raise MalformedError(f"a drawing that cannot be read: {exc}") from exc
    kept = []
    for one in found:
        operator = str(one.operator)
        if operator in _MARKS:
            gone.note("marked-content")
            continue
        if operator not in _OPERATORS or len(one.operands) > _MAX_NUMBERS:
            raise MalformedError("a drawing with an operator that is not understood")
        if isinstance(one, pikepdf.ContentStreamInlineImage):
            _require_plain(one.iimage)
        kept.append(one)
    return bytes(pikepdf.unparse_content_stream(kept))


def _require_plain(image: "pikepdf.PdfInlineImage") -> None:
    if _PACKED & {str(name) for name in image.filters}:
        raise MalformedError("a photograph in the middle of a drawing")
