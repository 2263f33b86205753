"""From bytes as delivered to text that can be searched for links: content codings and charsets.

Only for reading; what is stored stays as delivered. Decoders pull, piece by piece, so that a bomb
is inflated no further than the limit that the caller gives.
"""

import codecs
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, BinaryIO, Literal, cast

import brotli
import webencodings  # type: ignore[import-untyped]  # comes with tinycss2
import zstandard

MAX_CODINGS = 3  # more than one is rare, a long list is an attack
_PIECE = 64 * 1024
_ZSTD_WINDOW = 8 * 1024 * 1024  # RFC 9659 §3
_SNIFFED = 4096  # of a page, for <meta charset>; the HTML Standard §13.2.3.2 has 1024
_META = re.compile(
    rb"<meta[^>]{0,512}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{1,40})", re.IGNORECASE
)
_CSS_CHARSET = re.compile(rb'@charset "([a-zA-Z0-9_:.-]{1,40})";')  # CSS Syntax 3 §3.2
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([a-zA-Z0-9_:.-]{1,40})", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))

Pieces = Iterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A body without its content codings."""

    content: bytes
    cut: Literal["limit", "damaged", "unknown-coding"] | None
    """Why this is not all of it."""


def decode_body(body: BinaryIO, codings: str, *, limit: int) -> Decoded:
    """Undo the ``Content-Encoding`` given, reading from where ``body`` stands."""
    names = [name.strip().lower() for name in codings.split(",") if name.strip()]
    if len(names) > MAX_CODINGS or not set(names) <= _DECODERS.keys():
        return Decoded(content=b"", cut="unknown-coding")
    pieces: Pieces = iter(lambda: body.read(_PIECE), b"")
    for name in reversed(names):
        pieces = _DECODERS[name](pieces)
    taken = bytearray()
    try:
        for piece in pieces:
            taken += piece
            if len(taken) > limit:
                return Decoded(content=bytes(taken[:limit]), cut="limit")
    except (zlib.error, brotli.error, zstandard.ZstdError):
        return Decoded(content=bytes(taken), cut="damaged")
    return Decoded(content=bytes(taken), cut=None)


def decode_text(content: bytes, content_type: str) -> tuple[str, str]:
    """Return HTML as text, and the Python codec that was used.

    Order: byte-order mark, Content-Type, <meta>, else UTF-8 or, where it is none, CP949 (Korean
    pages that never said so) or Windows-1252.
    """
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace"), codec
    label = charset_of(content_type) or _declared(content)
    if label is not None:
        return content.decode(label, "replace"), label
    for codec in ("utf-8", "cp949"):
        try:
            # The last bytes may be half a character where the content was cut.
            return codecs.getincrementaldecoder(codec)().decode(content), codec
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", "replace"), "cp1252"


def decode_css(content: bytes, content_type: str) -> tuple[str, str]:
    """Return a stylesheet as text, and the codec: mark, Content-Type, @charset, else UTF-8."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace"), codec
    said = _CSS_CHARSET.match(content)
    codec = (
        charset_of(content_type) or (_codec(said[1].decode("ascii")) if said else None) or "utf-8"
    )
    return content.decode(codec, "replace"), codec


def charset_of(content_type: str) -> str | None:
    """Return the Python codec for the charset parameter, None where missing or unknown."""
    found = _CHARSET.search(content_type)
    return _codec(found[1]) if found else None


def _declared(content: bytes) -> str | None:
    found = _META.search(content[:_SNIFFED])
    codec = _codec(found[1].decode("ascii")) if found else None
    # A page whose <meta> could be read as ASCII is not UTF-16 (HTML Standard §13.2.3.2).
    return "utf-8" if codec is not None and codec.startswith("utf-16") else codec


def _codec(label: str) -> str | None:
    known = webencodings.lookup(label)
    # "replacement" and x-user-defined are no text; their codecs are not Python's.
    return known.codec_info.name if known and known.name != "x-user-defined" else None


def _gzip(pieces: Pieces) -> Pieces:
    engine = zlib.decompressobj(wbits=31)
    for piece in pieces:
        rest = piece
        while rest:
            if engine.eof:  # several members are one content, and zeros may fill up what follows
                rest = rest.lstrip(b"\0")
                engine = zlib.decompressobj(wbits=31) if rest else engine
            if rest:
                yield engine.decompress(rest, _PIECE)
                rest = engine.unused_data if engine.eof else engine.unconsumed_tail


def _deflate(pieces: Pieces) -> Pieces:
    # RFC 9110 §8.4.1.2 means zlib format; many servers send raw deflate instead.
    first = next(pieces, b"")
    is_zlib = first[:1] == b"\x78"
    engine = zlib.decompressobj(wbits=15 if is_zlib else -15)
    for piece in chain((first,), pieces):
        rest = piece
        while rest:
            if engine.eof:
                raise zlib.error("more follows the end")
            yield engine.decompress(rest, _PIECE)
            rest = engine.unconsumed_tail or engine.unused_data


def _brotli(pieces: Pieces) -> Pieces:
    engine = brotli.Decompressor()
    for piece in pieces:
        out = engine.process(piece, output_buffer_limit=_PIECE)
        while out:  # can_accept_more_data() is true also where output is still held back (1.2.1)
            yield out
            if engine.is_finished():
                return
            out = engine.process(b"", output_buffer_limit=_PIECE)


def _zstd(pieces: Pieces) -> Pieces:
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    source = cast("IO[bytes]", _Readable(pieces))  # zstandard calls nothing but read()
    reader = decoder.stream_reader(source, read_across_frames=True)
    while out := reader.read(_PIECE):
        yield out


class _Readable:
    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def read(self, size: int) -> bytes:
        del size
        return next((piece for piece in self._pieces if piece), b"")


_DECODERS: dict[str, Callable[[Pieces], Pieces]] = {
    "identity": lambda pieces: pieces,
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
