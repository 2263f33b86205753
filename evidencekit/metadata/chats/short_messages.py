"""SMS Backup & Restore: short messages of Android as XML (its own format, synctech.com.au)."""

import base64
import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, iterparse

from evidencekit.metadata.chats.lines import Text
from evidencekit.metadata.chats.message import Attached, Export, Piece

_MILLISECONDS = 1000
_RECEIVED, _SENT = "1", "2"
_MMS_RECEIVED = "132"  # m_type of what was retrieved (OMA-MMS-ENC table 12: m-retrieve-conf)


def parse(text: Text) -> tuple[Export, Iterator[Piece]]:
    """Return the messages in order; after a fault of the file there are none."""
    return Export(platform="sms", variant="xml"), _pieces(text.data)


def _pieces(data: bytes) -> Iterator[Piece]:
    number = 0
    try:
        for _event, element in iterparse(io.BytesIO(data), forbid_dtd=True):
            if element.tag in {"sms", "mms"}:
                number += 1
                yield _piece(element, number)
                element.clear()
    except (ParseError, ValueError, LookupError) as exc:  # entities, DTD; encodings that are none
        yield Piece(kind="unparsed", start=-1, end=-1, pointer=f"/{number}", text=f"{exc}"[:200])


def _piece(element: Element, number: int) -> Piece:
    try:
        return _message(element, number)
    except (ValueError, OverflowError, OSError):  # a time that is none
        return Piece(kind="unparsed", start=-1, end=-1, pointer=f"/{number}", raw=_raw(element))


def _message(element: Element, number: int) -> Piece:
    about = element.attrib
    stamp = about.get("date", "")
    moment = datetime.fromtimestamp(int(stamp) / _MILLISECONDS, UTC) if stamp.isdigit() else None
    other = about.get("contact_name") or about.get("address", "")
    other = about.get("address", "") if other == "(Unknown)" else other
    is_sent = about.get("type") == _SENT or (
        element.tag == "mms" and about.get("m_type") not in {None, _MMS_RECEIVED}
    )
    text, files = about.get("body", ""), list[Attached]()
    for part in element.iter("part"):
        if part.get("ct") == "text/plain":
            text += part.get("text", "")
        elif part.get("ct") not in {None, "application/smil"}:
            files.append(_attached(part))
    return Piece(
        kind="message", start=-1, end=-1, pointer=f"/{number}",
        sender="" if is_sent else other, sender_id=about.get("address", ""), conversation=other,
        at=moment, at_raw=about.get("readable_date", stamp),
        precision="second" if moment else "none", text=text, raw=_raw(element),
        attachments=tuple(files), warnings=("sent-by-owner",) if is_sent else (),
    )  # fmt: skip


def _attached(part: Element) -> Attached:
    """Return the name of a part, and of bytes that can be read what they are."""
    name = part.get("cl") or part.get("name") or str(part.get("ct"))
    try:
        data = base64.b64decode(part.get("data", ""))
    except ValueError:
        return Attached(name=name)
    if not data:
        return Attached(name=name)
    return Attached(name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def _raw(element: Element) -> str:
    """Return the attributes as they stand; pictures inside are told by their size."""
    told = " ".join(f'{name}="{value}"' for name, value in element.attrib.items())
    sizes = [
        f"[{part.get('ct')}: {len(part.get('data', ''))} characters of base64]"
        for part in element.iter("part")
    ]
    return f"<{element.tag} {told}> {' '.join(sizes)}".strip()
