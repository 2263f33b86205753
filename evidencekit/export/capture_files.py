"""The files of one capture, with their digests; their content is never shown."""

from collections.abc import Iterator

from evidencekit.export.blocks import Cell, Foreign, Line, Part, Remark, Rows
from evidencekit.export.members import mapping_of, number_of
from evidencekit.export.words import Pair, load_words, term
from evidencekit.model.artifact import Artifact
from evidencekit.model.bundle import CaptureAccount, ShownArtifact
from evidencekit.model.find import Access
from evidencekit.model.json import JsonObject


def artifact_parts(account: CaptureAccount) -> Iterator[Part]:
    """Yield the table of files, and what is to be said of those that are restricted or missing."""
    words = load_words("capture")
    if account.artifacts:
        yield Rows(
            name="files",
            rows=map(_row, account.artifacts),
            caption=words["files.caption"].filled(count=len(account.artifacts)),
        )
    else:
        yield Remark(words=words["files.none"])
    withheld = sum(one is None for one in account.body.artifacts)
    if withheld:
        yield Remark(words=words["files.withheld"].filled(count=withheld))
    if any(item.artifact.access is Access.RESTRICTED for item in account.artifacts):
        yield Remark(words=words["files.restricted"])
    yield from _credentials(mapping_of(account.body.detail, "credentials"))
    yield Remark(words=words["files.no_media"])


def _row(item: ShownArtifact) -> tuple[Cell, ...]:
    one = item.artifact
    named = term("role", one.role) if one.role else term("origin", one.origin)
    return (
        (Foreign(text=one.id, form="code"),),
        (named, *_care(one)),
        (
            Foreign(text=one.name),
            Foreign(text=f"{one.media_type} · {one.size:,} B", form="code"),
            Foreign(text=item.path, form="code"),
            Foreign(text=one.sha256, form="digest"),
        ),
    )


def _care(one: Artifact) -> Iterator[Line]:
    if one.derived_from:
        yield load_words("capture")["files.derived"].filled(id=one.derived_from)
    if one.access is Access.RESTRICTED:
        yield term("access", one.access.value)
    if one.sensitivity.value != "normal":
        yield term("sensitivity", one.sensitivity.value)


def _credentials(found: JsonObject) -> Iterator[Part]:
    words = load_words("capture")
    counts = {
        kind: number
        for kind in mapping_of(found, "found")
        if (number := number_of(mapping_of(found, "found"), kind))
    }
    if counts:
        named = [(term("credential", kind), count) for kind, count in sorted(counts.items())]
        listed = Pair(
            ", ".join(f"{name.ko} {count:,}" for name, count in named),
            ", ".join(f"{name.en} {count:,}" for name, count in named),
        )
        yield Remark(words=words["files.credentials"].filled(what=listed))
    if number_of(found, "unchecked"):
        yield Remark(words=words["files.unchecked"])
