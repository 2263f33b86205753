"""One file that shows the page, and how its bytes come out of the browser."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidencekit.capture.chromium.cdp import CallRefused, Params
from evidencekit.text.catalog import _

Call = Callable[[str, Params], Params]
"""A call to the page with its limit already applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One file that shows the page."""

    role: str
    path: Path
    media_type: str
    cut: str | None = None
    """Where it ends, e.g. ``1366x200000px``; None if it is whole."""
    area: Mapping[str, int] | None = None
    """Which part of the page it shows, in CSS pixels; None where it is all that its role means."""
    taken_at: datetime | None = None
    copy_of: str | None = None
    """Name of the file of the same visit that this was made from; None for an original."""


@contextmanager
def whole_or_none(path: Path) -> Iterator[Path]:
    """Remove what was begun at ``path`` where the disk takes no more of it, and raise OSError."""
    try:
        yield path
    except OSError:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def data_of(answer: Params) -> bytes:
    """Return the bytes of an answer; raises CallRefused where they are none."""
    data = str(answer.get("data", ""))
    if answer.get("base64Encoded") is False:
        return data.encode("utf-8", errors="replace")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as exc:
        raise CallRefused(_("the browser sent nonsense")) from exc
