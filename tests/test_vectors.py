"""The test vectors of docs/format: language-neutral, one for each rule where a file can hold it.

A vector is a header of ``name: value`` lines, an empty line and the document. A header name that
is not listed here fails: a vector that nobody reads proves nothing.

``expect``: what a reader must find · ``kind``: what the document is · ``comment``: the rule ·
``key``: hex, the device key that signed · ``line``: where a chain breaks · ``size``, ``head``,
``root``: hex, what a manifest would state · ``commitment``, ``leaf``: hex · ``at``: the reader's
clock · ``anchor``, ``signature``, ``request``, ``response``, ``issuer``, ``certificate``,
``list``: base64 of DER.
"""

import base64
import hashlib
import json
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.artifact import decode_artifact
from evidencekit.formats.body import decode_body
from evidencekit.formats.hashing import leaf_hash
from evidencekit.formats.manifest import decode_manifest, encode_manifest
from evidencekit.formats.times import read_time
from evidencekit.model.ids import Digest
from evidencekit.proof.certificates import Trust, judge_certificate, unexplained
from evidencekit.proof.chain import Chain
from evidencekit.proof.cms import read_signature
from evidencekit.proof.merkle import Tree
from evidencekit.proof.revocation import judge_revocation, read_crl
from evidencekit.proof.rfc3161 import NotAnAuthority, OtherImprint, ahead_of, read_token
from evidencekit.proof.standing import Revoked

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = ("ledger", "manifest", "seal")
HEADERS = {
    "chain": {"line", "size", "head", "root", "key"},
    "body": {"commitment"},
    "artifact": {"leaf"},
    "tree": {"root"},
    "manifest": set(),
    "signature": {"at", "anchor", "signature"},
    "token": {"at", "anchor", "request", "response"},
    "revocation": {"at", "issuer", "certificate", "list"},
}
COMMON = {"expect", "kind", "comment"}
TRUST = {Trust.PINNED: "pinned", Trust.PATH: "path", Trust.UNKNOWN: "unknown"}


@dataclass(frozen=True)
class Vector:
    path: Path
    header: dict[str, str]
    body: bytes

    def raw(self, name: str) -> bytes:
        return base64.b64decode(self.header[name], validate=True)


def load(path: Path) -> Vector:
    head, _, body = path.read_bytes().partition(b"\n\n")
    header: dict[str, str] = {}
    for line in head.decode().splitlines():
        name, separator, value = line.partition(": ")
        assert separator, line
        assert name not in header, name
        header[name] = value
    return Vector(path, header, body)


VECTORS = [
    load(path)
    for folder in FOLDERS
    for path in sorted((REPOSITORY / "tests/vectors" / folder).glob("*.txt"))
]


def find_in_chain(vector: Vector) -> str:
    chain, lines = Chain(), vector.body.split(b"\n")
    assert lines.pop() == b""
    for line in lines:
        try:
            chain.feed(line)
        except EvidenceDoubted:
            assert str(chain.size + 1) == vector.header["line"]
            return "refused"
    state = chain.state()
    assert str(state.size) == vector.header["size"]
    by_hand = hashlib.sha256(b"evidencekit/line/v1\0" + lines[-1]).hexdigest()
    assert state.head == vector.header["head"] == by_hand
    assert state.root == vector.header["root"]
    assert state.keys == {bytes.fromhex(vector.header["key"])}
    return "whole"


def find_in_body(vector: Vector) -> str:
    opened = decode_body(vector.body)
    if opened is None:
        return "withheld"
    members = json.loads(vector.body)
    del members["artifacts"]
    rest = json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    by_hand = hashlib.sha256(b"evidencekit/body/v1\0" + rest.encode()).hexdigest()
    assert opened[1] == vector.header["commitment"] == by_hand
    return "accepted"


def find_in_artifact(vector: Vector) -> str:
    decode_artifact(vector.body)
    by_hand = hashlib.sha256(b"\0evidencekit/leaf/v1\0" + vector.body).hexdigest()
    assert leaf_hash(vector.body) == vector.header["leaf"] == by_hand
    return "accepted"


def find_in_tree(vector: Vector) -> str:
    tree = Tree()
    for leaf in vector.body.decode().split():
        tree.add(Digest(leaf))
    assert tree.root() == vector.header["root"]
    return "accepted"


def find_in_manifest(vector: Vector) -> str:
    manifest = decode_manifest(vector.body)
    if b'"zz"' not in vector.body:
        assert encode_manifest(manifest) == vector.body
    return "accepted"


def find_in_signature(vector: Vector) -> str:
    signature = read_signature(vector.raw("signature"), vector.body, what="signature")
    return trust_of(vector, signature.signer, signature.others, signature.bound)


def find_in_token(vector: Vector) -> str:
    try:
        token = read_token(vector.raw("response"), vector.raw("request"), vector.body, what="token")
    except OtherImprint:
        return "other-imprint"
    except NotAnAuthority:
        return "not-an-authority"
    if ahead_of(token, read_time(vector.header["at"])):
        return "ahead"
    return trust_of(vector, token.signer, token.others)


def trust_of(
    vector: Vector,
    signer: x509.Certificate,
    others: tuple[x509.Certificate, ...],
    bound: tuple[x509.Certificate, ...] = (),
) -> str:
    anchor = x509.load_der_x509_certificate(vector.raw("anchor"))
    judged = judge_certificate(signer, others, [anchor], at=read_time(vector.header["at"]))
    if judged.trust is not Trust.UNKNOWN and unexplained(others, (*judged.path, *bound)):
        return "stray"
    return TRUST[judged.trust]


def find_in_revocation(vector: Vector) -> str:
    at = read_time(vector.header["at"])
    issuer, certificate = (
        x509.load_der_x509_certificate(vector.raw(name)) for name in ("issuer", "certificate")
    )
    evidence = read_crl(vector.raw("list"), what="list")
    said = judge_revocation(certificate, issuer, evidence, at=at, now=at)
    if isinstance(said, Revoked):
        return "revoked" if said.at <= at else "revoked-later"
    return "nothing" if said is None else "good"


READERS: dict[str, Callable[[Vector], str]] = {
    "chain": find_in_chain,
    "body": find_in_body,
    "artifact": find_in_artifact,
    "tree": find_in_tree,
    "manifest": find_in_manifest,
    "signature": find_in_signature,
    "token": find_in_token,
    "revocation": find_in_revocation,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v.path.parent.name}/{v.path.stem}")
def test_a_vector_is_found_to_be_what_it_expects(vector: Vector) -> None:
    kind = vector.header["kind"]
    assert set(vector.header) - COMMON <= HEADERS[kind]

    try:
        found = READERS[kind](vector)
    except EvidenceDoubted:
        found = "refused"

    assert found == vector.header["expect"]


def test_every_folder_has_vectors_of_both_kinds() -> None:
    for folder in FOLDERS:
        expected = {v.header["expect"] for v in VECTORS if v.path.parent.name == folder}
        assert "refused" in expected
        assert len(expected) > 1


def test_the_vectors_are_what_their_script_makes() -> None:
    made = runpy.run_path(str(REPOSITORY / "script/make-vectors"))["vectors"]

    assert {REPOSITORY / "tests/vectors" / v.path: v.encoded() for v in made()} == {
        vector.path: vector.path.read_bytes() for vector in VECTORS
    }
