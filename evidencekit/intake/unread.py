"""Files that must not be read: their names and sizes, asked of the folder and never of the file.

Possession of child abuse material is a crime, also for those who mean well (DOMAIN: 아청법 §11⑤, as
recalled). No file is opened here.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import BadInput
from evidencekit.formats.fields import encode_base64
from evidencekit.formats.times import write_ns
from evidencekit.model.json import Json
from evidencekit.text.catalog import _
from evidencekit.text.clean import name_from_bytes

MAX_LISTED = 10_000
"""Files of one handing over; more are counted and not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """One file as the folder describes it."""

    path: bytes
    size: int
    modified_ns: int

    def to_json(self) -> dict[str, Json]:
        """Return what an event holds of it."""
        shown, raw = name_from_bytes(self.path)
        found: dict[str, Json] = {
            "path": shown,
            "size": self.size,
            "modified": write_ns(self.modified_ns),
        }
        return found | ({"path_bytes": encode_base64(raw)} if raw is not None else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """A file or folder of which the system tells nothing."""

    path: bytes

    @property
    def shown(self) -> str:
        """Its path; foreign text."""
        return name_from_bytes(self.path)[0]


def unread_below(paths: Sequence[Path]) -> Iterator[Unread | Unasked]:
    """Yield the regular files at and below some paths, in byte order; no link is followed.

    What cannot be asked about is yielded as such. Raises :class:`BadInput` where one of the paths
    does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise BadInput(_("{path}: there is no such file or folder").format(path=path))
    for path in paths:
        yield from _below(os.fsencode(path))


def _below(top: bytes) -> Iterator[Unread | Unasked]:
    pending = [top]
    while pending:
        path = pending.pop()
        try:
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode):
                yield Unread(path=path, size=status.st_size, modified_ns=status.st_mtime_ns)
            elif stat.S_ISDIR(status.st_mode):
                names = sorted(os.listdir(path), reverse=True)  # noqa: PTH208 (bytes)
                pending += [os.path.join(path, name) for name in names]  # noqa: PTH118
        except OSError:
            yield Unasked(path=path)
