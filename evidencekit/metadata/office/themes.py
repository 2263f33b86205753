"""Themes: the colours, fonts and fills that a document refers to (ECMA-376-1 §14.2.7)."""

from evidencekit.metadata.office.assembly import Assembly, Found, by_name
from evidencekit.metadata.office.drawing import DRAWING, DRAWING_ATTRIBUTES, DRAWING_FREE, SEEN_TEXT
from evidencekit.metadata.office.writing import Rules, Writer

_TYPE = "application/vnd.openxmlformats-officedocument.theme+xml"
_RULES = Rules(elements=DRAWING, attributes=DRAWING_ATTRIBUTES, texts=SEEN_TEXT, free=DRAWING_FREE)


def add_theme(whole: Assembly, name: str, folder: str) -> str:
    """Write a theme once, with its pictures; returns its new name."""
    if (known := whole.known(name)) is not None:
        return known
    new = f"{folder}/theme/theme{whole.number(f'{folder}/theme/')}.xml"
    whole.begin(name, new, _TYPE)
    found, leading = Found(new), by_name(whole.parts, name)

    def target(old: str) -> str:
        one = leading.get(old)
        if one is None or one.target is None or one.kind != "image":
            return ""
        return found.name("image", whole.add_picture(one.target, f"{folder}/media"))

    writer = Writer(whole.gone, _RULES, is_strict=False, target=target)
    whole.put(new, writer.write(whole.parts.tree(name)), found)
    return new
