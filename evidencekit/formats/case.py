"""Where everything lies in a case folder, and ``case.json`` (docs/format/case.md)."""

import re
from dataclasses import dataclass
from datetime import datetime

from evidencekit.formats.canonical import decode_object, encode
from evidencekit.formats.fields import Fields
from evidencekit.formats.times import write_time
from evidencekit.model.ids import CaseId, Digest

FORMAT = "evidencekit/case/1"
CASE_FILE = "case.json"
LEDGER = "ledger.jsonl"
BODIES = "ledger-bodies.jsonl"
OBJECTS = "objects/sha256"
HEADS = "heads"
SEALS = "seals"
RECEIVED = "received"
SPOOL = "spool"
TORN = "spool/torn"
INDEX = "index.sqlite"

VERIFIED = (CASE_FILE, LEDGER, BODIES, "objects", HEADS, SEALS, RECEIVED)
"""What verification looks at."""
UNVERIFIED = (SPOOL, INDEX, f"{INDEX}-journal")
"""What else a case folder may hold: no evidence."""

_FURTHER = re.compile(
    r"manifest\.p7s(?:\.[1-9][0-9]*\.counter\.p7s(?:\.[1-9][0-9]*\.ts[rq])?|\.[1-9][0-9]*\.ts[rq])"
    r"|revocation/[1-9][0-9]*\.(?:crl|ocsp)"
)
MANIFEST = "manifest.json"
SIGNATURE = "manifest.p7s"
CHAIN_PEM = "chain.pem"
ARTIFACTS = "artifacts.jsonl"
REVOCATION = "revocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What ``case.json`` says: a hint."""

    id: CaseId
    created: datetime


def encode_case_file(case: CaseFile) -> bytes:
    """Encode ``case.json``."""
    return encode(
        {
            "format": FORMAT,
            "id": case.id,
            "created": write_time(case.created),
            "store": "plain",
        }
    )


def decode_case_file(data: bytes) -> CaseFile:
    """Decode ``case.json``; raises :class:`~evidencekit.errors.FormatUnreadable`."""
    fields = Fields(decode_object(data, what=CASE_FILE, form=FORMAT), CASE_FILE)
    return CaseFile(id=fields.case_id("id"), created=fields.time("created"))


def object_path(sha256: Digest) -> str:
    """Return where an object lies, relative to the case."""
    return f"{OBJECTS}/{sha256[:2]}/{sha256}"


def seal_name(number: int) -> str:
    """Return the name of a seal's folder."""
    return f"{number:04d}"


def counter_name(number: int) -> str:
    """Return the name of the ``number``-th countersignature of a seal."""
    return f"{SIGNATURE}.{number}.counter.p7s"


def revocation_name(number: int, suffix: str) -> str:
    """Return the name of the ``number``-th list (``crl``) or answer (``ocsp``) with a seal."""
    return f"{REVOCATION}/{number}.{suffix}"


def is_seal_member(name: str) -> bool:
    """Tell whether a file in a seal's folder has a name that a seal gives."""
    return name in (MANIFEST, SIGNATURE, CHAIN_PEM, ARTIFACTS) or bool(_FURTHER.fullmatch(name))


def stamp_name(stamped: str, number: int, suffix: str) -> str:
    """Return the name of the ``number``-th token (``tsr``) or request (``tsq``) over a file."""
    return f"{stamped}.{number}.{suffix}"
