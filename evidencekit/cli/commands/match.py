"""``match``: whether a picture is among those that are known."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.marks import N_
from evidencekit.cli.opening import opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.taken import PART_MISSING
from evidencekit.model.json import Json
from evidencekit.text.catalog import _, ngettext
from evidencekit.text.clean import clean
from evidencekit.workflow.match import Found, Matched, match

_THRESHOLD, _BITS, _LOW_QUALITY = 31, 256, 50
_VARIANTS = (
    N_("as it is"), N_("turned 90°"), N_("turned 180°"), N_("turned 270°"), N_("mirrored"),
    N_("mirrored, turned 90°"), N_("mirrored, turned 180°"), N_("mirrored, turned 270°"),
)  # fmt: skip
_MAX_LINES = 5


@click.command(
    "match",
    cls=Command,
    help=_(
        "Look for the picture ID, or a PDQ hash, among the fingerprints of the case, of another "
        "case or of a list. Crops, frames and small rotations are not found: no match proves "
        "nothing."
    ),
)
@click.argument("what", metavar="ID|HASH")
@click.option(
    "--against",
    metavar="LIST|CASE",
    type=click.Path(path_type=Path),
    help=_("A list (CSV, or one JSON object a line) or the folder of a case."),
)
@click.option(
    "--threshold",
    type=click.IntRange(0, _BITS),
    default=_THRESHOLD,
    show_default=True,
    help=_("How many of 256 bits may differ."),
)
@pass_session
def command(session: Session, *, what: str, against: Path | None, threshold: int) -> int:
    """Print what is near, nearest first."""
    result = match(opened(session), what, against=against, threshold=threshold)
    if session.json:
        output.put_json(_object(result))
    else:
        _print(session, result)
    return PART_MISSING if result.unreadable else 0


def _object(result: Matched) -> dict[str, Json]:
    found: list[Json] = [
        {
            "label": one.label, "hash": one.hash, "distance": one.distance,
            "variant": _variant(one), "ms": one.ms,
        }
        for one in result.found
    ]  # fmt: skip
    return {
        "found": found, "looked_at": result.looked_at, "unreadable": list(result.unreadable),
        "quality": result.quality,
    }  # fmt: skip


def _print(session: Session, result: Matched) -> None:
    for one in result.found:
        output.columns([(one.distance, 5), (clean(one.label), 30), (_how(one), 0)])
    output.note(
        ngettext("{n} fingerprint compared", "{n} fingerprints compared", result.looked_at),
        quiet=session.quiet,
        n=result.looked_at,
    )
    if not result.found:
        output.say(_("none is near; that does not prove that it is not there"))
    if result.quality is not None and result.quality < _LOW_QUALITY:
        output.warn(_("the picture has little detail: a match says little"))
    if result.unreadable:
        lines = ", ".join(map(str, result.unreadable[:_MAX_LINES]))
        output.warn(
            _("{n} lines of the list have no fingerprint: {lines}"),
            n=len(result.unreadable),
            lines=lines,
        )


def _how(one: Found) -> str:
    place = "" if one.ms is None else f" @ {one.ms / 1000:.1f} s"
    variant = _variant(one)
    return f"{_(variant)}{place}" if variant else place.strip()


def _variant(one: Found) -> str:
    return "" if one.variant is None else _VARIANTS[one.variant]
