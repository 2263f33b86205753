"""Drawings of the old kind (VML) on a sheet: boxes of comments, or buttons that are seen."""

import re

from evidencekit.metadata.office.package import Relation
from evidencekit.metadata.office.parts import Parts

_KIND = re.compile(rb"""ObjectType\s*=\s*["']([A-Za-z]{1,40})""")


def holds_controls(parts: Parts, relation: Relation | None) -> bool:
    """Return whether more than boxes of comments is drawn; it need not be well-formed XML."""
    if relation is None or relation.target is None or relation.target not in parts.names:
        return False
    return any(kind != b"Note" for kind in _KIND.findall(parts.data(relation.target)))
