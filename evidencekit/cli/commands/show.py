"""``show``: one artifact."""

from collections.abc import Mapping

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.marks import N_
from evidencekit.cli.opening import opened
from evidencekit.cli.page_claims import print_claims
from evidencekit.cli.reasons import listed, said
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import whole_artifact_object
from evidencekit.formats.times import read_time
from evidencekit.model.artifact import Artifact
from evidencekit.model.json import Json, JsonObject
from evidencekit.text.catalog import _

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
    "lossless": N_("picture unchanged"),
    "rules": N_("by the rules"),
    "replaced": N_("covered"),
    "packed": N_("packed bodies"),
    "left": N_("not covered"),
}
_VALUES = {
    "file": N_("file"),
    "url": N_("web page"),
    "stream": N_("standard input"),
    "strip": N_("copy without metadata"),
    "redact": N_("copy with credentials covered"),
}


@click.command("show", cls=Command, help=_("Show all that is recorded of the artifact ID."))
@click.argument("artifact_id", metavar="ID")
@pass_session
def command(session: Session, *, artifact_id: str) -> int:
    """Print what the ledger says; the file itself is not opened."""
    case = opened(session)
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
