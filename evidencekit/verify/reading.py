"""Small files out of a tree, with their limits."""

from evidencekit.errors import FormatUnreadable
from evidencekit.files.tree import FileTree


def read_small(tree: FileTree, path: str, limit: int) -> bytes:
    """Read a file whole; raises :class:`FormatUnreadable` where it is longer than ``limit``."""
    with tree.open(path) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise FormatUnreadable(f"{path}: longer than it may be")
    return data
