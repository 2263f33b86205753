"""The parts of a document, read within limits; no entity is ever expanded."""

import zipfile
import zlib
from typing import BinaryIO
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import tree_of
from evidencekit.metadata.malformed import MalformedError

MAX_PARTS = 5_000
MAX_INFLATED = 192 * 2**20  # bytes of all parts together


class Parts:
    """A document that was opened; raises :class:`MalformedError` for what is no such thing."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as exc:
            raise MalformedError(f"no readable zip ({exc})") from exc
        self.entries = self._archive.infolist()
        self.names = [one.filename for one in self.entries]
        if len(self.names) > MAX_PARTS or sum(one.file_size for one in self.entries) > MAX_INFLATED:
            raise MalformedError(f"more than {MAX_PARTS} parts or {MAX_INFLATED} bytes of them")
        self._known = frozenset(self.names)
        self._spelt = {one.lower(): one for one in self.names}
        if len(self._known) != len(self.names):
            raise MalformedError("two parts of one name")

    def place(self, name: str) -> str:
        """Return how a part is spelt here: letters of either case are alike (ECMA-376-2 §7.3)."""
        return name if name in self._known else self._spelt.get(name.lower(), name)

    @property
    def comment(self) -> bytes:
        """Of the archive."""
        return self._archive.comment

    def data(self, name: str) -> bytes:
        """Return what a part holds; what is locked, damaged or not there is malformed."""
        try:
            with self._archive.open(name) as part:
                return part.read()  # never more than the directory says, which was judged
        except (
            KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError,
            NotImplementedError,
        ) as exc:  # fmt: skip
            raise MalformedError(f"a part that cannot be read ({type(exc).__name__})") from exc

    def tree(self, name: str) -> Element:
        """Return the elements of a part."""
        return tree_of(self.data(name))
