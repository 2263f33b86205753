"""The parts of a document of Hangul, and its package written anew (KS X 6101 §6–§9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import BinaryIO

from evidencekit.metadata.elements import local
from evidencekit.metadata.hwpx.fixed import (
    CONTAINER,
    CONTENT_HEAD,
    CONTENT_MIDDLE,
    MANIFEST,
    MIMETYPE,
    SETTINGS,
    VERSION,
)
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.package import write_package
from evidencekit.metadata.office.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What the package document lists."""

    items: Mapping[str, str]
    """Names of parts by their ids."""
    order: tuple[str, ...]
    """Names of parts, as they are read."""


def index(parts: Parts) -> Index:
    """Read the package document; raises :class:`MalformedError` where there is no such thing."""
    root_part = _root_part(parts)
    root = parts.tree(root_part)
    found: dict[str, str] = {}
    for one in root.iter():
        if local(one.tag) == "item":
            name = one.get("id", "")
            if name in found:
                raise MalformedError("two parts of one id")
            found[name] = _place(parts, dirname(root_part), one.get("href", ""))
    spine = (one.get("idref", "") for one in root.iter() if local(one.tag) == "itemref")
    return Index(items=found, order=tuple(found[name] for name in spine if name in found))


def _root_part(parts: Parts) -> str:
    _require_open(parts)
    for one in parts.tree("META-INF/container.xml").iter():
        if local(one.tag) == "rootfile" and one.get("media-type") in _ROOTS:
            return one.get("full-path", "")
    raise MalformedError("no list of parts")


_ROOTS = frozenset({"application/hwpml-package+xml", "application/hwp+xml"})


def _require_open(parts: Parts) -> None:
    name = "META-INF/manifest.xml"
    if name in parts.names and any(
        local(one.tag) == "encryption-data" for one in parts.tree(name).iter()
    ):
        raise MalformedError("a document under a password")


def _place(parts: Parts, folder: str, target: str) -> str:
    """Find a part; Hangul counts from the package, others from where the list lies."""
    plain = normpath(target.lstrip("/"))
    beside = normpath(join(folder, target))
    return beside if plain not in parts.names and beside in parts.names else plain


def write(out: BinaryIO, written: Mapping[str, bytes], pictures: Mapping[str, str]) -> None:
    """Write texts and pictures; ``pictures`` names the media type of each by its part."""
    texts = [name for name in written if name not in pictures]
    items = [(_id(name), name, "application/xml") for name in texts]
    items += [(_id(name), name, kind) for name, kind in pictures.items()]
    items.append(("settings", "settings.xml", "application/xml"))
    write_package(
        out,
        {
            "mimetype": MIMETYPE,
            "version.xml": VERSION.encode(),
            **written,
            "settings.xml": SETTINGS.encode(),
            "Contents/content.hpf": _content(items, [_id(name) for name in texts]),
            "META-INF/container.xml": CONTAINER.encode(),
            "META-INF/manifest.xml": MANIFEST.encode(),
        },
    )


def _id(part: str) -> str:
    return part.rpartition("/")[2].partition(".")[0]


def _content(items: list[tuple[str, str, str]], spine: list[str]) -> bytes:
    listed = "".join(
        f'<opf:item id="{name}" href="{part}" media-type="{kind}"'
        f"{' isEmbeded=' + chr(34) + '1' + chr(34) if part.startswith('BinData/') else ''}/>"
        for name, part, kind in items
    )
    order = "".join(
        f'<opf:itemref idref="{name}" linear="yes"/>'
        for name in spine
        if not name.startswith("masterpage")
    )
    return (
        f"{CONTENT_HEAD}<opf:manifest>{listed}{CONTENT_MIDDLE}{order}</opf:spine></opf:package>"
    ).encode()
