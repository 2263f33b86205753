"""Verify a case folder as it stands, without opening it for writing."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from evidencekit.errors import EvidenceDoubted, SourceChanged
from evidencekit.files.tree import Entry, FolderTree, UnsafeInput
from evidencekit.formats.canonical import UnknownVersion
from evidencekit.formats.case import (
    BODIES,
    HEADS,
    LEDGER,
    SEALS,
    UNVERIFIED,
    object_path,
)
from evidencekit.formats.paths import is_foreign
from evidencekit.model.artifact import StoredObject
from evidencekit.model.report import Check, Report, Verdict, conclude, failed, not_checked, passed
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.heads import dated_lines, judge_heads
from evidencekit.verify.ledger import LedgerFindings, judge_gaps, judge_ledger, judge_seal_events
from evidencekit.verify.payload import Damaged, Hasher
from evidencekit.verify.reading import raise_unless_false
from evidencekit.verify.revocation import read_evidence
from evidencekit.verify.revoked_keys import judge_revoked_keys
from evidencekit.verify.seals import judge_seals, judge_time, seal_files


def verify_case(tree: FolderTree, anchors: Anchors, hasher: Hasher) -> Report:
    """Verify ledger, seals and every stored object of a case, of which ``tree`` shows the parts."""
    checks: list[Check] = []
    proven_at = None
    try:
        proven_at = _verify(tree, anchors, hasher, checks)
    except UnsafeInput as exc:
        checks.append(failed("shape", Verdict.REFUSED, exc.message, path=exc.path))
    except SourceChanged as exc:
        detail = _("{what}: is a command still at work? verify again").format(what=exc.message)
        checks.append(not_checked("readable", detail, consequence=Verdict.INDETERMINATE))
    except UnknownVersion as exc:
        raise_unless_false(checks, exc)
    except (EvidenceDoubted, FileNotFoundError) as exc:
        checks.append(failed("readable", Verdict.INVALID, str(exc)))
    checks += judge_time(proven_at, anchors)
    return conclude(checks, proven_at=proven_at)


def _verify(
    tree: FolderTree, anchors: Anchors, hasher: Hasher, checks: list[Check]
) -> datetime | None:
    entries = hasher.entries()
    evidence, unread = read_evidence(tree, entries, SEALS)
    checks += unread
    anchors = replace(anchors, revocation=anchors.revocation + evidence)
    seals, seal_checks = judge_seals(tree, entries, SEALS, anchors)
    checks += seal_checks
    if not seals and not seal_checks:
        detail = _("the case was never sealed")
        checks.append(failed("sealed", Verdict.UNTRUSTED, detail, path=SEALS))
    with tree.open(LEDGER) as ledger, tree.open(BODIES) as bodies:
        dated = dated_lines(entries, HEADS)
        found = judge_ledger(ledger, bodies, seals, dated, is_live=True)
    checks += [*found.checks, *judge_gaps(found), *_torn(tree)]
    checks += judge_heads(tree, entries, HEADS, found.heads, anchors)
    checks += [*_judge_names(tree), *_judge_seal_folders(entries)]
    checks += judge_seal_events(seals, found)
    checks += judge_revoked_keys(seals, found.revoked_keys)
    if found.sealed < len(found.shown):
        detail = _("{n} artifacts were added after the newest seal: no seal covers them")
        detail = detail.format(n=len(found.shown) - found.sealed)
        checks.append(not_checked("unsealed", detail, consequence=Verdict.INDETERMINATE))
    checks += _judge_objects(hasher, entries, found)
    return seals[-1].judged.proven_at if seals else None


def _torn(tree: FolderTree) -> list[Check]:
    """Note a line that a crash cut off (docs/format/case.md §4)."""
    checks: list[Check] = []
    for path in (LEDGER, BODIES):
        with tree.open(path) as stream:
            is_torn = stream.seek(0, os.SEEK_END) > 0 and _last_byte(stream) != b"\n"
        if is_torn:
            detail = _("a crash cut off its last line; it was never acknowledged")
            checks.append(not_checked("ledger-tail", detail, path=path))
    return checks


def _last_byte(stream: BinaryIO) -> bytes:
    stream.seek(-1, os.SEEK_END)
    return stream.read(1)


def _judge_names(tree: FolderTree) -> list[Check]:
    strays = [name for name in tree.left_out if name not in UNVERIFIED and not is_foreign(name)]
    return [
        failed("unlisted", Verdict.INVALID, _("is no part of a case"), path=name)
        for name in sorted(strays)
    ]


def _judge_seal_folders(entries: Mapping[str, Entry]) -> list[Check]:
    present = {path for path in entries if path.startswith(f"{SEALS}/")}
    return [
        not_checked("foreign-file", _("no part of a seal"), path=path)
        for path in sorted(present - seal_files(present, SEALS))
    ]


def _judge_objects(
    hasher: Hasher, entries: Mapping[str, Entry], found: LedgerFindings
) -> list[Check]:
    expected = {object_path(item.sha256): item for item in _objects(found)}
    missing = [path for path in expected if path not in entries]
    checks = [failed("objects", Verdict.INCOMPLETE, _("is missing"), path=path) for path in missing]
    present = [path for path in expected if path in entries]
    for path, outcome in hasher.digests(present, len(present)):
        if isinstance(outcome, Damaged):
            checks.append(failed("objects", Verdict.INVALID, outcome.why, path=path))
        elif outcome != expected[path].sha256 or entries[path].size != expected[path].size:
            checks.append(failed("objects", Verdict.INVALID, _("digest differs"), path=path))
    if not checks:
        detail = _("{n} stored objects, all digests match").format(n=len(expected))
        checks.append(passed("objects", detail))
    return checks


def _objects(found: LedgerFindings) -> Iterable[StoredObject]:
    for artifact in found.shown:
        yield artifact.content
        if artifact.metadata is not None:
            yield artifact.metadata
