"""What somebody brings, with who brought it; and what may not be read, by its name alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evidencekit.errors import BadInput, PolicyForbids
from evidencekit.formats.intake import intake_to_json
from evidencekit.intake.unread import MAX_LISTED, Unasked, unread_below
from evidencekit.model.artifact import Sensitivity
from evidencekit.model.event import Actor
from evidencekit.model.intake import Intake
from evidencekit.model.json import Json, JsonObject
from evidencekit.protocols import Observer
from evidencekit.store.case import Case, Kind
from evidencekit.store.writer import open_writer
from evidencekit.text.catalog import _
from evidencekit.workflow.ingest import Outcome, add
from evidencekit.workflow.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How it is to be taken in."""

    kept_because: str = ""
    """The authority of a centre that keeps suspected child abuse material, in its own words."""
    opens_archives: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was noted of files that may not be read."""

    files: Sequence[JsonObject]
    unasked: Sequence[str]
    """Paths of which not even the size is known; foreign text."""


def may_be_read(case: Case, sensitivity: Sensitivity, *, kept_because: str) -> bool:
    """Whether the policy of a case lets bytes be read.

    Suspected child abuse material is read in an investigation, and in a support case only by a
    centre that says which law tells it to keep it.
    """
    if sensitivity is not Sensitivity.CSAM_SUSPECTED or case.kind is Kind.INVESTIGATION:
        return True
    return bool(kept_because.strip())


def bring(
    case: Case,
    paths: Sequence[Path],
    intake: Intake,
    *,
    manner: Manner,
    actor: Actor | None = None,
    setting: Setting,
    observer: Observer | None = None,
) -> Iterator[Outcome]:
    """Take in what was brought, statements first; yields as it goes.

    Raises :class:`PolicyForbids` where bytes may not be read: then :func:`note_unread`.
    """
    if not may_be_read(case, intake.sensitivity, kept_because=manner.kept_because):
        raise PolicyForbids(_("in this case such files are not read, only noted"))
    told: dict[str, Json] = {"intake": intake_to_json(intake)}
    if intake.sensitivity is Sensitivity.CSAM_SUSPECTED:
        told["kept_because"] = manner.kept_because.strip() or Kind.INVESTIGATION.value
    statements = [Path(one) for one in intake.statements]
    if statements:
        yield from add(
            case, statements, actor=actor, setting=setting, observer=observer, detail=told,
            role="statement", opens_archives=False,
        )  # fmt: skip
    yield from add(
        case, paths, actor=actor, sensitivity=intake.sensitivity, setting=setting,
        observer=observer, detail=told, opens_archives=manner.opens_archives,
    )  # fmt: skip


def note_unread(
    case: Case,
    paths: Sequence[Path],
    intake: Intake,
    *,
    actor: Actor | None = None,
    setting: Setting,
) -> Noted:
    """Record names, sizes and circumstances of files that may not be read; returns the files.

    No file is opened. Raises :class:`BadInput` where circumstances are missing: they are all that
    there will be.
    """
    if not intake.circumstances:
        raise BadInput(_("say under which circumstances it was brought: nothing else is recorded"))
    found: list[JsonObject] = []
    unasked: list[str] = []
    omitted = 0
    for one in unread_below(paths):
        if len(found) + len(unasked) >= MAX_LISTED:
            omitted += 1
        elif isinstance(one, Unasked):
            unasked.append(one.shown)
        else:
            found.append(one.to_json())
    kept = replace(intake, statements=())
    listed: list[Json] = [dict(one) for one in found]
    with open_writer(case.root, case.id, setting.machine(), command="add") as writer:
        writer.commit(
            "add",
            actor=actor or case.first_actor(),
            detail={
                "refused": [],
                "unread": listed,
                "unread_omitted": omitted,
                "unread_unknown": list(unasked),
                "policy": "no-copy",
                "intake": intake_to_json(kept),
            },
            drafts=[],
        )
    return Noted(files=found, unasked=unasked)
