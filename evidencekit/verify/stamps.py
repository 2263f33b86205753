"""Read the timestamps that lie beside a signature."""

from collections.abc import Container

from evidencekit.files.tree import FileTree
from evidencekit.formats.case import stamp_name
from evidencekit.proof.cms import MAX_SIGNATURE_BYTES
from evidencekit.verify.reading import read_small
from evidencekit.verify.signature import Stamped


def read_stamps(tree: FileTree, entries: Container[str], stamped: str) -> tuple[Stamped, ...]:
    """Return the timestamps that lie beside a signature, numbered from 1 without a gap."""
    found: list[Stamped] = []
    while (path := stamp_name(stamped, len(found) + 1, "tsr")) in entries:
        beside = stamp_name(stamped, len(found) + 1, "tsq")
        request = read_small(tree, beside, MAX_SIGNATURE_BYTES) if beside in entries else b""
        response = read_small(tree, path, MAX_SIGNATURE_BYTES)
        found.append(Stamped(response=response, request=request, path=path))
    return tuple(found)
