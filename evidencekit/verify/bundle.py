"""Verify a bundle (docs/format/bundle.md §5), each step resting on the one before.

1. Shape: safe names, a bag, no file without a list that names it.
2. The list of tag files: its signature, then every tag file.
3. The seals: manifests, signatures, timestamps.
4. Ledger and bodies against the seals.
5. The payload against its list, and both against the artifacts that the ledger shows.
"""

from collections.abc import Mapping
from datetime import datetime

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.tree import Entry, FileTree, UnsafeInput
from evidencekit.formats.bundle import (
    BAGIT,
    BAGIT_TXT,
    BUNDLE_FILE,
    FETCH,
    MAX_BUNDLE_FILE,
    METADATA,
    PAYLOAD,
    PAYLOAD_LIST,
    SEALS,
    TAG_LIST,
    TAG_SIGNATURE,
    decode_bundle_file,
    decode_list,
    unlisted_by_right,
)
from evidencekit.formats.canonical import UnknownVersion
from evidencekit.formats.case import BODIES, HEADS, LEDGER
from evidencekit.formats.hashing import sha256
from evidencekit.formats.paths import is_safe
from evidencekit.model.bundle import BundleFile
from evidencekit.model.ids import Digest
from evidencekit.model.report import (
    Check,
    Report,
    Verdict,
    conclude,
    failed,
    not_checked,
    passed,
)
from evidencekit.proof.cms import MAX_SIGNATURE_BYTES
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.heads import dated_lines, judge_heads
from evidencekit.verify.ledger import LedgerFindings, judge_gaps, judge_ledger, judge_seal_events
from evidencekit.verify.payload import Damaged, Hasher
from evidencekit.verify.reading import raise_unless_false, read_small
from evidencekit.verify.seals import JudgedSeal, judge_seals, read_stamps
from evidencekit.verify.signature import judge_signature

MAX_LIST_BYTES = 2**31  # 10⁷ entries of 200 bytes
_NEEDED = (BAGIT_TXT, PAYLOAD_LIST, TAG_LIST, BUNDLE_FILE, LEDGER, BODIES)


def verify_bundle(tree: FileTree, anchors: Anchors, hasher: Hasher) -> Report:
    """Verify a bundle in place; whatever it holds ends in a report, not in an exception.

    Except for :class:`UnknownVersion`, where nothing is false but this release too old to judge.
    """
    checks: list[Check] = []
    proven_at: datetime | None = None
    try:
        entries = hasher.entries()
        checks += [_foreign(path) for path in tree.foreign()]
        proven_at = _verify(tree, entries, anchors, hasher, checks)
    except UnsafeInput as exc:
        checks.append(failed("shape", Verdict.REFUSED, exc.message, path=exc.path))
    except UnknownVersion as exc:
        raise_unless_false(checks, exc)
    except EvidenceDoubted as exc:
        checks.append(failed("readable", Verdict.INVALID, exc.message))
    return conclude(checks, proven_at=proven_at)


def _verify(
    tree: FileTree,
    entries: dict[str, Entry],
    anchors: Anchors,
    hasher: Hasher,
    checks: list[Check],
) -> datetime | None:
    shape = _judge_shape(tree, entries)
    checks += shape
    if any(check.consequence > Verdict.VALID for check in shape):
        return None
    tag_list = read_small(tree, TAG_LIST, MAX_LIST_BYTES)
    tags = decode_list(tag_list, what=TAG_LIST)
    payload = decode_list(read_small(tree, PAYLOAD_LIST, MAX_LIST_BYTES), what=PAYLOAD_LIST)
    checks += _judge_names(entries, tags, payload)
    about = _about(tree, tags)
    checks += _judge_documents(tree, entries, tag_list, about, anchors)
    checks += _compare("tag-files", hasher, entries, tags)
    seals, seal_checks = judge_seals(tree, entries, SEALS, anchors)
    dated = dated_lines(entries, HEADS)
    checks += seal_checks
    with tree.open(LEDGER) as ledger, tree.open(BODIES) as bodies:
        found = judge_ledger(ledger, bodies, seals, dated)
    checks += [*found.checks, *(judge_gaps(found) if about.whole_case else ())]
    checks += judge_seal_events(seals, found)
    checks += judge_heads(tree, entries, HEADS, found.heads, anchors)
    checks += _judge_statement(about, seals, found)
    checks += _judge_artifacts(found, tags, payload)
    checks += _compare("payload", hasher, entries, payload)
    proven_at = seals[-1].judged.proven_at if seals else None
    if proven_at is None and anchors.require_time:
        checks.append(_time_missing())
    return proven_at


def _about(tree: FileTree, tags: Mapping[str, Digest]) -> BundleFile:
    data = read_small(tree, BUNDLE_FILE, MAX_BUNDLE_FILE)
    try:
        return decode_bundle_file(data)
    except UnknownVersion as exc:
        if tags.get(BUNDLE_FILE) != sha256(data):
            raise EvidenceDoubted(f"{BUNDLE_FILE}: digest differs") from exc
        raise


def _foreign(path: str) -> Check:
    return not_checked("foreign-file", _("left by an operating system, not evidence"), path=path)


def _time_missing() -> Check:
    detail = _("no trusted timestamp dates the newest seal")
    return not_checked("time", detail, consequence=Verdict.INDETERMINATE)


def _judge_shape(tree: FileTree, entries: dict[str, Entry]) -> list[Check]:
    if FETCH in entries:
        return [failed("shape", Verdict.REFUSED, _("asks to fetch files"), path=FETCH)]
    missing = [name for name in _NEEDED if name not in entries]
    if missing:
        return [failed("shape", Verdict.INCOMPLETE, _("is missing"), path=name) for name in missing]
    if read_small(tree, BAGIT_TXT, len(BAGIT)) != BAGIT:
        return [failed("shape", Verdict.INVALID, _("is not BagIt 1.0"), path=BAGIT_TXT)]
    return [passed("shape", _("a BagIt 1.0 bag, {n} files").format(n=len(entries)))]


def _judge_names(
    entries: dict[str, Entry], tags: Mapping[str, Digest], payload: Mapping[str, Digest]
) -> list[Check]:
    unsafe = [path for path in (*tags, *payload) if not is_safe(path)]
    if unsafe:
        return [
            failed("unlisted", Verdict.REFUSED, _("a name that bundles must not have"), path=path)
            for path in unsafe
        ]
    tag_files = {path for path in entries if not path.startswith(PAYLOAD)}
    stray_payload = entries.keys() - tag_files - payload.keys()
    stray_tags = tag_files - tags.keys() - unlisted_by_right(tag_files)
    checks = [
        failed("unlisted", Verdict.INVALID, _("no list names this file"), path=path)
        for path in sorted(stray_payload | stray_tags)
    ]
    misplaced = [path for path in payload if not path.startswith(PAYLOAD)]
    misplaced += [
        path for path in tags if path.startswith(PAYLOAD) or path in unlisted_by_right(tags)
    ]
    checks += [
        failed("unlisted", Verdict.INVALID, _("stands in the wrong list"), path=path)
        for path in misplaced
    ]
    if PAYLOAD_LIST not in tags or BUNDLE_FILE not in tags:
        checks.append(
            failed("tag-files", Verdict.INVALID, _("the list is not whole"), path=TAG_LIST)
        )
    return checks


def _judge_documents(
    tree: FileTree,
    entries: dict[str, Entry],
    tag_list: bytes,
    about: BundleFile,
    anchors: Anchors,
) -> list[Check]:
    name = "documents"
    is_signed = TAG_SIGNATURE in entries
    if not is_signed and about.is_signed:
        return [failed(name, Verdict.INVALID, _("the signature was removed"), path=TAG_SIGNATURE)]
    if not is_signed:
        detail = _("lists and reports are not signed; only the seals protect the evidence")
        return [not_checked(name, detail, consequence=Verdict.INDETERMINATE, path=TAG_LIST)]
    judged = judge_signature(
        name,
        content=tag_list,
        p7s=read_small(tree, TAG_SIGNATURE, MAX_SIGNATURE_BYTES),
        stamps=read_stamps(tree, entries, TAG_SIGNATURE),
        anchors=anchors,
        path=TAG_SIGNATURE,
        is_listed=False,
    )
    return [*judged.checks, *_strays(tree, entries)]


def _strays(tree: FileTree, entries: dict[str, Entry]) -> list[Check]:
    """Every file beside the signature must belong to a timestamp that was read."""
    stamps = read_stamps(tree, entries, TAG_SIGNATURE)
    read = {TAG_LIST, TAG_SIGNATURE}
    read |= {path for stamp in stamps for path in (stamp.path, f"{stamp.path[:-1]}q")}
    strays = unlisted_by_right(entries) - read
    return [
        failed("unlisted", Verdict.INVALID, _("belongs to no timestamp"), path=path)
        for path in sorted(strays)
    ]


def _compare(
    name: str, hasher: Hasher, entries: dict[str, Entry], listed: Mapping[str, Digest]
) -> list[Check]:
    missing = [path for path in listed if path not in entries]
    checks = [failed(name, Verdict.INCOMPLETE, _("is missing"), path=path) for path in missing]
    present = [path for path in listed if path in entries]
    for path, outcome in hasher.digests(present, len(present)):
        if isinstance(outcome, Damaged):
            checks.append(failed(name, Verdict.INVALID, outcome.why, path=path))
        elif outcome != listed[path]:
            checks.append(failed(name, Verdict.INVALID, _("digest differs"), path=path))
    if not checks:
        checks.append(passed(name, _("{n} files, all digests match").format(n=len(listed))))
    return checks


def _judge_statement(
    about: BundleFile, seals: list[JudgedSeal], found: LedgerFindings
) -> list[Check]:
    if not seals:
        return [failed("sealed", Verdict.UNTRUSTED, _("the case was never sealed"), path=SEALS)]
    newest = seals[-1].manifest
    same = (
        about.case == newest.case == found.case
        and about.seal == newest.seal
        and about.ledger_size == found.lines
    )
    if not same and found.lines:
        detail = _("says another case, seal or length of the ledger than the bundle holds")
        return [failed("statement", Verdict.INVALID, detail, path=BUNDLE_FILE)]
    if len(found.shown) < about.shown:
        detail = _("says {said} artifacts, shows {shown}").format(
            said=about.shown, shown=len(found.shown)
        )
        return [failed("statement", Verdict.INCOMPLETE, detail, path=BUNDLE_FILE)]
    if found.sealed != len(found.shown) or about.shown != len(found.shown):
        detail = _("shows artifacts that no seal covers")
        return [failed("statement", Verdict.INVALID, detail, path=BUNDLE_FILE)]
    detail = _("{shown} artifacts shown, {held} held back").format(
        shown=about.shown, held=about.held_back
    )
    return [passed("statement", detail, path=BUNDLE_FILE)]


def _judge_artifacts(
    found: LedgerFindings, tags: Mapping[str, Digest], payload: Mapping[str, Digest]
) -> list[Check]:
    """Tie the lists to the ledger: the lists alone say only that nothing changed since export."""
    by_id: dict[str, str] = {}
    checks: list[Check] = []
    for listed in payload:
        if by_id.setdefault(listed.removeprefix(PAYLOAD).partition(".")[0], listed) != listed:
            detail = _("a second file of the same artifact")
            checks.append(failed("artifacts", Verdict.INVALID, detail, path=listed))
    for artifact in found.shown:
        path = by_id.pop(artifact.id, None)
        if path is None:
            checks.append(
                failed("artifacts", Verdict.INCOMPLETE, _("has no file"), path=artifact.id)
            )
        elif payload[path] != artifact.content.sha256:
            detail = _("listed with another digest than the ledger has")
            checks.append(failed("artifacts", Verdict.INVALID, detail, path=path))
        record = f"{METADATA}/{artifact.id}.json"
        if artifact.metadata is not None and tags.get(record) != artifact.metadata.sha256:
            detail = _("metadata record missing or other than the ledger has")
            checks.append(failed("artifacts", Verdict.INVALID, detail, path=record))
    checks += [
        failed("artifacts", Verdict.INVALID, _("no artifact of the ledger"), path=path)
        for path in by_id.values()
    ]
    if not checks:
        detail = _("{n} artifacts are what the ledger says").format(n=len(found.shown))
        checks.append(passed("artifacts", detail))
    return checks
