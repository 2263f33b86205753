"""``metadata``: what a file says about itself."""

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.marks import N_
from evidencekit.cli.opening import opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.metadata.contradictions import Contradiction
from evidencekit.metadata.generation import Trace
from evidencekit.metadata.identify.magic import Opinion
from evidencekit.model.json import Json
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean
from evidencekit.workflow.metadata import MetadataView, show

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
@pass_session
def command(session: Session, *, artifact_id: str) -> int:
    """Print the summary first, then every recorded fact."""
    view = show(opened(session), artifact_id)
    if session.json:
        output.put_json(_object(view))
    else:
        _print(view)
    return 0


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
        "second_opinion": _opinion(view),
        "record": view.record,
    }


def _opinion(view: MetadataView) -> dict[str, Json]:
    opinion = view.second_opinion
    if isinstance(opinion, Opinion):
        return {"media_type": opinion.media_type, "version": opinion.version, "why": None}
    return {"media_type": None, "version": None, "why": opinion.why}


def _print(view: MetadataView) -> None:
    opinion = view.second_opinion
    said = opinion.media_type if isinstance(opinion, Opinion) else opinion.why
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
