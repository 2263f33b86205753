"""Judge the seals of a case or bundle: each manifest, its signature, its timestamps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import BadInput, EvidenceDoubted
from evidencekit.files.streaming import digest_stream
from evidencekit.files.tree import Entry, FileTree
from evidencekit.formats.bundle import TAG_SIGNATURE
from evidencekit.formats.canonical import UnknownVersion
from evidencekit.formats.case import (
    ARTIFACTS,
    CHAIN_PEM,
    MANIFEST,
    SIGNATURE,
    is_seal_member,
    seal_name,
)
from evidencekit.formats.hashing import sha256
from evidencekit.formats.manifest import MAX_MANIFEST_BYTES, decode_manifest
from evidencekit.model.ids import Digest
from evidencekit.model.report import Check, Verdict, failed, not_checked, passed
from evidencekit.model.seal import Manifest
from evidencekit.proof.certificates import load_anchors
from evidencekit.proof.cms import MAX_SIGNATURE_BYTES, certificates_in
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.countersignatures import Countersigned, judge_countersignatures
from evidencekit.verify.reading import read_small
from evidencekit.verify.signature import Judged, judge_signature
from evidencekit.verify.stamps import read_stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSeal:
    """One seal: what it states, and what its signature is worth."""

    folder: str
    manifest: Manifest
    manifest_sha256: Digest
    judged: Judged
    stamp_count: int
    certificates: frozenset[bytes]
    """DER certificates that the signature carries."""
    countersigned: Countersigned


def judge_seals(
    tree: FileTree,
    entries: dict[str, Entry],
    folder: str,
    anchors: Anchors,
    *,
    is_whole: bool = True,
) -> tuple[list[JudgedSeal], list[Check]]:
    """Judge all seals below ``folder`` in order; a gap in their numbers is INVALID.

    What says that it is a part of a case (not ``is_whole``) need not list all artifacts of one.
    """
    numbers = {path.split("/")[1] for path in entries if path.startswith(f"{folder}/")}
    seals: list[JudgedSeal] = []
    checks: list[Check] = []
    for number, name in enumerate(sorted(numbers), start=1):
        if name != seal_name(number):
            checks.append(
                failed("seals", Verdict.INVALID, _("a seal is missing before this"), path=name)
            )
            break
        seal = _judge(tree, entries, f"{folder}/{name}", number, anchors)
        if isinstance(seal, Check):
            checks.append(seal)
            break
        seals.append(seal)
        checks += [*seal.judged.checks, *seal.countersigned.checks, *_follows(seal, seals[-2:-1])]
        checks += _judge_listing(tree, entries, seal, is_whole=is_whole)
        if TAG_SIGNATURE not in entries:  # in a bundle the documents' signature protects it
            checks += _judge_chain_pem(tree, entries, seal)
    return seals, checks


def judge_time(proven_at: datetime | None, anchors: Anchors) -> list[Check]:
    """Judge whether a reader who requires a proven time has one: that of the newest seal."""
    if proven_at is not None or not anchors.require_time:
        return []
    detail = _("no trusted timestamp dates the newest seal")
    return [not_checked("time", detail, consequence=Verdict.INDETERMINATE)]


def seal_files(entries: Iterable[str], folder: str) -> frozenset[str]:
    """Return the files that belong to seals; anything else there is unlisted."""
    return frozenset(path for path in entries if _is_seal_file(path, folder))


def _is_seal_file(path: str, folder: str) -> bool:
    number, _slash, member = path.removeprefix(f"{folder}/").partition("/")
    return path.startswith(f"{folder}/") and number.isdigit() and is_seal_member(member)


def _judge(
    tree: FileTree, entries: dict[str, Entry], folder: str, number: int, anchors: Anchors
) -> JudgedSeal | Check:
    name = f"seal-{number}"
    for needed in (MANIFEST, SIGNATURE):
        if f"{folder}/{needed}" not in entries:
            verdict = Verdict.INCOMPLETE if needed == MANIFEST else Verdict.INVALID
            return failed(name, verdict, _("is missing"), path=f"{folder}/{needed}")
    content = read_small(tree, f"{folder}/{MANIFEST}", MAX_MANIFEST_BYTES)
    path = f"{folder}/{SIGNATURE}"
    p7s = read_small(tree, path, MAX_SIGNATURE_BYTES)
    stamps = read_stamps(tree, entries, path)
    judged = judge_signature(
        name,
        content=content,
        p7s=p7s,
        stamps=stamps,
        anchors=anchors,
        path=path,
        is_listed=TAG_SIGNATURE in entries,
    )
    try:
        manifest = decode_manifest(content)
    except EvidenceDoubted as exc:
        is_false = any(check.consequence >= Verdict.INVALID for check in judged.checks)
        if isinstance(exc, UnknownVersion) and not is_false:
            raise  # truly signed like this: what this release cannot read, it cannot judge
        return failed(name, Verdict.INVALID, exc.message, path=f"{folder}/{MANIFEST}")
    return JudgedSeal(
        folder=folder,
        manifest=manifest,
        manifest_sha256=sha256(content),
        judged=judged,
        stamp_count=len(stamps),
        certificates=certificates_in(p7s),
        countersigned=judge_countersignatures(
            tree,
            entries,
            anchors,
            name=name,
            signature=path,
            p7s=p7s,
            sealed_by=judged.signer,
            is_listed=TAG_SIGNATURE in entries,
        ),
    )


def _judge_listing(
    tree: FileTree, entries: dict[str, Entry], seal: JudgedSeal, *, is_whole: bool
) -> list[Check]:
    """Compare the artifact lines that lie beside a manifest with those that it names."""
    expected, path = seal.manifest.artifacts_sha256, f"{seal.folder}/{ARTIFACTS}"
    name = f"seal-{seal.manifest.seal}-artifacts"
    if expected is None:
        return []
    if path not in entries:
        return [failed(name, Verdict.INCOMPLETE, _("is missing"), path=path)] if is_whole else []
    with tree.open(path) as stream:
        if digest_stream(stream).sha256 == expected:
            return []
    return [failed(name, Verdict.INVALID, _("is not the list that was sealed"), path=path)]


def _judge_chain_pem(tree: FileTree, entries: dict[str, Entry], seal: JudgedSeal) -> list[Check]:
    """Hold the certificates that lie there for people against those in the signature."""
    path, name = f"{seal.folder}/{CHAIN_PEM}", f"seal-{seal.manifest.seal}-chain"
    if path not in entries:
        return []
    try:
        shown = load_anchors(read_small(tree, path, MAX_SIGNATURE_BYTES), what=path)
    except BadInput as exc:
        return [failed(name, Verdict.INVALID, exc.message, path=path)]
    if frozenset(item.public_bytes(Encoding.DER) for item in shown) == seal.certificates:
        return []
    detail = _("shows other certificates than the signature has")
    return [failed(name, Verdict.INVALID, detail, path=path)]


def _follows(seal: JudgedSeal, before: list[JudgedSeal]) -> list[Check]:
    expected = before[0].manifest_sha256 if before else None
    number = len(before) and before[0].manifest.seal
    name, path = f"seal-{seal.manifest.seal}-order", f"{seal.folder}/{MANIFEST}"
    is_next = seal.manifest.seal == number + 1 and seal.manifest.previous_seal == expected
    is_same_case = not before or seal.manifest.case == before[0].manifest.case
    if is_next and is_same_case:
        return [passed(name, path=path)]
    return [failed(name, Verdict.INVALID, _("does not continue the seal before it"), path=path)]
