"""Judge early dating: tokens over single ledger lines (docs/format/case.md)."""

import re

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.tree import Entry, FileTree
from evidencekit.formats.bundle import TAG_SIGNATURE
from evidencekit.model.report import Check, Verdict, failed, not_checked, passed
from evidencekit.proof.certificates import Trust, judge_certificate
from evidencekit.proof.cms import MAX_SIGNATURE_BYTES
from evidencekit.proof.rfc3161 import NotAnAuthority, ahead_of, read_token
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.reading import read_small
from evidencekit.verify.signature import stray_certificates

_NAME = re.compile(r"([1-9][0-9]*)\.([1-9][0-9]*)\.tsr")


def dated_lines(entries: dict[str, Entry], folder: str) -> frozenset[int]:
    """Return the numbers of the ledger lines that tokens stand over."""
    names = (path.removeprefix(f"{folder}/") for path in entries if path.startswith(f"{folder}/"))
    return frozenset(int(match[1]) for name in names if (match := _NAME.fullmatch(name)))


def judge_heads(
    tree: FileTree,
    entries: dict[str, Entry],
    folder: str,
    lines: dict[int, bytes],
    anchors: Anchors,
) -> list[Check]:
    """Judge every token over a ledger line; they date lines, and decide nothing about a seal."""
    checks: list[Check] = []
    proven = 0
    for path in sorted(entries):
        match = _NAME.fullmatch(path.removeprefix(f"{folder}/"))
        if not path.startswith(f"{folder}/") or match is None:
            continue
        outcome = _judge(tree, entries, path, lines.get(int(match[1])), anchors)
        if isinstance(outcome, Check):
            checks.append(outcome)
        else:
            proven += 1
    if proven:
        detail = _("{n} tokens date single events").format(n=proven)
        checks.append(passed("early-dating", detail, path=folder))
    return checks


def _judge(
    tree: FileTree, entries: dict[str, Entry], path: str, line: bytes | None, anchors: Anchors
) -> Check | None:
    name, beside = "early-dating", f"{path[:-1]}q"
    if line is None or beside not in entries:
        detail = _("stands over no line of this ledger, or lacks its request")
        return failed(name, Verdict.INVALID, detail, path=path)
    response = read_small(tree, path, MAX_SIGNATURE_BYTES)
    request = read_small(tree, beside, MAX_SIGNATURE_BYTES)
    try:
        token = read_token(response, request, line, what=path)
    except NotAnAuthority as exc:
        return failed(name, Verdict.UNTRUSTED, exc.message, path=path)
    except EvidenceDoubted as exc:
        return failed(name, Verdict.INVALID, exc.message, path=path)
    if ahead_of(token, anchors.now):
        detail = _("its time is ahead of this computer's clock")
        return not_checked(name, detail, consequence=Verdict.INDETERMINATE, path=path)
    found = judge_certificate(token.signer, token.others, anchors.authorities, at=token.gen_time)
    if found.trust not in (Trust.PATH, Trust.PINNED):
        return not_checked(name, _("its authority is not among those that you trust"), path=path)
    strays = (
        () if TAG_SIGNATURE in entries else stray_certificates(name, token, found, anchors, path)
    )
    return next(iter(strays), None)
