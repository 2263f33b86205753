"""Verify whatever was received: a bundle folder, a zip, an encrypted bundle, or a case.

Hashing begins before the code that judges is even loaded: on a large bundle it decides how long
all of it takes.
"""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from evidencekit.errors import (
    BadInput,
    EvidenceDoubted,
    FormatUnreadable,
    KeyUnusable,
    SourceChanged,
)
from evidencekit.files.age import decrypt_file, is_age
from evidencekit.files.durable import disk_errors
from evidencekit.files.opening import open_regular
from evidencekit.files.tree import FileTree, FolderTree, UnsafeInput
from evidencekit.files.zipentry import DamagedZip
from evidencekit.files.ziptree import ZipTree, is_zip
from evidencekit.formats.bundle import BAGIT_TXT, BUNDLE_FILE, PAYLOAD, TAG_LIST
from evidencekit.formats.case import CASE_FILE, OBJECTS, VERIFIED
from evidencekit.model.report import Report, Verdict, conclude, failed
from evidencekit.protocols import Observer, Silent
from evidencekit.text.catalog import _
from evidencekit.verify.payload import Hasher, open_hasher
from evidencekit.workflow.setting import Setting

if TYPE_CHECKING:
    from evidencekit.verify.anchors import Anchors

_MakeAnchors = Callable[[], "Anchors"]


def verify(
    path: Path,
    *,
    trust: Sequence[Path] = (),
    tsa_trust: Sequence[Path] = (),
    identity: Path | None = None,
    require_time: bool = False,
    require_revocation: bool = False,
    crls: Sequence[Path] = (),
    ocsp: Sequence[Path] = (),
    setting: Setting,
    observer: Observer | None = None,
) -> Report:
    """Return a report on ``path``; nothing is written into it, and no network is used.

    ``crls`` and ``ocsp`` are files with what authorities say of revoked certificates.
    ``identity`` opens an age-encrypted bundle, decrypted into a file without a name. Raises
    :class:`BadInput` where there is no ``path``, :class:`FormatUnreadable` where it is neither
    bundle nor case, or of a version that this release cannot read.
    """

    def anchors() -> "Anchors":
        from evidencekit.verify.anchors import Anchors
        from evidencekit.workflow.anchors import read_anchors
        from evidencekit.workflow.revocation import evidence_of, read_kept

        return Anchors(
            signers=tuple(anchor for file in trust for anchor in read_anchors(file)),
            authorities=tuple(anchor for file in tsa_trust for anchor in read_anchors(file)),
            now=setting.clock(),
            require_time=require_time,
            require_revocation=require_revocation,
            revocation=evidence_of(read_kept(crls, ocsp)),
        )

    observer = observer or Silent()
    if not path.exists():
        raise BadInput(_("{path}: there is no such file or folder").format(path=path))
    path = path.resolve()  # a link that the user named; inside a bundle none is followed
    if path.is_dir():
        return _verify_folder(path, anchors, observer)
    if is_age(path):
        return _verify_encrypted(path, identity, anchors, observer)
    try:
        with open_regular(path) as file:
            return _verify_zip(file, anchors, observer, what=path.name)
    except SourceChanged as exc:
        return conclude([failed("readable", Verdict.INVALID, exc.message)], proven_at=None)


def _verify_folder(path: Path, anchors: _MakeAnchors, observer: Observer) -> Report:
    # A bundle must not pass for a case, which no signature over a list of its files protects.
    is_bundle = any((path / name).exists() for name in (BUNDLE_FILE, BAGIT_TXT, TAG_LIST))
    is_case = (path / CASE_FILE).is_file() and not is_bundle
    tree = FolderTree(path, only=VERIFIED if is_case else None)
    with open_hasher(tree, observer) as hasher:
        with suppress(UnsafeInput):  # found again, and reported, when it is judged
            hasher.start(OBJECTS if is_case else PAYLOAD)
        if is_case:
            from evidencekit.verify.case import verify_case

            return verify_case(tree, anchors(), hasher)
        return _judge_bundle(tree, anchors, hasher)


def _judge_bundle(tree: FileTree, anchors: _MakeAnchors, hasher: Hasher) -> Report:
    from evidencekit.verify.bundle import verify_bundle

    return verify_bundle(tree, anchors(), hasher)


def _verify_zip(file: BinaryIO, anchors: _MakeAnchors, observer: Observer, *, what: str) -> Report:
    if not is_zip(file):
        raise FormatUnreadable(
            _("{what}: neither a bundle nor a case").format(what=what),
            hint=_("a bundle is a folder, a zip, or a zip encrypted by age"),
        )
    try:
        tree = ZipTree(file)
    except DamagedZip as exc:
        return conclude([failed("readable", Verdict.INVALID, exc.message)], proven_at=None)
    with open_hasher(tree, observer) as hasher:
        with suppress(UnsafeInput):
            hasher.start(PAYLOAD)
        return _judge_bundle(tree, anchors, hasher)


def _verify_encrypted(
    path: Path, identity: Path | None, anchors: _MakeAnchors, observer: Observer
) -> Report:
    if identity is None:
        raise KeyUnusable(
            _("{path} is encrypted").format(path=path.name),
            hint=_("--identity FILE names your age key"),
        )
    # The file has no name: nobody else can open it, and it ends with this process however it ends.
    with disk_errors(tempfile.gettempdir()), tempfile.TemporaryFile(buffering=0) as plain:
        try:
            decrypt_file(path, plain, identity)
        except EvidenceDoubted as exc:
            return conclude([failed("readable", Verdict.INVALID, exc.message)], proven_at=None)
        return _verify_zip(plain, anchors, observer, what=path.name)
