"""The report of a bundle: one HTML file, Korean and English, for people without our tool.

It is written before anyone has checked anything and says so. It shows no media, asks the network
for nothing, runs no script, and takes every name and address in it for an attack. Rows are set as
they are read: 20,000 artifacts cost no more memory than twenty.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping

from markupsafe import Markup

from evidencekit.export.acts import read_act, sealed_part
from evidencekit.export.typeset import telephone_groups, typeset
from evidencekit.export.visits import capture_rows
from evidencekit.export.words import Pair, load_words, term
from evidencekit.model.bundle import Account
from evidencekit.text.clean import clean

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "artifacts": (
        "artifacts.id",
        "artifacts.file",
        "artifacts.acquired",
        "artifacts.came",
        "artifacts.care",
    ),
    "captures": (
        "captures.seq",
        "captures.address",
        "captures.at",
        "captures.verdict",
        "captures.files",
    ),
    "custody": (
        "custody.seq",
        "custody.at",
        "custody.action",
        "custody.actor",
        "custody.org",
        "custody.files",
        "custody.remark",
    ),
}
WIDTHS: Mapping[str, tuple[int, ...]] = {
    "artifacts": (8, 49, 17, 14, 12),
    "captures": (5, 42, 17, 24, 12),
    "custody": (5, 17, 12, 9, 17, 14, 26),
}
"""Percent of the table, column by column."""
CHOICES = (("ko", "한국어"), ("en", "English"), ("both", "함께 보기 / Both"))
MAX_IDS = 6  # an act may add a thousand; the list in lists/custody.csv is whole
_MAX_SENTENCE = 2_000  # our own sentences are longer than a name may be shown


def render_report(account: Account) -> Iterator[bytes]:
    """Yield the file in pieces, reading ``artifacts`` once and ``custody`` twice."""
    style = _style()
    sealed = sealed_part(account)
    pieces = typeset(
        "report.html.j2",
        account=account,
        about=account.about,
        language="en" if account.about.language == "en" else "ko",
        choices=CHOICES,
        style=Markup(style),  # noqa: S704 (made from our own template and words alone)
        style_hash=Markup(_csp_hash(style)),  # noqa: S704 (base64)
        words=load_words("report"),
        columns=COLUMNS,
        case_kind=term("kind", account.kind),
        profile=term("profile", account.about.profile),
        stamps=sum(len(seal.stamps) for seal in account.seals),
        captures=capture_rows(account),
        acts=(read_act(entry, sealed) for entry in account.custody),
        t=_words,
        pair=_pair,
        term=term,
        telephone_groups=telephone_groups,
        max_ids=MAX_IDS,
    )
    return (piece.encode("utf-8") for piece in pieces)


def _style() -> str:
    return "".join(
        typeset("report.css.j2", columns=COLUMNS, widths=WIDTHS, words=load_words("report"))
    )


def _csp_hash(style: str) -> str:
    digest = hashlib.sha256(style.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _words(name: str, **values: object) -> Markup:
    shown = {
        key: clean(value) if isinstance(value, str) else value for key, value in values.items()
    }
    return _pair(load_words("report")[name].filled(**shown))


def _pair(pair: Pair) -> Markup:
    """Set both languages; what is in them may be foreign."""
    ko, en = (clean(text, limit=_MAX_SENTENCE) for text in pair)
    return Markup('<span lang="ko">{}</span> <span lang="en">{}</span>').format(ko, en)
