"""What lies in a copied PDF besides what draws its pages: dictionaries, and streams unpacked.

Drawings are what is seen, so a word of them says nothing more than the page does; like the pixels
of a picture they are not searched.
"""

from collections.abc import Iterator
from typing import BinaryIO

from pikepdf import Dictionary, Name, Stream

from evidencekit.metadata.pdf.opening import opened, unpacked


def inner(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each object as text, and each stream that is no drawing."""
    with opened(stream) as document:
        drawings = {page.obj.Contents.objgen for page in document.pages if "/Contents" in page.obj}
        yield bytes(document.trailer.unparse())
        for value in document.objects:
            if not isinstance(value, Stream):
                yield bytes(value.unparse(resolved=True))
                continue
            yield bytes(Dictionary({key: value[key] for key in _plain_keys(value)}).unparse())
            if value.objgen not in drawings and not _is_drawing(value):
                yield _held(value)


def _plain_keys(value: Stream) -> list[str]:
    return [key for key in value.keys() if not isinstance(value[key], Stream)]  # noqa: SIM118


def _is_drawing(value: Stream) -> bool:
    return value.get("/Subtype") == Name.Form or "/PatternType" in value


def _held(value: Stream) -> bytes:
    """Return what a stream holds; a picture in the form in which it is coded."""
    if value.get("/Subtype") == Name.Image and "/Filter" in value:
        return bytes(value.read_raw_bytes())
    return unpacked(value)
