"""Themes: the colours, fonts and fills that a document refers to (ECMA-376-1 §14.2.7)."""

from evidencekit.metadata.office.assembly import Assembly, Found, by_name
from evidencekit.metadata.office.drawing import DRAWING, DRAWING_ATTRIBUTES, DRAWING_FREE, SEEN_TEXT
from evidencekit.metadata.office.writing import Rules, Writer

_OFFICE = "application/vnd.openxmlformats-officedocument"
_RULES = Rules(elements=DRAWING, attributes=DRAWING_ATTRIBUTES, texts=SEEN_TEXT, free=DRAWING_FREE)


def add_theme(whole: Assembly, name: str, folder: str) -> str:
    """Write a theme once, with its pictures; returns its new name."""
    return _add(whole, name, folder, "theme")


def add_override(whole: Assembly, name: str, folder: str) -> str:
    """Write what a chart or slide has in place of parts of its theme (§14.2.8)."""
    return _add(whole, name, folder, "themeOverride")


def _add(whole: Assembly, name: str, folder: str, kind: str) -> str:
    if (known := whole.known(name)) is not None:
        return known
    start = f"{folder}/theme/{kind}"
    new = f"{start}{whole.number(start)}.xml"
    whole.begin(name, new, f"{_OFFICE}.{kind}+xml")
    found, leading = Found(new), by_name(whole.parts, name)

    def target(old: str) -> str:
        one = leading.get(old)
        if one is None or one.target is None or one.kind != "image":
            return ""
        return found.name("image", whole.add_picture(one.target, f"{folder}/media"))

    writer = Writer(whole.gone, _RULES, is_strict=False, target=target)
    whole.put(new, writer.write(whole.parts.tree(name)), found)
    return new
