"""Write a BagIt 1.0 bag whose lists are signed (docs/format/bundle.md §1)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.errors import EvidenceDoubted
from evidencekit.export.sinks import Sink
from evidencekit.files.streaming import CHUNK
from evidencekit.formats.bundle import (
    BAGIT,
    BAGIT_TXT,
    PAYLOAD_LIST,
    TAG_LIST,
    TAG_SIGNATURE,
    list_line,
)
from evidencekit.formats.case import stamp_name
from evidencekit.formats.hashing import sha256
from evidencekit.model.ids import Digest
from evidencekit.model.seal import Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The signature over the list of tag files, with its timestamps."""

    signature: bytes
    stamps: tuple[Stamp, ...]


class Bag:
    """Takes payload and tag files, then lists them and has the list signed."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._payload: dict[str, Digest] = {}
        self._tags: dict[str, Digest] = {}
        self._payload_bytes = 0

    def add_payload(self, path: str, stream: BinaryIO, *, sha256: Digest, size: int) -> None:
        """Copy an artifact; raises :class:`EvidenceDoubted` if it is not what the ledger says."""
        written = _Tally()
        self._sink.write(path, written.watch(_chunks(stream)), size=size)
        if written.sha256() != sha256 or written.size != size:
            raise EvidenceDoubted(f"{path}: the stored bytes are not those that were recorded")
        self._payload[path] = sha256
        self._payload_bytes += size

    def add_tag(
        self, path: str, chunks: Iterable[bytes], *, expected: Digest | None = None
    ) -> None:
        """Write a tag file; raises :class:`EvidenceDoubted` if it is not the ``expected`` one."""
        written = _Tally()
        self._sink.write(path, written.watch(chunks))
        if expected is not None and written.sha256() != expected:
            raise EvidenceDoubted(f"{path}: the stored bytes are not those that were recorded")
        self._tags[path] = written.sha256()

    def finish(
        self, info: Sequence[tuple[str, str]], sign: Callable[[bytes], Signed | None]
    ) -> Digest:
        """Write ``bag-info.txt`` and the lists; ``sign`` is given the list of tag files.

        Returns the digest of that list, which fixes the whole bundle.
        """
        oxum = f"{self._payload_bytes}.{len(self._payload)}"
        lines = [*info, ("Payload-Oxum", oxum)]
        text = "".join(f"{name}: {value}\n" for name, value in lines)
        self.add_tag(BAGIT_TXT, [BAGIT])
        self.add_tag("bag-info.txt", [text.encode("utf-8")])
        self.add_tag(PAYLOAD_LIST, _list(self._payload))
        tag_list = b"".join(_list(self._tags))
        self._sink.write(TAG_LIST, [tag_list])
        signed = sign(tag_list)
        if signed is not None:
            self._sink.write(TAG_SIGNATURE, [signed.signature])
            for number, stamp in enumerate(signed.stamps, start=1):
                self._sink.write(stamp_name(TAG_SIGNATURE, number, "tsq"), [stamp.request])
                self._sink.write(stamp_name(TAG_SIGNATURE, number, "tsr"), [stamp.response])
        self._sink.close()
        return sha256(tag_list)


class _Tally:
    def __init__(self) -> None:
        self.size = 0
        self._digest = hashlib.sha256()

    def watch(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._digest.update(chunk)
            self.size += len(chunk)
            yield chunk

    def sha256(self) -> Digest:
        return Digest(self._digest.hexdigest())


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK), b"")


def _list(digests: dict[str, Digest]) -> Iterator[bytes]:
    return (list_line(path, digests[path]) for path in sorted(digests))
