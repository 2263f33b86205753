"""Finds into the case, as one event: the end of every act that brings something from outside."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evidencekit.model.artifact import Sensitivity
from evidencekit.model.event import Actor
from evidencekit.model.find import Find
from evidencekit.model.json import Json
from evidencekit.sandbox.runner import Worker
from evidencekit.store.case import Case
from evidencekit.store.writer import Committed, open_writer
from evidencekit.workflow.drafting import draft_of
from evidencekit.workflow.setting import Setting


def record(
    case: Case,
    action: str,
    finds: Sequence[Find],
    *,
    detail: Mapping[str, Json],
    actor: Actor,
    sensitivity: Sensitivity,
    setting: Setting,
) -> Committed:
    """Commit ``finds`` as one event; when this returns, it is durable.

    Waits for the case however long: what was fetched may be gone from the world by now.
    """
    with (
        open_writer(
            case.root, case.id, setting.machine(), command=action, wait_s=math.inf
        ) as writer,
        Worker() as worker,
    ):
        drafts = []
        places = {find.name: n for n, find in enumerate(finds)}
        for find in finds:
            with find.content.open() as stream:
                spooled = writer.spool.put(stream)
            draft = draft_of(find, spooled, writer, worker, sensitivity=sensitivity)
            original = places[find.copy_of] if find.copy_of is not None else None
            drafts.append(replace(draft, copy_of=original))
        return writer.commit(action, actor=actor, detail=detail, drafts=drafts)
