"""``metadata``: what a file says about itself."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.marks import N_
from evidencekit.cli.opening import opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.metadata.contradictions import Contradiction
from evidencekit.metadata.generation import Trace
from evidencekit.metadata.identify.magic import Opinion, opinion_to_json
from evidencekit.model.json import Json
from evidencekit.text.catalog import _, language
from evidencekit.text.clean import clean
from evidencekit.workflow.exiftool import CrossCheck, cross_check
from evidencekit.workflow.metadata import MetadataView, show, write_map

_CONTRADICTIONS = {
    "taken-after-file": N_("taken {0}, but the file is older: {1}"),
    "zone": N_("the offset written is {0}, that of the satellites {1}"),
    "times": N_("made {0}, and made {1}"),
    "changed-after": N_("taken {0}, changed {1}"),
    "places": N_("two places: latitude {0} and {1}"),
}


@click.command(
    "metadata",
    cls=Command,
    help=_(
        "Show what the file behind the artifact ID says about itself. Anybody can write anything "
        "there: it is a lead, not a proof."
    ),
)
@click.argument("artifact_id", metavar="ID")
@click.option(
    "--exiftool",
    "asks_exiftool",
    is_flag=True,
    help=_("Let an installed ExifTool read the file too, and show what only it finds."),
)
@click.option(
    "--map",
    "map_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("Write a page with the places that the file names; it asks no map service."),
)
@pass_session
def command(
    session: Session, *, artifact_id: str, asks_exiftool: bool, map_file: Path | None
) -> int:
    """Print the summary first, then every recorded fact."""
    case = opened(session)
    view = show(case, artifact_id)
    checked = cross_check(case, view.artifact, view.facts) if asks_exiftool else None
    places = None if map_file is None else write_map(case, view, map_file, language=language())
    if session.json:
        output.put_json(
            {
                **_object(view),
                **({"exiftool": _checked(checked)} if checked is not None else {}),
                **({"map": str(map_file), "places": places} if places is not None else {}),
            }
        )
        return 0
    _print(view)
    if checked is not None:
        _print_checked(checked)
    if map_file is not None:
        output.say(_("places: {path}"), path=str(map_file))
    return 0


def _checked(found: CrossCheck) -> dict[str, Json]:
    lacking: list[Json] = [
        {"kind": one.kind, "tag": one.tag, "value": one.value} for one in found.lacking
    ]
    return {"version": found.version, "both": dict(found.both), "lacking": lacking}


def _print_checked(found: CrossCheck) -> None:
    """Say what only ExifTool finds; no more found is no proof that there is no more."""
    output.say(
        _("ExifTool {version}: {both} facts are in both, {lacking} only there"),
        version=found.version,
        both=sum(found.both.values()),
        lacking=len(found.lacking),
    )
    for one in found.lacking:
        output.columns([(one.kind, 10), (one.tag, 28), (one.value, 0)])


def _object(view: MetadataView) -> dict[str, Json]:
    summary: dict[str, Json] | None = None
    if view.summary is not None:
        summary = {
            "when": view.summary.when,
            "where": view.summary.where,
            "device": view.summary.device,
            "serial": view.summary.serial,
            "software": view.summary.software,
            "has_thumbnail": view.summary.has_thumbnail,
        }
    return {
        "id": view.artifact.id,
        "media_type": view.artifact.media_type,
        "summary": summary,
        "contradictions": [
            {"code": one.code, "values": list(one.values)} for one in view.contradictions
        ],
        "traces": [
            {
                "program": one.program,
                "group": one.fact.group,
                "tag": one.fact.tag,
                "verified": one.is_verified,
            }
            for one in view.traces
        ],
        "second_opinion": {**opinion_to_json(view.second_opinion), "agrees": view.agrees},
        "record": view.record,
    }


def _print(view: MetadataView) -> None:
    opinion = view.second_opinion
    said = opinion.media_type if isinstance(opinion, Opinion) else opinion.why
    if not view.agrees:
        said = _("{type}: another type than ours").format(type=clean(said, limit=80))
    pairs: list[tuple[str, object]] = [
        (_("id"), view.artifact.id),
        (_("name"), view.artifact.name),
        (_("type"), view.artifact.media_type),
        (_("type, second opinion"), said),
    ]
    if view.summary is not None:
        pairs += [
            (_("when, as it says"), view.summary.when),
            (_("where, as it says"), view.summary.where),
            (_("device"), view.summary.device),
            (_("serial number"), view.summary.serial),
            (_("software"), view.summary.software),
            (_("thumbnail"), _("yes") if view.summary.has_thumbnail else _("no")),
        ]
    pairs += [(_("contradicts itself"), _contradiction(one)) for one in view.contradictions]
    pairs += [(_("names a program"), _trace(one)) for one in view.traces]
    output.fields(pairs)
    if view.record is None:
        output.say(_("nothing is recorded of what is inside this file"))
        return
    for fact in _facts(view.record.get("facts")):
        output.columns([(fact.get("group"), 10), (fact.get("tag"), 28), (fact.get("readable"), 0)])


def _contradiction(one: Contradiction) -> str:
    sentence = _(_CONTRADICTIONS.get(one.code, "{0}, {1}"))
    return sentence.format(*(*map(clean, one.values), "", ""))


def _trace(one: Trace) -> str:
    place = clean(f"{one.fact.group} {one.fact.tag}", limit=60)
    if one.is_verified:
        return _("{program} (in {place})").format(program=one.program, place=place)
    return _("{program} (in {place}; the trace is only recalled, not checked)").format(
        program=one.program, place=place
    )


def _facts(value: Json) -> list[dict[str, Json]]:
    return (
        [dict(fact) for fact in value if isinstance(fact, dict)] if isinstance(value, list) else []
    )
