"""One HTML file that asks for nothing: its style, the policy that allows it alone, two languages.

Whatever is in it may be foreign: see :mod:`evidencekit.export.typeset`.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache

from markupsafe import Markup

from evidencekit.export.typeset import typeset
from evidencekit.export.words import Pair, load_words
from evidencekit.text.clean import clean

Columns = Mapping[str, Mapping[str, int]]
"""By table: its columns (words of the document), and how wide each is in percent."""
CHOICES = (("ko", "한국어"), ("en", "English"), ("both", "함께 보기 / Both"))
_MAX_SENTENCE = 2_000  # our own sentences are longer than a name may be shown
_KEPT_PAIRS = 2_000  # more than we have words; each document sets the same ones again


def page(
    template: str, *, document: str, columns: Columns, language: str, **values: object
) -> Iterator[bytes]:
    """Yield a document in pieces, in UTF-8; ``document`` names its words."""
    style, style_hash = _style(document, columns)
    words = load_words(document)

    def t(name: str, **filled: object) -> Markup:
        shown = {
            key: clean(value) if isinstance(value, str) else value for key, value in filled.items()
        }
        return pair_markup(words[name].filled(**shown) if shown else words[name])

    pieces = typeset(
        template,
        language="en" if language == "en" else "ko",
        choices=CHOICES,
        style=style,
        style_hash=style_hash,
        words=words,
        columns=columns,
        t=t,
        pair=pair_markup,
        **values,
    )
    return (piece.encode("utf-8") for piece in pieces)


@lru_cache(maxsize=_KEPT_PAIRS)
def pair_markup(pair: Pair) -> Markup:
    """Set both languages, once where they are the same; what is in them may be foreign."""
    ko, en = (clean(text, limit=_MAX_SENTENCE) for text in pair)
    if ko == en:
        return Markup("<bdi>{}</bdi>").format(ko)
    return Markup('<span lang="ko">{}</span> <span lang="en">{}</span>').format(ko, en)


_styles: dict[str, tuple[Markup, Markup]] = {}


def _style(document: str, columns: Columns) -> tuple[Markup, Markup]:
    """Return the style of a document and its digest for the policy; made once in a process."""
    if document not in _styles:
        style = "".join(typeset("page.css.j2", columns=columns, words=load_words(document)))
        digest = hashlib.sha256(style.encode("utf-8")).digest()
        policy = f"sha256-{base64.b64encode(digest).decode('ascii')}"
        # Markup: the one is made from our own template and words alone, the other is base64.
        _styles[document] = (Markup(style), Markup(policy))  # noqa: S704
    return _styles[document]
