"""Host names that look like others: both forms of a name, and a warning where scripts are mixed.

The script of a letter is taken from its Unicode name, which is right for the letters that names are
made of, and coarser than UTS 39: no warning does not mean that a name deceives nobody.
"""

import unicodedata
from ipaddress import ip_address

import idna

from evidencekit.model.hosting import HostName

_WITHOUT_SCRIPT = frozenset({"DIGIT", "HYPHEN-MINUS", "LOW", "KATAKANA-HIRAGANA", "COMBINING"})
_USED_TOGETHER = (
    frozenset({"LATIN", "HANGUL", "CJK"}),
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
"""UTS 39 §5.2, "highly restrictive": what people of one country write side by side."""
_LIKE_LATIN = frozenset("асԁеһіјӏορрԛѕυѵνԝхухցոօսզһɡıαικϲ")
"""Letters of other scripts that are drawn as Latin ones in most typefaces; not all there are."""


def both_forms(host: str) -> HostName:
    """Read a host in A-labels, as :func:`evidencekit.capture.address.parse_url` gives it."""
    if _is_address(host):
        return HostName(ascii=host, unicode=host, warnings=())
    labels = [_decoded(label) for label in host.split(".")]
    warnings = dict.fromkeys(warning for label in labels if (warning := _warning(label)))
    return HostName(ascii=host, unicode=".".join(labels), warnings=tuple(warnings))


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts of the letters in ``text``, e.g. ``LATIN``; digits have none."""
    words = (unicodedata.name(char, "UNKNOWN").split()[0] for char in text)
    return frozenset(words) - _WITHOUT_SCRIPT


def _warning(label: str) -> str | None:
    scripts = scripts_of(label)
    if len(scripts) > 1 and not any(scripts <= together for together in _USED_TOGETHER):
        return f"mixed-scripts {'+'.join(sorted(scripts))}"
    letters = {char for char in label if char.isalpha()}
    if letters and letters <= _LIKE_LATIN:
        return f"looks-latin {'+'.join(sorted(scripts))}"
    return None


def _decoded(label: str) -> str:
    try:
        return idna.decode(label) if label.startswith("xn--") else label
    except UnicodeError:  # no name of today's rules; then it is shown as it stands
        return label


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
