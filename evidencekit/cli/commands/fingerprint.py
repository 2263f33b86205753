"""``fingerprint``: what a picture or a film looks like, in 256 bits."""

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import artifact_object
from evidencekit.cli.taken import PART_MISSING
from evidencekit.errors import BadInput
from evidencekit.model.json import JsonObject
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean
from evidencekit.workflow.fingerprint import DIGESTS, Asked, fingerprint, forms_in

_NUMBERS, _LOW_QUALITY = 4, 50


@click.command(
    "fingerprint",
    cls=ActingCommand,
    help=_(
        "Make a fingerprint (PDQ) of the picture or film ID, by which it is found again. It is "
        "personal data: an export holds it back."
    ),
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--crop", metavar="X,Y,W,H", help=_("Only this part of a picture, in pixels from the top left.")
)
@click.option(
    "--digest",
    "digests",
    multiple=True,
    type=click.Choice(DIGESTS),
    help=_("A weak digest besides, for a form that asks for it; repeatable."),
)
@click.option(
    "--allow-large", is_flag=True, help=_("Decode pictures of more than 60 million pixels.")
)
@pass_session
def command(
    session: Session,
    *,
    ids: tuple[str, ...],
    crop: str | None,
    digests: tuple[str, ...],
    allow_large: bool,
) -> int:
    """Print each fingerprint; of several, one that cannot be made does not hold up the others."""
    case = opened(session)
    asked = Asked(crop=_crop(crop), digests=digests, allows_large=allow_large)
    failed = 0
    for one in ids:
        try:
            made, said = fingerprint(
                case, one, asked, actor=actor_of(session, case), setting=here()
            )
        except BadInput as exc:
            if len(ids) == 1:
                raise
            failed += 1
            output.complain(f"{clean(one)}: {exc}", hint=exc.hint)
            continue
        if session.json:
            output.put_json({**artifact_object(made), "fingerprint": said})
        else:
            _print(made.id, said, session)
    return PART_MISSING if failed else 0


def _crop(text: str | None) -> tuple[int, int, int, int] | None:
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) != _NUMBERS or not all(part.strip().isdigit() for part in parts):
        raise BadInput(_("{text}: a crop is four numbers: X,Y,W,H").format(text=text))
    x, y, width, height = (int(part) for part in parts)
    return x, y, width, height


def _print(made: str, said: JsonObject, session: Session) -> None:
    found = forms_in(said)
    output.fields(
        [
            (_("fingerprint of"), said["of"]),
            (_("is"), made),
            (_("procedure"), said.get("procedure")),
            (_("quality"), said.get("quality")),
            ("PDQ", found[0][0] if len(found) == 1 else None),
            (_("key frames"), len(found) if "frames" in said else None),
            *((name.upper(), said.get(name)) for name in DIGESTS),
        ]
    )
    quality = said.get("quality")
    if isinstance(quality, int) and quality < _LOW_QUALITY:
        output.note(_("little detail: matches will say little"), quiet=session.quiet)
