"""Opens a PDF as it is: nothing is repaired in silence that a viewer may see otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pikepdf

from evidencekit.metadata.malformed import MalformedError

MAX_PAGES = 5_000
MAX_OBJECTS = 500_000
MAX_STREAM = 256 * 2**20  # bytes of one, unpacked


@contextmanager
def opened(stream: BinaryIO) -> Iterator[pikepdf.Pdf]:
    """Yield the document; raises :class:`MalformedError` for one that is locked or none.

    One that opens with an empty password is opened: anybody's viewer does the same.
    """
    stream.seek(0)
    try:
        document = pikepdf.open(stream, suppress_warnings=True, attempt_recovery=True)
    except pikepdf.PasswordError as exc:
        raise MalformedError("locked with a password") from exc
    except pikepdf.PdfError as exc:
        raise MalformedError(f"no PDF that can be opened: {exc}") from exc
    with document:
        if len(document.pages) > MAX_PAGES or len(document.objects) > MAX_OBJECTS:
            raise MalformedError(f"more than {MAX_PAGES} pages or {MAX_OBJECTS} objects")
        yield document


def unpacked(stream: pikepdf.Stream) -> bytes:
    """Return what a stream holds; raises :class:`MalformedError` where it does not unpack."""
    try:
        data = stream.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    except pikepdf.PdfError as exc:
        raise MalformedError(f"a stream that does not unpack: {exc}") from exc
    if len(data) > MAX_STREAM:
        raise MalformedError(f"a stream of more than {MAX_STREAM} bytes")
    return data
