"""``gallery``: blurred previews on a page that is deleted after the look."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.reasons import said
from evidencekit.cli.session import Session, pass_session, read_text
from evidencekit.model.json import Json
from evidencekit.text.catalog import _, language
from evidencekit.workflow.gallery import Gallery, Look, open_gallery

_ENDING = (signal.SIGTERM, signal.SIGHUP)


@click.command(
    "gallery",
    cls=ActingCommand,
    help=_(
        "Make a page of blurred previews of the pictures and films of this case, or of those "
        "named, and delete it when you press Enter. Nobody can be made out on it; that you "
        "looked is recorded in the case before anything is decoded."
    ),
)
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--reason", help=_("Why you look; a support case asks for it."))
@click.option("--open", "opens", is_flag=True, help=_("Open the page in the usual browser."))
@click.option(
    "--allow-large", is_flag=True, help=_("Decode pictures of more than 60 million pixels.")
)
@pass_session
def command(
    session: Session, *, ids: tuple[str, ...], reason: str | None, opens: bool, allow_large: bool
) -> int:
    """Show where the page is, and wait."""
    case = opened(session)
    look = Look(
        ids=ids,
        reason=read_text(reason) if reason is not None else None,
        actor=actor_of(session, case),
        allows_large=allow_large,
    )
    with (
        _ended_in_order(),
        open_gallery(case, look, language=language(), setting=here()) as gallery,
    ):
        _print(session, gallery)
        if opens:
            click.launch(str(gallery.path))
        _wait()
    return 0


def _print(session: Session, gallery: Gallery) -> None:
    if session.json:
        unseen: list[Json] = [{"id": one.id, "why": one.why} for one in gallery.unseen]
        output.put_json({"path": str(gallery.path), "shown": gallery.shown, "unseen": unseen})
    else:
        output.say(_("blurred previews: {path}"), path=str(gallery.path))
        for one in gallery.unseen:
            output.say(_("  not shown: {id} ({why})"), id=one.id, why=said("why-unseen", one.why))
    output.note(_("press Enter to delete the page"), quiet=session.quiet)


def _wait() -> None:
    """Wait for a line, for the end of input, or for Ctrl-C: all are the same wish."""
    try:
        sys.stdin.readline()
    except KeyboardInterrupt:
        return


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let signals that end a program end it as Ctrl-C does, so that the page is deleted."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {one: signal.signal(one, end) for one in _ENDING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
