"""Facts in OLE compound files ([MS-CFB]): HWP 5, Office before 2007, messages of Outlook.

The text of a document is not read, nor what is under a password; that there is one, is said.
"""

import io
import struct
import zlib
from typing import BinaryIO

import olefile

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.jpeg.read import read as read_jpeg
from evidencekit.metadata.ole.locked import hwp_header, packed_in, why_locked
from evidencekit.metadata.ole.properties import add_properties
from evidencekit.metadata.texts import decode_text, decode_utf16

MAX_STREAM = 64 * 2**20  # bytes of one stream, as it lies there and unpacked
BROKEN = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError,
    RecursionError, struct.error, zlib.error,
)  # fmt: skip
"""What olefile raises for files that are damaged."""
_MESSAGE = {
    "0037": "Subject", "0C1A": "SenderName", "0C1F": "SenderAddress", "5D01": "SenderSmtp",
    "0E03": "Cc", "0E04": "To", "007D": "Headers", "1035": "MessageId", "3FF8": "Creator",
    "3FFA": "LastModifier", "3707": "AttachmentName", "0042": "SentFor", "0065": "SentForAddress",
}  # fmt: skip
"""Properties of a message by their number ([MS-OXPROPS])."""
_THINGS = {"VBA": "Macros", "ObjectPool": "Attachment", "PrvImage": "Thumbnail"}


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what there is; of a file that is locked or damaged, that it is."""
    try:
        with olefile.OleFileIO(stream) as ole:
            _read(facts, ole)
    except BROKEN as exc:
        facts.problem(f"document: no readable OLE container ({type(exc).__name__})")


def _read(facts: FactList, ole: olefile.OleFileIO) -> None:
    entries = [list(path) for path in ole.listdir(streams=True, storages=True)]
    facts.structure("Streams", str(len(entries)), source="OLE directory")
    for why in why_locked(ole):
        facts.problem(f"document: {why}")
    for path in entries:
        name = "/".join(path)
        try:
            _add_times(facts, ole, name)
            _add_stream(facts, ole, name)
        except BROKEN as exc:
            facts.problem(f"{name}: cannot be read ({type(exc).__name__})")


def _add_times(facts: FactList, ole: olefile.OleFileIO, name: str) -> None:
    for tag, time in (("Created", ole.getctime(name)), ("Modified", ole.getmtime(name))):
        if time is not None:
            shown = f"{time:%Y-%m-%d %H:%M:%S}Z"
            facts.add("OLE times", tag, shown, raw=None, reader="olefile", source=name)


def _add_stream(facts: FactList, ole: olefile.OleFileIO, name: str) -> None:
    leaf = name.rpartition("/")[2]
    if leaf in _THINGS:
        facts.structure(_THINGS[leaf], name, source="OLE directory")
    if ole.get_type(name) != olefile.STGTY_STREAM:
        return
    if leaf.endswith("SummaryInformation"):
        add_properties(facts, stream_of(ole, name), name)
    elif leaf.startswith("__substg1.0_"):
        _add_of_message(facts, ole, name, leaf[12:])
    elif leaf == "FileHeader":
        _add_version(facts, hwp_header(ole))
    elif leaf == "Current User":
        _add_user(facts, stream_of(ole, name))
    elif leaf.lower().endswith((".jpg", ".jpeg")):
        _add_picture(facts, packed_in(ole, stream_of(ole, name), limit=MAX_STREAM), name)


def stream_of(ole: olefile.OleFileIO, name: str) -> bytes:
    """Return what a stream holds; ``ValueError`` beyond :data:`MAX_STREAM`."""
    if ole.get_size(name) > MAX_STREAM:
        raise ValueError("a stream that is too large")
    data: bytes = ole.openstream(name).read()
    return data


def _add_of_message(facts: FactList, ole: olefile.OleFileIO, name: str, number: str) -> None:
    tag, kind = _MESSAGE.get(number[:4].upper()), number[4:].upper()
    if tag is None or kind not in {"001F", "001E"}:
        return
    data = stream_of(ole, name)
    text = decode_utf16(data, order="le") if kind == "001F" else decode_text(data)
    if text.strip():
        facts.add("Message", tag, text.strip(), raw=text, reader="olefile", source=name)


def _add_version(facts: FactList, header: bytes) -> None:
    if header:
        shown = ".".join(str(part) for part in reversed(header[32:36]))
        facts.add("HWP", "Version", shown, raw=None, reader="olefile", source="FileHeader")


def _add_user(facts: FactList, atom: bytes) -> None:
    """[MS-PPT] §2.3.2: who saved a presentation last; the name is in no code page that it says."""
    size = int.from_bytes(atom[20:22], "little")
    name = decode_text(atom[28 : 28 + size]).strip("\0 ")
    if name:
        facts.add("OLE", "CurrentUser", name, raw=name, reader="olefile", source="Current User")


def _add_picture(facts: FactList, data: bytes, name: str) -> None:
    inner = FactList()
    read_jpeg(inner, io.BytesIO(data))
    facts.take(inner, source=name)
