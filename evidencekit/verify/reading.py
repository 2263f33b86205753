"""Small files out of a tree, with their limits; and what to do where they cannot be read."""

from evidencekit.errors import FormatUnreadable
from evidencekit.files.tree import FileTree
from evidencekit.formats.canonical import UnknownVersion
from evidencekit.model.report import Check, Verdict, failed


def read_small(tree: FileTree, path: str, limit: int) -> bytes:
    """Read a file whole; raises :class:`FormatUnreadable` where it is longer than ``limit``."""
    with tree.open(path) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise FormatUnreadable(f"{path}: longer than it may be")
    return data


def raise_unless_false(checks: list[Check], exc: UnknownVersion) -> None:
    """Raise ``exc``, unless something was found false before: then that decides.

    Otherwise changing one digit would turn a forgery into a request to install a newer release.
    """
    if not any(check.consequence >= Verdict.INVALID for check in checks):
        raise exc
    checks.append(failed("readable", Verdict.INVALID, exc.message))
