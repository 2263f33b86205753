"""Judge the countersignatures of a seal: further persons' signatures over its signature.

One that is false is INVALID, as the seal's own would be. One that holds and whose signer the reader
does not know adds nothing and takes nothing away: the seal stands by its own signer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cryptography import x509

from evidencekit.files.tree import Entry, FileTree
from evidencekit.formats.case import counter_name
from evidencekit.formats.hashing import sha256
from evidencekit.model.ids import Digest
from evidencekit.model.report import Check, Status, Verdict, failed, not_checked
from evidencekit.proof.cms import MAX_SIGNATURE_BYTES
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.reading import read_small
from evidencekit.verify.signature import Judged, judge_signature
from evidencekit.verify.stamps import read_stamps

MAX_COUNTERSIGNATURES = 64  # of one seal; each costs path building
_NUMBER = re.compile(r"\.([1-9][0-9]*)\.counter\.p7s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Countersigned:
    """What the countersignatures of one seal came to."""

    checks: tuple[Check, ...]
    digests: frozenset[Digest]
    """Of the countersignatures that are there, to be held against the ledger."""


def judge_countersignatures(
    tree: FileTree,
    entries: dict[str, Entry],
    anchors: Anchors,
    *,
    name: str,
    signature: str,
    p7s: bytes,
    sealed_by: x509.Certificate | None,
    is_listed: bool,
) -> Countersigned:
    """Judge what lies beside the file ``signature`` of the seal ``name``, numbered from 1."""
    folder = signature.rpartition("/")[0]
    checks: list[Check] = []
    digests: set[Digest] = set()
    number = 1
    while (path := f"{folder}/{counter_name(number)}") in entries:
        if number > MAX_COUNTERSIGNATURES:
            detail = _("more countersignatures than a seal may have")
            checks.append(failed(f"{name}-counter", Verdict.INVALID, detail, path=path))
            break
        counter = read_small(tree, path, MAX_SIGNATURE_BYTES)
        judged = judge_signature(
            f"{name}-counter-{number}",
            content=p7s,
            p7s=counter,
            stamps=read_stamps(tree, entries, path),
            anchors=anchors,
            path=path,
            is_listed=is_listed,
        )
        checks += _without_weight(judged)
        if judged.signer is not None and judged.signer == sealed_by:
            detail = _("by the certificate that sealed: no second person")
            checks.append(not_checked(f"{name}-counter-{number}", detail, path=path))
        digests.add(sha256(counter))
        number += 1
    checks += _strays(entries, signature, number, name)
    return Countersigned(checks=tuple(checks), digests=frozenset(digests))


def _without_weight(judged: Judged) -> Iterable[Check]:
    for check in judged.checks:
        is_about_trust = Verdict.VALID < check.consequence < Verdict.INCOMPLETE
        is_revoked = check.status is Status.FAIL and check.name.endswith("-revocation")
        if is_about_trust and not is_revoked:
            yield replace(check, status=Status.NOT_CHECKED, consequence=Verdict.VALID)
        else:
            yield check


def _strays(entries: Iterable[str], signature: str, first: int, name: str) -> Iterable[Check]:
    """Report what is numbered as a countersignature behind a gap, and timestamps of none."""
    for path in sorted(entries):
        match = _NUMBER.match(path.removeprefix(signature)) if path.startswith(signature) else None
        if match is not None and int(match[1]) >= first:
            detail = _("belongs to no countersignature")
            yield failed(f"{name}-counter", Verdict.INVALID, detail, path=path)
