"""Ogg: pages of Opus, Vorbis or Theora (RFC 3533, RFC 7845; Vorbis I §4, appendix A)."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.vorbis import add_comments, after_head, empty_comments

MAX_STREAMS, MAX_HEADS = 8, 16 * 2**20
_HEAD = 27
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_KINDS = (  # how the first packet begins, how many heads there are
    (b"OpusHead", 2), (b"\x01vorbis", 3), (b"\x80theora", 3),
)  # fmt: skip
_SKELETON = b"fishead\0"
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_NOWHERE = 2**64 - 1  # a position for pages on which no packet ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page."""

    flags: int
    position: int
    serial: int
    number: int
    sizes: bytes
    """Of its segments."""
    data: bytes


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add the comments of each stream; a walk that breaks off leaves what was found before."""
    heads: dict[int, _Heads] = {}
    try:
        for page in pages(stream):
            if page.flags & _FIRST and page.serial not in heads and len(heads) < MAX_STREAMS:
                heads[page.serial] = _Heads()
            if all(one.is_done for one in heads.values()):
                break
            found = heads.get(page.serial)
            if found is not None and not found.is_done and found.take(page):
                _add_heads(facts, found, page.serial)
    except MalformedError as exc:
        facts.problem(f"Ogg: {exc}")


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the packets anew; raises :class:`MalformedError` where that needs a guess."""
    del wish  # there is no place for a time, and there are no remarks
    gone, writing = Gone(), _Writing(out)
    heads: dict[int, _Heads] = {}
    for page in pages(stream, gone):
        if page.flags & _FIRST:
            if page.serial in heads or writing.has_begun:
                raise MalformedError("several recordings in one file")
            heads[page.serial] = _Heads()
        _go_on(heads.get(page.serial), page, writing, gone)
    if not writing.has_begun or not all(one.is_done for one in heads.values()):
        raise MalformedError("a recording without its heads, or without sound")
    return Rebuilt(removed=gone.words, kept=(), content_sha256=writing.digest.hexdigest())


def _go_on(found: "_Heads | None", page: Page, writing: "_Writing", gone: Gone) -> None:
    if found is None:
        raise MalformedError("a page of a stream that did not begin")
    if not found.is_done:
        if found.take(page):
            writing.heads(page.serial, found, gone)
    elif not found.is_dropped:
        writing.page(page)


def pages(stream: BinaryIO, gone: Gone | None = None) -> Iterator[Page]:
    """Yield pages; what is behind the last whole one is noted, anything else malformed."""
    stream.seek(0)
    is_over = False
    while head := stream.read(_HEAD):
        if head[:5] != b"OggS\0" or len(head) < _HEAD:
            if is_over and gone is not None:
                gone.note("bytes-after-end")
                return
            raise MalformedError("no page where one must stand")
        sizes = stream.read(head[26])
        data = stream.read(sum(sizes))
        if len(sizes) < head[26] or len(data) < sum(sizes):
            raise MalformedError("a page that is cut off")
        is_over = bool(head[5] & _LAST)
        yield Page(
            flags=head[5],
            position=int.from_bytes(head[6:14], "little"),
            serial=int.from_bytes(head[14:18], "little"),
            number=int.from_bytes(head[18:22], "little"),
            sizes=sizes,
            data=data,
        )


def encode(page: Page) -> bytes:
    """Encode a page with its checksum (RFC 3533 §6)."""
    head = b"OggS\0" + bytes((page.flags,)) + page.position.to_bytes(8, "little")
    head += page.serial.to_bytes(4, "little") + page.number.to_bytes(4, "little")
    rest = bytes((len(page.sizes),)) + page.sizes + page.data
    return head + _checksum(head + bytes(4) + rest) + rest


def _checksum(data: bytes) -> bytes:
    """CRC-32 with the bits in their order, from zero: zlib's, with all bits turned around."""
    turned = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{turned:032b}"[::-1], 2).to_bytes(4, "little")


class _Heads:
    """The first packets of one stream."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.is_done = self.is_dropped = False
        self._open, self._wanted = b"", 0

    def take(self, page: Page) -> bool:
        """Take the packets of a page, and return whether they were the last; these must end it."""
        position = 0
        for size in page.sizes:
            self._open += page.data[position : position + size]
            position += size
            if len(self._open) > MAX_HEADS:
                raise MalformedError("heads of impossible size")
            if size < 255:  # noqa: PLR2004 (a segment of less ends its packet)
                self._end_packet()
        if self.is_done and self._open:
            raise MalformedError("sound on the page of a head")
        return self.is_done

    def _end_packet(self) -> None:
        if self.is_done:
            raise MalformedError("sound on the page of a head")
        packet, self._open = self._open, b""
        self.packets.append(packet)
        if len(self.packets) == 1:
            if packet.startswith(_SKELETON):
                self.is_done = self.is_dropped = True
                return
            self._wanted = next((count for start, count in _KINDS if packet.startswith(start)), 0)
            if not self._wanted:
                raise MalformedError("a stream of a kind that is not understood")
        self.is_done = len(self.packets) == self._wanted


def _add_heads(facts: FactList, heads: _Heads, serial: int) -> None:
    source = f"stream {serial}"
    for packet in heads.packets[1:]:
        comments = after_head(packet)
        if comments is not None:
            add_comments(facts, comments, source=source)


class _Writing:
    """One copy while it is written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._serials: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._waiting: list[Page] = []
        self.digest = hashlib.sha256()
        self.has_begun = False

    def heads(self, serial: int, heads: _Heads, gone: Gone) -> None:
        """Keep the heads of a stream: all streams begin before any goes on (RFC 3533 §4)."""
        if heads.is_dropped:
            gone.note("player-hints")
            return
        self._serials[serial] = len(self._serials) + 1
        gone.when(serial != self._serials[serial], "identifiers")
        first, comments, *rest = heads.packets
        empty = empty_comments(comments)
        gone.when(comments != empty, "tags")
        for packet in (first, *rest):
            self.digest.update(packet)
        self._write(Page(flags=_FIRST, position=0, serial=serial, number=0, sizes=b"", data=first))
        for packet in (empty, *rest):
            self._waiting.append(
                Page(flags=0, position=0, serial=serial, number=0, sizes=b"", data=packet)
            )

    def page(self, page: Page) -> None:
        """Write a page of sound as it is, under the number that it has now."""
        if not self.has_begun:
            self.has_begun = True
            for head in self._waiting:
                self._write(head)
        self.digest.update(page.data)
        self._put(page)

    def _write(self, head: Page) -> None:
        """Write one packet on as many pages as it needs."""
        sizes = b"\xff" * (len(head.data) // 255) + bytes((len(head.data) % 255,))
        for at in range(0, len(sizes), 255):
            part = sizes[at : at + 255]
            data = head.data[at * 255 : at * 255 + sum(part)]
            flags = head.flags | (_CONTINUED if at else 0)
            is_end = at + 255 >= len(sizes)
            position = head.position if is_end else _NOWHERE
            self._put(replace(head, flags=flags, position=position, sizes=part, data=data))

    def _put(self, page: Page) -> None:
        serial = self._serials[page.serial]
        number = self._numbers.get(serial, 0)
        self._numbers[serial] = number + 1
        self._out.write(encode(replace(page, serial=serial, number=number)))
