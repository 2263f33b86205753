"""One HTML file that asks for nothing: its style, the policy that allows it alone, two languages.

Whatever is in it may be foreign: see :mod:`evidencekit.export.typeset`.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping

from markupsafe import Markup

from evidencekit.export.typeset import typeset
from evidencekit.export.words import Pair, load_words
from evidencekit.text.clean import clean

Columns = Mapping[str, Mapping[str, int]]
"""By table: its columns (words of the document), and how wide each is in percent."""
CHOICES = (("ko", "한국어"), ("en", "English"), ("both", "함께 보기 / Both"))
_MAX_SENTENCE = 2_000  # our own sentences are longer than a name may be shown


def page(
    template: str, *, document: str, columns: Columns, language: str, **values: object
) -> Iterator[bytes]:
    """Yield a document in pieces, in UTF-8; ``document`` names its words."""
    style = _style(document, columns)
    words = load_words(document)

    def t(name: str, **filled: object) -> Markup:
        shown = {
            key: clean(value) if isinstance(value, str) else value for key, value in filled.items()
        }
        return pair_markup(words[name].filled(**shown))

    pieces = typeset(
        template,
        language="en" if language == "en" else "ko",
        choices=CHOICES,
        style=Markup(style),  # noqa: S704 (made from our own template and words alone)
        style_hash=Markup(_csp_hash(style)),  # noqa: S704 (base64)
        words=words,
        columns=columns,
        t=t,
        pair=pair_markup,
        **values,
    )
    return (piece.encode("utf-8") for piece in pieces)


def pair_markup(pair: Pair) -> Markup:
    """Set both languages, once where they are the same; what is in them may be foreign."""
    ko, en = (clean(text, limit=_MAX_SENTENCE) for text in pair)
    if ko == en:
        return Markup("<bdi>{}</bdi>").format(ko)
    return Markup('<span lang="ko">{}</span> <span lang="en">{}</span>').format(ko, en)


def _style(document: str, columns: Columns) -> str:
    return "".join(typeset("page.css.j2", columns=columns, words=load_words(document)))


def _csp_hash(style: str) -> str:
    digest = hashlib.sha256(style.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
