"""``show``: one artifact; with ``--report``, the report of the capture that it came with."""

from collections.abc import Mapping
from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.marks import N_
from evidencekit.cli.opening import here, opened
from evidencekit.cli.page_claims import print_claims
from evidencekit.cli.reasons import listed, said
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import whole_artifact_object
from evidencekit.formats.times import read_time
from evidencekit.model.artifact import Artifact
from evidencekit.model.json import Json, JsonObject
from evidencekit.store.case import Case
from evidencekit.text.catalog import _, language

_TITLES = {
    "kind": N_("kind"),
    "path": N_("path"),
    "path_bytes": N_("path, raw bytes (base64)"),
    "url": N_("URL asked for"),
    "final_url": N_("URL that answered"),
    "modified": N_("modified"),
    "changed": N_("record changed"),
    "accessed": N_("accessed"),
    "mode": N_("permissions"),
    "uid": N_("owner (uid)"),
    "gid": N_("group (gid)"),
    "links": N_("hard links"),
    "method": N_("method"),
    "removed": N_("removed"),
    "kept": N_("kept"),
    "lossless": N_("content unchanged"),
    "rules": N_("by the rules"),
    "replaced": N_("covered"),
    "packed": N_("packed bodies"),
    "left": N_("not covered"),
}
_MAX_DIGITS = 15
_VALUES = {
    "file": N_("file"),
    "url": N_("web page"),
    "stream": N_("standard input"),
    "strip": N_("copy without metadata"),
    "redact": N_("copy with credentials covered"),
}


@click.command(
    "show",
    cls=Command,
    help=_(
        "Show all that is recorded of the artifact ID. With --report, write the report of the "
        "capture that it came with; ID may then be the number of the act, as log shows it."
    ),
)
@click.argument("artifact_id", metavar="ID")
@click.option(
    "--report",
    "out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("Write the report of the capture to FILE (HTML); nothing may be there yet."),
)
@pass_session
def command(session: Session, *, artifact_id: str, out: Path | None) -> int:
    """Print what the ledger says; the file itself is not opened."""
    case = opened(session)
    if out is not None:
        return _report(session, case, artifact_id, out)
    artifact = case.artifact(artifact_id)
    body = case.body_with(artifact.id)
    detail: JsonObject = body.detail if body is not None else {}
    if session.json:
        whole = whole_artifact_object(artifact)
        output.put_json({**whole, "context": detail.get("context")})
    else:
        _print(artifact)
        print_claims(detail)
    return 0


def _report(session: Session, case: Case, what: str, out: Path) -> int:
    # Loaded here: showing an artifact needs none of what makes a document.
    from evidencekit.workflow.report import report

    written = report(case, _act_of(case, what), out=out, language=language(), setting=here())
    if session.json:
        output.put_json({"seq": written.seq, "report": str(written.path)})
    else:
        output.say(_("report: {path}"), path=written.path)
    output.note(
        _("it names people, addresses and accounts: keep it as you keep the case"),
        quiet=session.quiet,
    )
    return 0


def _act_of(case: Case, what: str) -> int:
    """Return the number of an act, or of the one that an artifact came with."""
    if what.isdecimal() and what.isascii():
        return int(what[:_MAX_DIGITS])
    body = case.body_with(case.artifact(what).id)
    return body.seq if body is not None else 0


def _print(artifact: Artifact) -> None:
    output.fields(
        [
            (_("id"), artifact.id),
            (_("name"), artifact.name),
            (_("type"), artifact.media_type),
            (_("size"), output.size(artifact.size)),
            (_("SHA-256"), artifact.sha256),
            (_("taken in"), output.moment(artifact.acquired_at)),
            (_("by"), said("origin", artifact.origin)),
            (_("part of the act"), said("role", artifact.role) if artifact.role else None),
            (_("copy of"), artifact.derived_from),
            (_("sensitivity"), said("sensitivity", artifact.sensitivity.value)),
            (_("access"), said("access", artifact.access.value)),
        ]
    )
    for title, members in (
        (_("where it came from"), artifact.source),
        (_("how it was made"), artifact.derivation),
    ):
        if members:
            output.say(title)
            output.fields([(f"  {_title(name)}", _plain(name, members[name])) for name in members])


def _title(member: str) -> str:
    return _(_TITLES[member]) if member in _TITLES else member


def _plain(member: str, value: Json) -> str:
    """Return a recorded value for people; what has no words of its own stays as it is."""
    match member, value:
        case (("removed" | "kept"), list() | tuple()):
            return listed("part", value) or "-"
        case (("replaced" | "packed" | "left"), Mapping()):
            return ", ".join(f"{said('credential', word)} {n}" for word, n in value.items()) or "-"
        case (("kind" | "method"), str()):
            return _(_VALUES.get(value, value))
        case (("modified" | "changed" | "accessed"), str()):
            return _moment(value)
        case _, bool():
            return _("yes") if value else _("no")
        case _:
            return output.plain(value)


def _moment(recorded: str) -> str:
    try:
        seen = read_time(recorded[:-4] + "Z")  # file times have nine digits, others six
    except ValueError:
        return recorded
    return f"{output.moment(seen)} ({recorded})"
