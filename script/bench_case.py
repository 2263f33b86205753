"""Make a case of many artifacts over a few objects, or append events to it, for script/bench."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from evidencekit.model.artifact import Artifact
from evidencekit.model.event import Actor
from evidencekit.model.ids import ArtifactId
from evidencekit.store.case import Kind, create_case, open_case
from evidencekit.store.writer import CaseWriter, Draft, open_writer
from evidencekit.workflow.setting import default_setting

BATCH = 1_000
ACTOR = Actor(alias="bench")


def main(arguments: list[str]) -> None:
    """``CASE COUNT`` makes a case; ``--append CASE COUNT`` appends events without artifacts."""
    machine = default_setting().machine()
    path, count = Path(arguments[-2]), int(arguments[-1])
    if arguments[0] == "--append":
        case = open_case(path)
        with open_writer(path, case.id, machine, command="bench") as writer:
            for _ in range(count):
                writer.commit("add", actor=ACTOR, detail={"refused": []})
        return
    case = create_case(path, title="bench", kind=Kind.INVESTIGATION, actor=ACTOR, machine=machine)
    with open_writer(path, case.id, machine, command="bench") as writer:
        for start in range(0, count, BATCH):
            drafts = list(_drafts(writer, start, min(BATCH, count - start)))
            writer.commit("add", actor=ACTOR, detail={"refused": []}, drafts=drafts)


def _drafts(writer: CaseWriter, start: int, count: int) -> Iterator[Draft]:
    spooled = writer.spool.put(BytesIO(b"%d" % start))
    for number in range(start, start + count):
        artifact = Artifact(
            id=ArtifactId("a0-0"),
            salt="0" * 64,
            sha256=spooled.digested.sha256,
            size=spooled.digested.size,
            media_type="text/plain",
            name=f"{number:07}.txt",
            acquired_at=datetime.now(UTC),
            origin="intake",
            source={"kind": "file", "path": f"many/{number:07}.txt"},
        )
        yield Draft(artifact=artifact, spooled=(spooled,) if number == start else ())


if __name__ == "__main__":
    main(sys.argv[1:])
