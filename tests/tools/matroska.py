"""Small Matroska files with a mark in every place that they offer; elements are written by hand."""

import io
from typing import Any

import av

from tests.tools.films import MARK, encoded_pictures, encoded_sound, picture_track

TITLE, NAME = "title " + MARK.decode(), "name " + MARK.decode()
LATITUDE_LAST = b"+37.5658+126.9780/"
SEGMENT = bytes.fromhex("18538067")


def element(number: str, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return bytes.fromhex(number) + (len(content) | 1 << 56).to_bytes(8, "big") + content


def coded_recording(kind: str = "matroska", *, remark: bytes = b"") -> bytes:
    """Pictures of H.264 and sound of AAC; for ``webm`` of VP8 and Opus."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        container.metadata["title"] = TITLE
        pictures: Any = picture_track(container, "libvpx" if kind == "webm" else "libx264")
        pictures.metadata["title"] = NAME
        sound: Any = container.add_stream(
            "libopus" if kind == "webm" else "aac", rate=48000, layout="mono"
        )
        for packet in (*encoded_pictures(pictures, remark), *encoded_sound(sound)):
            container.mux(packet)
    return out.getvalue()


def planted_recording(kind: str = "matroska") -> bytes:
    """Return a film with marks behind its clusters, in a segment of unknown size."""
    remark = b"unregistered " + MARK if kind == "matroska" else b""
    data = coded_recording(kind, remark=remark)
    at = data.index(SEGMENT) + 4
    width = 9 - data[at].bit_length()
    unknown = b"\x01" + b"\xff" * 7
    return data[:at] + unknown + data[at + width :] + _tags() + _attachments() + b"".join(
        (element("1043A770", element("45B9", element("B6", element("80", _chapter())))),
         element("EC", b"void " + MARK), element("1549A966", _more_information()))
    )  # fmt: skip


def _tags() -> bytes:
    pairs = ((b"LOCATION", LATITUDE_LAST), (b"ARTIST", b"artist " + MARK), (b"OWN", MARK[::-1]))
    simple = (
        element("67C8", element("45A3", name), element("4487", value)) for name, value in pairs
    )
    return element("1254C367", element("7373", element("63C0"), *simple))


def _attachments() -> bytes:
    return element(
        "1941A469",
        element(
            "61A7", element("466E", b"attached " + MARK), element("4660", b"text/plain"),
            element("465C", b"content " + MARK), element("46AE", b"\1\2\3\4\5\6\7\x08"),
            element("467E", b"description " + MARK),
        ),
    )  # fmt: skip


def _chapter() -> bytes:
    return element("85", b"chapter " + MARK)


def _more_information() -> bytes:
    nanoseconds = 799_290_001 * 10**9  # 2026-05-01 01:00:01 UTC since 2001
    return element("4461", nanoseconds.to_bytes(8, "big")) + element("7384", b"file " + MARK)


FACTS = frozenset(
    f"{word} {MARK.decode()}"
    for word in ("title", "name", "artist", "attached", "description", "chapter", "file")
) | {"37.5658000", "126.9780000", "2026-05-01 01:00:01 UTC"}  # fmt: skip
