"""Packs the WARC files of one capture into one WACZ (docs/format/wacz.md).

``archive/`` holds the whole answers and nothing else, since replays serve whatever lies there:
ranges, revalidations and handshakes go to ``evidence/``. Everything is stored, not deflated, so
that ``unzip -p`` and a byte range give the WARC as it was written, and so that equal input gives
equal bytes whichever zlib is installed. Nothing of the machine goes in: fixed times, fixed
attributes, names of ours.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from evidencekit.capture.wacz.index import index_warc
from evidencekit.capture.wacz.signature import WaczSigner
from evidencekit.formats import wacz
from evidencekit.formats.cdxj import encode_index
from evidencekit.formats.hashing import sha256
from evidencekit.formats.wacz import Member, WaczPage, WaczSignature
from evidencekit.model.ids import Digest

NAME = "capture.wacz"
_PIECE = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name
_UNIX = 3
_READABLE = 0o100644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wacz:
    """One that was written."""

    path: Path
    package_sha256: Digest
    """Of its ``datapackage.json``, which names every other file with its digest."""
    signature: WaczSignature | None
    answers: int
    """In the index."""


def write_wacz(
    target: Path,
    *,
    warc: Path,
    beside: tuple[Path, ...] = (),
    page: WaczPage,
    created: datetime,
    software: str,
    sign: WaczSigner | None,
) -> Wacz:
    """Write ``target``, which must not exist; ``beside`` goes to ``evidence/`` by its own names.

    The same input and signature give the same bytes.
    """
    entries = index_warc(warc, filename=warc.name)
    with target.open("xb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as container:
        members = [_put_file(container, wacz.ARCHIVE + warc.name, warc)]
        members += [_put_file(container, wacz.EVIDENCE + path.name, path) for path in beside]
        members.append(_put(container, wacz.INDEX_PATH, encode_index(entries)))
        members.append(_put(container, wacz.PAGES_PATH, wacz.encode_pages(page)))
        package = wacz.encode_package(members, page, created=created, software=software)
        digest = sha256(package)
        signature = sign(wacz.signed_text(digest)) if sign is not None else None
        _put(container, wacz.PACKAGE_PATH, package)
        _put(
            container,
            wacz.DIGEST_PATH,
            wacz.encode_digest(digest, signature, created=created, software=software),
        )
    return Wacz(path=target, package_sha256=digest, signature=signature, answers=len(entries))


def _put_file(container: zipfile.ZipFile, name: str, path: Path) -> Member:
    with path.open("rb") as content:
        return _copy(container, name, content, path.stat().st_size)


def _put(container: zipfile.ZipFile, name: str, content: bytes) -> Member:
    return _copy(container, name, io.BytesIO(content), len(content))


def _copy(container: zipfile.ZipFile, name: str, content: BinaryIO, size: int) -> Member:
    """Copy and hash in one go: what is vouched for is what was written."""
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.create_system = _UNIX
    info.external_attr = _READABLE
    info.file_size = size  # lets zipfile choose ZIP64 where it is needed
    hasher, written = hashlib.sha256(), 0
    with container.open(info, "w") as out:
        while piece := content.read(_PIECE):
            hasher.update(piece)
            written += out.write(piece)
    return Member(path=name, sha256=Digest(hasher.hexdigest()), size=written)
