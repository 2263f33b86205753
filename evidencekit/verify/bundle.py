"""Verify a bundle (docs/format/bundle.md §5), each step resting on the one before.

1. Shape: safe names, a bag, no file without a list that names it.
2. The list of tag files: its signature, then every tag file.
3. The seals: manifests, signatures, timestamps.
4. Ledger and bodies against the seals.
5. The payload against its list, and both against the artifacts that the ledger shows.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.tree import Entry, FileTree, UnsafeInput
from evidencekit.formats.bundle import PAYLOAD_LIST, SEALS, TAG_LIST, decode_list
from evidencekit.formats.canonical import UnknownVersion
from evidencekit.formats.case import BODIES, HEADS, LEDGER
from evidencekit.model.ids import Digest
from evidencekit.model.report import Check, Report, Verdict, conclude, failed, passed
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.documents import judge_documents
from evidencekit.verify.heads import dated_lines, judge_heads
from evidencekit.verify.ledger import judge_gaps, judge_ledger, judge_seal_events
from evidencekit.verify.payload import Damaged, Hasher
from evidencekit.verify.reading import raise_unless_false, read_small
from evidencekit.verify.revocation import read_evidence
from evidencekit.verify.revoked_keys import judge_revoked_keys
from evidencekit.verify.seals import judge_seals, judge_time
from evidencekit.verify.shape import judge_foreign, judge_names, judge_shape, max_list_bytes
from evidencekit.verify.statement import judge_artifacts, judge_statement, read_statement


def verify_bundle(tree: FileTree, anchors: Anchors, hasher: Hasher) -> Report:
    """Verify a bundle in place; whatever it holds ends in a report, not in an exception.

    Except for :class:`UnknownVersion`, where nothing is false but this release too old to judge.
    """
    checks: list[Check] = []
    proven_at: datetime | None = None
    try:
        entries = hasher.entries()
        checks += judge_foreign(tree)
        proven_at = _verify(tree, entries, anchors, hasher, checks)
    except UnsafeInput as exc:
        checks.append(failed("shape", Verdict.REFUSED, exc.message, path=exc.path))
    except UnknownVersion as exc:
        raise_unless_false(checks, exc)
    except EvidenceDoubted as exc:
        checks.append(failed("readable", Verdict.INVALID, exc.message))
    checks += judge_time(proven_at, anchors)
    return conclude(checks, proven_at=proven_at)


def _verify(
    tree: FileTree,
    entries: dict[str, Entry],
    anchors: Anchors,
    hasher: Hasher,
    checks: list[Check],
) -> datetime | None:
    shape = judge_shape(tree, entries)
    checks += shape
    if any(check.consequence > Verdict.VALID for check in shape):
        return None
    limit = max_list_bytes(entries)
    tag_list = read_small(tree, TAG_LIST, limit)
    tags = decode_list(tag_list, what=TAG_LIST)
    payload = decode_list(read_small(tree, PAYLOAD_LIST, limit), what=PAYLOAD_LIST)
    checks += judge_names(entries, tags, payload)
    about = read_statement(tree, tags)
    evidence, unread = read_evidence(tree, entries, SEALS)
    checks += unread
    anchors = replace(anchors, revocation=anchors.revocation + evidence)
    checks += judge_documents(tree, entries, tag_list, anchors, says_signed=about.is_signed)
    checks += _compare("tag-files", hasher, entries, tags)
    seals, seal_checks = judge_seals(tree, entries, SEALS, anchors, is_whole=about.whole_case)
    dated = dated_lines(entries, HEADS)
    checks += seal_checks
    with tree.open(LEDGER) as ledger, tree.open(BODIES) as bodies:
        found = judge_ledger(ledger, bodies, seals, dated)
    checks += [*found.checks, *(judge_gaps(found) if about.whole_case else ())]
    checks += judge_seal_events(seals, found)
    checks += judge_revoked_keys(seals, found.revoked_keys)
    checks += judge_heads(tree, entries, HEADS, found.heads, anchors)
    checks += judge_statement(about, seals, found)
    checks += judge_artifacts(found, tags, payload)
    checks += _compare("payload", hasher, entries, payload)
    return seals[-1].judged.proven_at if seals else None


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
