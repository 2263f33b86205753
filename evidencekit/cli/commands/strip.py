"""``strip``: a copy without metadata."""

import re
from collections.abc import Mapping
from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.reasons import listed
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import artifact_object
from evidencekit.metadata.facts import fact_to_json
from evidencekit.metadata.rebuilt import Purpose
from evidencekit.metadata.strip import Order
from evidencekit.model.artifact import Artifact
from evidencekit.model.json import Json
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.workflow.strip import derivation_of, rehearse, rehearse_file, strip, strip_file

_ARTIFACT = re.compile(r"a\d+-\d+")
_MEMBERS = ("removed", "kept", "changed", "lossless", "decoder")


@click.command(
    "strip",
    cls=ActingCommand,
    help=_(
        "Make a copy of the artifact ID without place, device and names in it, as a new "
        "artifact; or of the file at PATH, beside it. The original stays as it is. What is seen "
        "or heard stays: faces, voices, what lies in the background, how large and how long it is."
    ),
)
@click.argument("what", metavar="ID|PATH")
@click.option(
    "--for",
    "purpose",
    type=click.Choice([one.value for one in Purpose]),
    default=Purpose.SHARE.value,
    show_default=True,
    help=_(
        "Who gets the copy: anybody (share), a provider that is asked to delete (platform), a "
        "court (court: the time when it was taken stays)."
    ),
)
@click.option("--out", metavar="PATH", type=click.Path(), help=_("Where the copy of a PATH goes."))
@click.option("--again", is_flag=True, help=_("Make another copy although there is one."))
@click.option(
    "--as-pictures",
    is_flag=True,
    help=_("Of a PDF: pictures of its pages, without letters that can be searched or copied."),
)
@click.option(
    "--allow-large", is_flag=True, help=_("Decode pictures of more than 60 million pixels.")
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=_("Show each value that would be gone, and keep no copy. Nothing is recorded."),
)
@pass_session
def command(
    session: Session,
    *,
    what: str,
    purpose: str,
    out: str | None,
    again: bool,
    as_pictures: bool,
    allow_large: bool,
    dry_run: bool,
) -> int:
    """Make the copy, unless there is one, and say what is gone from it."""
    wanted = Order(purpose=Purpose(purpose), as_pictures=as_pictures, allows_large=allow_large)
    if dry_run:
        _rehearse(session, what, wanted)
        return 0
    if not _ARTIFACT.fullmatch(what):
        _strip_file(session, _file(what), wanted, out)
        return 0
    if out is not None:
        raise click.UsageError(_("--out is for a file; a copy of an artifact goes into the case"))
    case = opened(session)
    existing = None if again else _existing(case, what, wanted)
    if existing is not None:
        _print(session, existing, made=False)
        return 0
    result = strip(case, what, order=wanted, actor=actor_of(session, case), setting=here())
    _print(session, result.artifact, made=True)
    return 0


def _rehearse(session: Session, what: str, order: Order) -> None:
    """Say what a copy would be without, value by value."""
    if _ARTIFACT.fullmatch(what):
        done = rehearse(opened(session), what, order=order, setting=here())
    else:
        done = rehearse_file(_file(what), order=order)
    account = derivation_of(done)
    if session.json:
        values: list[Json] = [fact_to_json(fact) for fact in done.absent]
        output.put_json({**{name: account[name] for name in _MEMBERS}, "values": values})
        return
    output.say(_("a trial: no copy was kept, nothing was recorded"))
    _print_account(account)
    for fact in done.absent:
        output.columns([(fact.group, 14), (fact.tag, 28), (fact.readable, 0)])


def _file(what: str) -> Path:
    path = Path(what)
    if not path.exists():
        raise click.UsageError(_("{what}: no such file, and no artifact").format(what=path))
    return path


def _existing(case: Case, artifact_id: str, order: Order) -> Artifact | None:
    """Return the newest copy that an earlier run made; it was made from the same bytes."""
    ids = [
        row.id for row in case.rows() if row.derived_from == artifact_id and row.origin == "strip"
    ]
    copies = (case.artifact(one) for one in reversed(ids))
    return next((one for one in copies if _is_such(one.derivation, order)), None)


def _is_such(derivation: Mapping[str, Json], order: Order) -> bool:
    has_pictures = derivation.get("as_pictures", False)
    return derivation.get("purpose") == order.purpose.value and has_pictures is order.as_pictures


def _strip_file(session: Session, path: Path, order: Order, out: str | None) -> None:
    target = Path(out) if out is not None else path.with_stem(f"{path.stem}-stripped")
    done = derivation_of(strip_file(path, target, order=order))
    if session.json:
        output.put_json({"path": str(target), **{name: done[name] for name in _MEMBERS}})
        return
    output.say(_("copy made: {path}"), path=str(target))
    _print_account(done)


def _print(session: Session, copy: Artifact, *, made: bool) -> None:
    done = dict(copy.derivation)
    if session.json:
        members = {name: done.get(name) for name in _MEMBERS}
        output.put_json({**artifact_object(copy), **members, **({} if made else {"already": True})})
        return
    sentence = _("copy made: {id} (of {original})")
    if not made:
        sentence = _("a copy is here already: {id} (of {original}); --again makes another")
    output.say(sentence, id=copy.id, original=copy.derived_from)
    _print_account(done)


def _print_account(done: dict[str, Json]) -> None:
    removed = listed("part", done.get("removed")) or _("nothing: there was nothing to remove")
    output.fields(
        [
            (_("removed"), removed),
            (_("kept"), listed("part", done.get("kept")) or None),
            (_("changed in the content"), listed("part", done.get("changed")) or None),
            (
                _("decoded and compared by"),
                done.get("decoder") or _("nothing: there is no decoder"),
            ),
        ]
    )
