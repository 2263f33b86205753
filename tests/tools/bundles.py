"""Bundles to attack: made by the library, held in memory, judged by the verifier.

``a_bundle(tmp_path)`` exports one; its ``files`` are changed by a test, its lists made anew by
:func:`relisted`, its list signed again by :func:`resigned`, as a forger would.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.demo.authority import Identity
from evidencekit.files.jsonl import read_lines
from evidencekit.files.tree import Entry, FileTree, require_distinct, require_safe
from evidencekit.formats.bundle import (
    BUNDLE_FILE,
    PAYLOAD,
    PAYLOAD_LIST,
    TAG_LIST,
    TAG_SIGNATURE,
    list_line,
    unlisted_by_right,
)
from evidencekit.formats.canonical import encode
from evidencekit.formats.case import HEADS, LEDGER, stamp_name
from evidencekit.formats.hashing import sha256
from evidencekit.formats.paths import is_foreign
from evidencekit.model.json import Json
from evidencekit.model.report import Report, Verdict
from evidencekit.model.seal import Stamp
from evidencekit.proof.cms import sign_detached
from evidencekit.protocols import Signer, Silent, TimestampAuthority
from evidencekit.seal.signer import FileSigner
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.bundle import verify_bundle
from evidencekit.verify.payload import open_hasher
from evidencekit.workflow.export import Form, export
from evidencekit.workflow.verify import verify
from tests.tools.builders import Built, CaseBuilder, a_case, certificate_of
from tests.tools.fakes import START
from tests.tools.media import MAKE, SEOUL, Jpeg, exif, exif_segment

Files = dict[str, bytes]


def judged(tree: FileTree, anchors: Anchors) -> Report:
    """Verify a tree that the test holds."""
    with open_hasher(tree, Silent()) as hasher:
        return verify_bundle(tree, anchors, hasher)


class MemoryTree:
    """Files in memory as the verifier sees a folder."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def entries(self) -> dict[str, Entry]:
        found = {
            path: Entry(require_safe(path), len(data))
            for path, data in self.files.items()
            if not is_foreign(path)
        }
        require_distinct(found)
        return found

    def foreign(self) -> tuple[str, ...]:
        return tuple(path for path in self.files if is_foreign(path))

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(self.files[path])

    def read(self, path: str) -> bytes:
        return self.files[path]


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A bundle as it was handed over, and what its reader trusts."""

    built: Built
    folder: Path
    files: Files = field(repr=False)

    @cached_property
    def anchors(self) -> Anchors:
        return Anchors(
            signers=(certificate_of(self.built.signer),),
            authorities=(self.built.authority.demo.root.certificate,),
            now=START,
        )

    def judged(self, files: Mapping[str, bytes] | None = None, **other: object) -> Report:
        """Judge files in memory; ``other`` are members of :class:`Anchors`."""
        anchors = replace(self.anchors, **other)  # type: ignore[arg-type]  # as the caller says
        return judged(MemoryTree(self.files if files is None else files), anchors)

    def without(self, *paths: str) -> Files:
        return {path: data for path, data in self.files.items() if path not in paths}

    def having(self, changed: Mapping[str, bytes]) -> Files:
        return {**self.files, **changed}

    def verified(self, path: Path, *, identity: Path | None = None) -> Report:
        """Judge what lies at ``path``, by the library's own entrance."""
        trust, tsa_trust = self.pems()
        return verify(
            path,
            trust=[trust],
            tsa_trust=[tsa_trust],
            identity=identity,
            setting=self.built.setting,
        )

    def pems(self) -> tuple[Path, Path]:
        """Write what the reader trusts to files, outside the bundle."""
        folder = self.folder.parent
        ca, root = folder / "ca.pem", folder / "tsa-root.pem"
        ca.write_bytes(pem_of(certificate_of(self.built.signer)))
        root.write_bytes(self.built.authority.demo.root.pem)
        return ca, root

    def exported(self, name: str, form: Form, *, encrypt_to: Sequence[str] = ()) -> Path:
        """Export once more from the same case."""
        return exported(self.built, name, form, encrypt_to=encrypt_to)


def a_small_case(folder: Path) -> CaseBuilder:
    """A note, an empty file and a picture with metadata."""
    picture = Jpeg(before=exif_segment(exif({MAKE: "Maker"}, gps=SEOUL))).encode()
    case = a_case(folder).with_file(b"hello", "note.txt").with_file(b"", "empty.txt")
    return case.with_file(picture, "picture.jpg")


def a_bundle(folder: Path, *, stamped: bool = True, is_signed: bool = True) -> Handed:
    """Seal a small case with one early token, a stamped seal and stamped documents; export it."""
    built = a_small_case(folder).built()
    if stamped:
        stamp_line(built, 2)
    built = replace(built, seals=(built.seal(*([built.authority] if stamped else [])),))
    return handed(built, stamped=stamped, is_signed=is_signed)


def handed(built: Built, *, stamped: bool = True, is_signed: bool = True) -> Handed:
    """Export a case as a folder ``bundle``."""
    signer = built.signer if is_signed else None
    folder = exported(built, "bundle", "bag", signer=signer, stamped=stamped and is_signed)
    return Handed(built=built, folder=folder, files=read_files(folder))


def exported(
    built: Built,
    name: str,
    form: Form,
    *,
    encrypt_to: Sequence[str] = (),
    signer: Signer | None = None,
    stamped: bool = True,
) -> Path:
    done = export(
        built.case,
        profile="police",
        out=built.root.parent / name,
        form=form,
        signer=signer if name == "bundle" else built.signer,
        authorities=[built.authority] if stamped else [],
        encrypt_to=encrypt_to,
        language="en",
        setting=built.setting,
    )
    return done.path


def stamp_line(built: Built, seq: int) -> Stamp:
    """Date a ledger line early, as ``add`` does where an authority is set."""
    with (built.root / LEDGER).open("rb") as stream:
        line = list(read_lines(stream, limit=2**22, what=LEDGER))[seq - 1]
    stamp = built.authority.stamp(line)
    for suffix, data in (("tsr", stamp.response), ("tsq", stamp.request)):
        (built.root / HEADS / stamp_name(str(seq), 1, suffix)).write_bytes(data)
    return stamp


def read_files(folder: Path) -> Files:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def relisted(files: Mapping[str, bytes]) -> Files:
    """Make both lists anew: what anybody can do."""
    found = {path: data for path, data in files.items() if path not in (PAYLOAD_LIST, TAG_LIST)}
    found[PAYLOAD_LIST] = _list(path for path in found if path.startswith(PAYLOAD))(found)
    unlisted = unlisted_by_right(found)
    tags = [path for path in found if not path.startswith(PAYLOAD) and path not in unlisted]
    found[TAG_LIST] = _list(iter(tags))(found)
    return found


def _list(paths: Iterator[str]) -> Callable[[Mapping[str, bytes]], bytes]:
    named = sorted(paths)
    return lambda files: b"".join(list_line(path, sha256(files[path])) for path in named)


def resigned(
    files: Mapping[str, bytes],
    signer: Signer,
    authority: TimestampAuthority | None = None,
    *,
    at: datetime = START,
) -> Files:
    """Make both lists anew and sign them with a key that the forger has."""
    found = relisted({path: data for path, data in files.items() if TAG_SIGNATURE not in path})
    signature = sign_detached(found[TAG_LIST], signer, at=at)
    found[TAG_SIGNATURE] = signature
    if authority is not None:
        found |= stamped_files(TAG_SIGNATURE, authority.stamp(signature))
    return found


def stamped_files(path: str, stamp: Stamp, number: int = 1) -> Files:
    return {
        stamp_name(path, number, "tsr"): stamp.response,
        stamp_name(path, number, "tsq"): stamp.request,
    }


def unsigned(files: Mapping[str, bytes], **about: Json) -> Files:
    """Take the documents' signature away and say so, with further members changed."""
    found = {path: data for path, data in files.items() if TAG_SIGNATURE not in path}
    found[BUNDLE_FILE] = edited(found[BUNDLE_FILE], signed=False, **about)
    return relisted(found)


def edited(document: bytes, **members: Json) -> bytes:
    return encode({**json.loads(document), **members})


def lines_of(data: bytes) -> list[bytes]:
    return data.split(b"\n")[:-1]


def joined(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def flipped_at(data: bytes, at: int, mask: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def zipped(files: Mapping[str, bytes], *, top: str = "evidence/") -> list[tuple[str, bytes]]:
    """Return names and contents as a zip holds them."""
    return [(top + path, data) for path, data in files.items()]


def write_zip(target: Path, members: Sequence[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """Write a zip, also one that no decent program would."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for member, data in members:
            archive.writestr(member, data)
    return target


def pem_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def signer_of(identity: Identity, *between: Identity) -> FileSigner:
    chain = (identity.certificate, *(item.certificate for item in between))
    return FileSigner(identity.key, chain)


def verdicts(report: Report) -> dict[str, Verdict]:
    """Return every check that has a consequence."""
    return {check.name: check.consequence for check in report.checks if check.consequence}


def paths_of(report: Report, verdict: Verdict) -> set[str | None]:
    return {check.path for check in report.checks if check.consequence is verdict}
