"""The relations among the parts of a package, and a package written anew (ECMA-376-2 §9, §10)."""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import BinaryIO

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import HEAD, PICTURES
from evidencekit.metadata.office.parts import Parts

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = f"{_PACKAGE}/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DIAGRAM = "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing"
_OLDEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """From one part to another, or out of the document."""

    name: str
    kind: str
    """The last word of its type: ``image``, ``header`` …"""
    target: str | None
    """Name of a part; None where it leads outside, or is of no known kind."""
    is_outside: bool


def relations(parts: Parts, part: str) -> tuple[Relation, ...]:
    """Return where a part leads; ``""`` is the package itself."""
    place = parts.place(join(dirname(part), "_rels", f"{part.rpartition('/')[2]}.rels"))
    if place not in parts.names:
        return ()
    return tuple(_read(parts, place, dirname(part)))


def _read(parts: Parts, place: str, folder: str) -> Iterator[Relation]:
    seen: set[str] = set()
    for one in parts.tree(place).iter(f"{{{_RELATIONS}}}Relationship"):
        name, kind, target = (one.get(key, "") for key in ("Id", "Type", "Target"))
        if name in seen:
            raise MalformedError("two relations of one name")
        seen.add(name)
        inside = one.get("TargetMode") != "External"
        path = normpath(target.lstrip("/") if target.startswith("/") else join(folder, target))
        is_known = inside and (kind.startswith(f"{_OFFICE}/") or kind == _DIAGRAM)
        known = parts.place(path) if is_known else None
        yield Relation(name=name, kind=kind.rpartition("/")[2], target=known, is_outside=not inside)


def relations_part(found: Mapping[str, tuple[str, str]]) -> bytes:
    """Encode relations: their names with kind and target."""
    inner = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in found.items()
    )
    return HEAD + f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'.encode()


def content_types(types: Mapping[str, str]) -> bytes:
    """Encode which part is of which type; pictures are told by the ends of their names."""
    pictures = "".join(
        f'<Default Extension="{end}" ContentType="image/{end}"/>' for end in PICTURES
    )
    inner = "".join(
        f'<Override PartName="/{name}" ContentType="{type_}"/>' for name, type_ in types.items()
    )
    rels = (
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    whole = f'<Types xmlns="{_PACKAGE}/content-types">{rels}{pictures}{inner}</Types>'
    return HEAD + whole.encode()


def write_package(out: BinaryIO, written: Mapping[str, bytes]) -> None:
    """Write parts in their order, of no date and no system; pictures as they are."""
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in written.items():
            entry = zipfile.ZipInfo(name, _OLDEST)
            entry.create_system = 0
            is_text = name.endswith((".xml", ".rels"))
            entry.compress_type = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
            archive.writestr(entry, data)
