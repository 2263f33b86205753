"""Judge what a bundle says of itself: ``bundle.json`` and the lists, against seals and ledger."""

from collections.abc import Mapping, Sequence

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.tree import FileTree
from evidencekit.formats.bundle import (
    BUNDLE_FILE,
    MAX_BUNDLE_FILE,
    METADATA,
    PAYLOAD,
    SEALS,
    decode_bundle_file,
)
from evidencekit.formats.canonical import UnknownVersion
from evidencekit.formats.hashing import sha256
from evidencekit.model.bundle import BundleFile
from evidencekit.model.ids import Digest
from evidencekit.model.report import Check, Verdict, failed, passed
from evidencekit.text.catalog import _
from evidencekit.verify.ledger import LedgerFindings
from evidencekit.verify.reading import read_small
from evidencekit.verify.seals import JudgedSeal


def read_statement(tree: FileTree, tags: Mapping[str, Digest]) -> BundleFile:
    """Read ``bundle.json``; :class:`UnknownVersion` only where it is the file that was listed."""
    data = read_small(tree, BUNDLE_FILE, MAX_BUNDLE_FILE)
    try:
        return decode_bundle_file(data)
    except UnknownVersion as exc:
        if tags.get(BUNDLE_FILE) != sha256(data):
            raise EvidenceDoubted(f"{BUNDLE_FILE}: digest differs") from exc
        raise


def judge_statement(
    about: BundleFile, seals: Sequence[JudgedSeal], found: LedgerFindings
) -> list[Check]:
    """Hold its case, seal and counts against what is there; the newest seal covers all it shows."""
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


def judge_artifacts(
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
