"""Judge revocation by lists and answers stored with seals, and by those that the reader brings.

What lies in a bundle is believed as far as the issuers of the certificates signed it: a forger can
leave it out, and then revocation is as unchecked as before (docs/decisions/0040-signers.md).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.tree import Entry, FileTree
from evidencekit.model.report import Check, Verdict, failed, not_checked, passed
from evidencekit.proof.certificates import Trust, Verified
from evidencekit.proof.cms import names_revocation
from evidencekit.proof.revocation import (
    MAX_CRL_BYTES,
    MAX_OCSP_BYTES,
    Evidence,
    judge_revocation,
    read_crl,
    read_ocsp,
)
from evidencekit.proof.standing import Good, Revoked
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.reading import read_small

MAX_FILES = 256  # over all seals; each list may be long
_PLACE = re.compile(r"[0-9]{4}/revocation/[1-9][0-9]*\.(crl|ocsp)")


def read_evidence(
    tree: FileTree, entries: dict[str, Entry], folder: str
) -> tuple[Evidence, list[Check]]:
    """Read what lies in ``revocation/`` of all seals; one that cannot be read is INVALID."""
    found, checks = Evidence(), list[Check]()
    paths = [path for path in sorted(entries) if _PLACE.fullmatch(path.removeprefix(f"{folder}/"))]
    for number, path in enumerate(paths):
        if number >= MAX_FILES:
            detail = _("more revocation lists than are read")
            checks.append(failed("revocation", Verdict.INVALID, detail, path=path))
            break
        try:
            if path.endswith(".crl"):
                found += read_crl(read_small(tree, path, MAX_CRL_BYTES), what=path)
            else:
                found += read_ocsp(read_small(tree, path, MAX_OCSP_BYTES), what=path)
        except EvidenceDoubted as exc:
            checks.append(failed("revocation", Verdict.INVALID, exc.message, path=path))
    return found, checks


def judge_signers_revocation(
    name: str, found: Verified, anchors: Anchors, path: str, *, at: datetime
) -> list[Check]:
    """Judge whether a certificate on a signer's path was revoked at the time that decides."""
    if found.trust is Trust.PINNED:
        return []
    said = list(_said(found.path, anchors, at))
    for certificate, what in said:
        if isinstance(what, Revoked) and what.at <= at:
            detail = _("the certificate of {who} was revoked at {time}, before it signed").format(
                who=_name(certificate), time=_second(what.at)
            )
            return [failed(name, Verdict.UNTRUSTED, detail, path=path)]
    needed = [
        certificate
        for certificate in found.path[:-1]
        if anchors.require_revocation or names_revocation(certificate)
    ]
    told = {certificate for certificate, _what in said}
    if any(certificate not in told for certificate in needed):
        detail = _("whether the certificate was revoked cannot be checked offline")
        return [not_checked(name, detail, consequence=Verdict.INDETERMINATE, path=path)]
    return [passed(name, _told(said), path=path)] if said else []


def revoked_authority(found: Verified, anchors: Anchors, *, at: datetime) -> Revoked | None:
    """Return the revocation that takes a token its worth; None where nothing says so.

    A stolen key can state any time: then every token counts for nothing, whatever its time (RFC
    3161 §4). Silence says nothing here: who asks no list keeps the token (decision 0008).
    """
    if found.trust is Trust.PINNED:
        return None
    for _certificate, what in _said(found.path, anchors, at):
        if isinstance(what, Revoked) and (what.is_compromise or what.at <= at):
            return what
    return None


def _said(
    path: Sequence[x509.Certificate], anchors: Anchors, at: datetime
) -> Iterable[tuple[x509.Certificate, Revoked | Good]]:
    for certificate, issuer in pairwise(path):
        what = judge_revocation(certificate, issuer, anchors.revocation, at=at, now=anchors.now)
        if what is not None:
            yield certificate, what


def _told(said: Sequence[tuple[x509.Certificate, Revoked | Good]]) -> str:
    later = [what.at for _certificate, what in said if isinstance(what, Revoked)]
    if later:
        return _("revoked only later, at {time}").format(time=_second(min(later)))
    oldest = min(what.as_of for _certificate, what in said if isinstance(what, Good))
    return _("not revoked, say those who issued it, as of {time}").format(time=_second(oldest))


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def _second(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
