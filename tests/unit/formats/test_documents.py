"""Each document of ours goes to bytes and back; a member missing or wrong is named."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.artifact import artifact_line, decode_artifact, encode_artifact
from evidencekit.formats.body import WITHHELD, commitment, decode_body, encode_body
from evidencekit.formats.canonical import encode
from evidencekit.formats.case import CaseFile, decode_case_file, encode_case_file
from evidencekit.formats.hashing import leaf_hash
from evidencekit.formats.ledger import decode_line, encode_line
from evidencekit.formats.manifest import decode_manifest, encode_manifest
from evidencekit.model.artifact import Artifact, Sensitivity, StoredObject
from evidencekit.model.event import Actor, Body, Line, Tool
from evidencekit.model.find import Access
from evidencekit.model.ids import ArtifactId, CaseId, Digest
from evidencekit.model.seal import Manifest
from tests.tools.fakes import START

CASE = CaseId("0123456789abcdef" * 2)
HASH = Digest("ab" * 32)

LINE = Line(
    seq=2,
    prev=HASH,
    at=START,
    case=CASE,
    key=bytes(range(32)),
    action="export.begin",
    leaves=(HASH,),
    body_commit=HASH,
    sig=bytes(range(64)),
    new_key=bytes(32),
    purged=({"seq": 1, "leaf": HASH},),
)
ARTIFACT = Artifact(
    id=ArtifactId("a2-1"),
    salt="cd" * 32,
    sha256=HASH,
    size=7,
    media_type="image/jpeg",
    name="사진\ufffd.jpg",
    acquired_at=START,
    origin="capture",
    derived_from=ArtifactId("a1-1"),
    sensitivity=Sensitivity.INTIMATE,
    access=Access.RESTRICTED,
    name_bytes=b"\xbb\xe7",
    role="screenshot",
    source={"kind": "url", "url": "https://a.example/"},
    type={"extension_mismatch": False},
    metadata=StoredObject(sha256=HASH, size=9),
    derivation={"lossless": True},
)
BODY = Body(
    seq=2,
    salt="ef" * 32,
    actor=Actor(alias="desk 3", org=None, role="investigator"),
    artifacts=(artifact_line(ARTIFACT), None),
    detail={"refused": []},
    tool=Tool(name="evidencekit", version="0.1", python="3.11.2", platform="Linux"),
)
MANIFEST = Manifest(
    case=CASE,
    seal=2,
    artifact_count=3,
    root=HASH,
    artifacts_sha256=HASH,
    ledger_size=4,
    head=HASH,
    keys=frozenset({bytes(32), bytes([1]) * 32}),
    previous_seal=HASH,
    tool_version="0.1",
)
CASE_FILE = CaseFile(id=CASE, created=START)


@dataclass(frozen=True)
class Document:
    name: str
    encoded: bytes
    decode: Callable[[bytes], object]
    model: object
    optional: frozenset[str] = frozenset()
    """Members that may be absent."""


def body_of(data: bytes) -> Body:
    opened = decode_body(data)
    assert opened is not None
    return opened[0]


DOCUMENTS = [
    Document("line", encode_line(LINE), decode_line, LINE, frozenset({"new_key", "purged"})),
    Document(
        "artifact",
        encode_artifact(ARTIFACT),
        decode_artifact,
        ARTIFACT,
        frozenset(
            {"name_bytes", "role", "source", "type", "metadata", "derivation"},
        ),
    ),
    Document("body", encode_body(BODY), body_of, BODY),
    Document("manifest", encode_manifest(MANIFEST), decode_manifest, MANIFEST),
    Document("case", encode_case_file(CASE_FILE), decode_case_file, CASE_FILE),
]
UNREAD = {"store"}  # case.json is a hint: an encrypted store would be of another format
MEMBERS = [
    pytest.param(document, name, id=f"{document.name}-{name}")
    for document in DOCUMENTS
    for name in json.loads(document.encoded)
    if name not in UNREAD
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_goes_to_bytes_and_back(document: Document) -> None:
    assert document.decode(document.encoded) == document.model


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_an_unknown_member_is_ignored(document: Document) -> None:
    members = {**json.loads(document.encoded), "zz": [1]}

    assert document.decode(encode(members)) == document.model


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_another_major_is_refused(document: Document) -> None:
    members = json.loads(document.encoded)
    members["format"] = members["format"][:-1] + "2"

    with pytest.raises(FormatUnreadable, match="version"):
        document.decode(encode(members))


@pytest.mark.parametrize(("document", "name"), MEMBERS)
def test_a_missing_member_is_named(document: Document, name: str) -> None:
    members = json.loads(document.encoded)
    del members[name]

    if name in document.optional:
        document.decode(encode(members))
    else:
        with pytest.raises(
            FormatUnreadable, match="not evidencekit/" if name == "format" else name
        ):
            document.decode(encode(members))


@pytest.mark.parametrize(("document", "name"), MEMBERS)
def test_a_member_of_another_type_is_named(document: Document, name: str) -> None:
    members = json.loads(document.encoded)
    others: tuple[Any, ...] = (True, -1, [{}], "", {"x": None})
    for wrong in others:
        if document.name == "body" and name == "detail" and isinstance(wrong, dict):
            continue  # any object is a detail
        if (document.name, name) == ("body", "artifacts") and isinstance(wrong, list):
            continue  # an artifact is judged when it is read
        if name in {"source", "type", "derivation"} and isinstance(wrong, dict):
            continue
        if name in {"media_type", "name", "role", "name_bytes"} and wrong == "":
            continue
        if (document.name, name, wrong) == ("line", "purged", [{}]):
            continue  # see below
        with pytest.raises(
            FormatUnreadable, match=r"not evidencekit/|outside its list|size|" + name
        ):
            document.decode(encode({**members, name: wrong}))


@pytest.mark.parametrize("entry", [{}, {"seq": "1", "leaf": HASH}, {"seq": 1, "leaf": "x"}])
def test_a_purged_entry_of_another_form_is_refused(entry: Any) -> None:
    members = {**json.loads(encode_line(LINE)), "purged": [entry]}

    with pytest.raises(FormatUnreadable, match="purged"):
        decode_line(encode(members))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prev", "AB" * 32),
        ("prev", "ab" * 31),
        ("case", "ab" * 32),
        ("key", "AAAA"),
        ("key", "A" * 42 + "B="),
        ("sig", " " + "A" * 86 + "=="),
        ("at", "2026-11-21T09:30:00Z"),
        ("at", "2026-11-21T09:30:00.000000+00:00"),
        ("action", "Add"),
        ("action", "add."),
        ("action", "add\n"),
        ("leaves", ["ab"]),
        ("leaves", [None]),
        ("new_key", None),
    ],
)
def test_a_scalar_in_another_notation_is_refused(name: str, value: Any) -> None:
    members = {**json.loads(encode_line(LINE)), name: value}

    with pytest.raises(FormatUnreadable, match=name):
        decode_line(encode(members))


@pytest.mark.parametrize("value", ["A1", "-a", "a" * 41, "a_1", "", "a2-1\n"])
def test_an_artifact_id_of_another_form_is_refused(value: str) -> None:
    members = {**json.loads(encode_artifact(ARTIFACT)), "id": value}

    with pytest.raises(FormatUnreadable, match="id"):
        decode_artifact(encode(members))


def test_optional_members_are_left_out_where_there_is_nothing() -> None:
    plain = replace(
        ARTIFACT,
        name_bytes=None,
        role=None,
        source={},
        type={},
        metadata=None,
        derivation={},
        derived_from=None,
    )
    members = json.loads(encode_artifact(plain))

    assert members["derived_from"] is None
    assert {"name_bytes", "role", "source", "type", "metadata", "derivation"}.isdisjoint(members)
    assert decode_artifact(encode_artifact(plain)) == plain


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_name_goes_to_bytes_and_back(name: str) -> None:
    artifact = replace(ARTIFACT, name=name)

    assert decode_artifact(encode_artifact(artifact)).name == name


def test_a_body_keeps_the_bytes_that_its_leaves_commit_to() -> None:
    kept = body_of(encode_body(BODY)).artifacts[0]

    assert kept is not None
    assert leaf_hash(kept.data) == leaf_hash(encode_artifact(ARTIFACT))


def test_an_artifact_withheld_leaves_the_commitment_as_it_is() -> None:
    withheld = replace(BODY, artifacts=(None, None))
    opened = decode_body(encode_body(withheld))

    assert opened is not None
    assert opened[1] == commitment(BODY)


def test_another_detail_is_another_commitment() -> None:
    assert commitment(replace(BODY, detail={"refused": [1]})) != commitment(BODY)


def test_a_body_withheld_is_none() -> None:
    assert decode_body(WITHHELD) is None


@pytest.mark.parametrize(
    "document",
    [document for document in DOCUMENTS if document.name in {"line", "artifact", "manifest"}],
    ids=lambda document: document.name,
)
def test_what_is_longer_than_it_may_be_is_refused_unread(document: Document) -> None:
    with pytest.raises(FormatUnreadable, match="longer"):
        document.decode(b" " * (4 * 2**20 + 1))
