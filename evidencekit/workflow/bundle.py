"""What goes into a bundle, of a whole case or of a part, in the order in which it is written."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from evidencekit.export.bag import Bag, Signed
from evidencekit.export.capture_report import render_capture
from evidencekit.export.lists import artifact_list, custody_list
from evidencekit.export.report import render_report
from evidencekit.export.sinks import Sink
from evidencekit.export.verify_text import verify_text
from evidencekit.files.jsonl import read_lines
from evidencekit.files.opening import open_regular
from evidencekit.files.streaming import CHUNK
from evidencekit.formats.artifact import MAX_ARTIFACT_BYTES, decode_artifact, ids_in
from evidencekit.formats.body import MAX_BODY_BYTES, decode_body, encode_body
from evidencekit.formats.bundle import (
    BUNDLE_FILE,
    CAPTURES,
    METADATA,
    SEALS,
    encode_bundle_file,
    payload_path,
)
from evidencekit.formats.case import (
    ARTIFACTS,
    BODIES,
    CHAIN_PEM,
    HEADS,
    LEDGER,
    MANIFEST,
    SIGNATURE,
    stamp_name,
)
from evidencekit.formats.times import write_time
from evidencekit.metadata.identify.types import extension_for
from evidencekit.model.artifact import Artifact
from evidencekit.model.bundle import (
    Account,
    BundleFile,
    CustodyEntry,
    ShownArtifact,
)
from evidencekit.model.event import Actor, Body
from evidencekit.model.ids import Digest
from evidencekit.protocols import Observer
from evidencekit.store.case import Case
from evidencekit.workflow.capture_account import (
    Telling,
    account_of,
    hosting_acts,
    recorded_captures,
    title_of,
)
from evidencekit.workflow.seals import SealFolder, seal_fact, seals_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A case, and how much of it goes out."""

    case: Case
    about: BundleFile
    held_back: frozenset[str]
    """Ids of artifacts that stay: no byte, line or name of them goes out."""
    exporter: Actor
    sealed: SealFolder
    ledger_end: int
    bodies_end: int
    sign: Callable[[bytes], Signed | None]
    observer: Observer


def write_bundle(contents: Contents, sink: Sink) -> Digest:
    """Write everything into ``sink`` and close it; returns the digest of the list of tag files."""
    bag = Bag(sink)
    _add_artifacts(bag, contents)
    _add_ledger(bag, contents)
    for seal in seals_of(contents.case.root):
        files = _seal_files(seal, is_whole=contents.about.whole_case)
        _add_folder(bag, seal.path, f"{SEALS}/{seal.path.name}", files)
    heads = contents.case.root / HEADS
    _add_folder(bag, heads, HEADS, _head_files(heads, contents.about.ledger_size))
    bag.add_tag(BUNDLE_FILE, [encode_bundle_file(contents.about)])
    _add_documents(bag, contents)
    about = contents.about
    info = [
        ("Bag-Software-Agent", f"evidencekit {about.tool_version}"),
        ("Bagging-Date", write_time(about.created_at)[:10]),
        ("External-Identifier", about.bundle),
    ]
    return bag.finish(info, contents.sign)


def _artifacts(contents: Contents) -> Iterator[Artifact]:
    listing = contents.sealed.path / ARTIFACTS
    with listing.open("rb") as stream:
        for line in read_lines(stream, limit=MAX_ARTIFACT_BYTES, what=ARTIFACTS):
            artifact = decode_artifact(line) if line != b"null" else None
            if artifact is not None and artifact.id not in contents.held_back:
                yield artifact


def _path_of(artifact: Artifact) -> str:
    return payload_path(artifact.id, extension_for(artifact.media_type))


def _add_artifacts(bag: Bag, contents: Contents) -> None:
    for done, artifact in enumerate(_artifacts(contents), start=1):
        with contents.case.open_object(artifact.sha256) as stream:
            bag.add_payload(_path_of(artifact), stream, sha256=artifact.sha256, size=artifact.size)
        if artifact.metadata is not None:
            with contents.case.open_object(artifact.metadata.sha256) as stream:
                bag.add_tag(
                    f"{METADATA}/{artifact.id}.json",
                    iter(lambda: stream.read(CHUNK), b""),
                    expected=artifact.metadata.sha256,
                )
        contents.observer.on("export", done, contents.about.shown)


def _add_ledger(bag: Bag, contents: Contents) -> None:
    root = contents.case.root
    bag.add_tag(LEDGER, _first_bytes(root / LEDGER, contents.ledger_end))
    bodies = _first_bytes(root / BODIES, contents.bodies_end)
    if contents.held_back:
        bodies = _without(contents.held_back, root / BODIES, contents.about.ledger_size)
    bag.add_tag(BODIES, bodies)


def _without(held_back: frozenset[str], path: Path, size: int) -> Iterator[bytes]:
    """Yield the body lines with null for each artifact that stays; nothing else is written anew."""
    with path.open("rb") as stream:
        for data in islice(read_lines(stream, limit=MAX_BODY_BYTES, what=BODIES), size):
            opened = decode_body(data)
            if opened is None or held_back.isdisjoint(ids_in(opened[0])):
                yield data + b"\n"
            else:
                yield encode_body(_withheld(opened[0], held_back)) + b"\n"


def _withheld(body: Body, held_back: frozenset[str]) -> Body:
    shown = zip(body.artifacts, ids_in(body), strict=True)
    return replace(
        body, artifacts=tuple(None if identity in held_back else line for line, identity in shown)
    )


def _first_bytes(path: Path, end: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while end > 0 and (chunk := stream.read(min(CHUNK, end))):
            end -= len(chunk)
            yield chunk


def _add_folder(bag: Bag, folder: Path, target: str, names: Iterable[str]) -> None:
    for name in names:
        with open_regular(folder / name) as stream:
            bag.add_tag(f"{target}/{name}", iter(lambda: stream.read(CHUNK), b""))


def _seal_files(seal: SealFolder, *, is_whole: bool) -> list[str]:
    counters = seal.counters()
    stamps = [
        stamp_name(signed, number, suffix)
        for signed in (SIGNATURE, *counters)
        for number in range(1, seal.stamp_count(signed) + 1)
        for suffix in ("tsq", "tsr")
    ]
    # The list of artifacts tells of all of them; a part is told of by the bodies alone.
    told = seal.revocation_files()
    return [
        MANIFEST,
        SIGNATURE,
        *counters,
        *stamps,
        *told,
        CHAIN_PEM,
        *([ARTIFACTS] if is_whole else []),
    ]


def _head_files(heads: Path, size: int) -> list[str]:
    found = []
    for name in sorted(os.listdir(heads)):  # noqa: PTH208 (names are what is wanted)
        seq, _, rest = name.partition(".")
        is_whole = name.endswith(".tsq") or (heads / f"{name[:-1]}q").exists()
        if seq.isdigit() and int(seq) <= size and rest and is_whole:
            found.append(name)
    return [name for name in found if name.endswith(".tsr") or f"{name[:-1]}r" in found]


def _add_documents(bag: Bag, contents: Contents) -> None:
    account = Account(
        about=contents.about,
        title=title_of(contents.case),
        kind=contents.case.kind.value,
        exporter=contents.exporter,
        seals=tuple(seal_fact(seal) for seal in seals_of(contents.case.root)),
        artifacts=_Again(
            lambda: (
                ShownArtifact(artifact=artifact, path=_path_of(artifact))
                for artifact in _artifacts(contents)
            )
        ),
        custody=_Again(lambda: _custody(contents)),
    )
    bag.add_tag("report/report.html", render_report(account))
    _add_capture_reports(bag, _telling(contents, account))
    bag.add_tag("lists/artifacts.csv", artifact_list(account))
    bag.add_tag("lists/custody.csv", custody_list(account))
    bag.add_tag("VERIFY.txt", [verify_text(account).encode("utf-8")])


def _add_capture_reports(bag: Bag, telling: Telling) -> None:
    """Write one for each capture that the bundle tells of, one after the other."""
    for recorded in recorded_captures(telling.case):
        told = account_of(telling, recorded)
        if told is not None:
            bag.add_tag(f"{CAPTURES}/{told.line.seq}.html", render_capture(told))


def _telling(contents: Contents, account: Account) -> Telling:
    return Telling(
        case=contents.case,
        title=account.title,
        seals=account.seals,
        hosted=hosting_acts(contents.case),
        about=contents.about,
        language=contents.about.language,
        written_at=contents.about.created_at,
        path_of=_path_of,
        shown=lambda body: _withheld(body, contents.held_back),
    )


def _custody(contents: Contents) -> Iterator[CustodyEntry]:
    for event in contents.case.events():
        body = event.body
        if body is not None and contents.held_back:
            body = _withheld(body, contents.held_back)
        yield CustodyEntry(line=event.line, body=body)


class _Again(Generic[T]):
    """An iterable that can be run through more than once, though each run streams."""

    def __init__(self, make: Callable[[], Iterator[T]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[T]:
        return self._make()
