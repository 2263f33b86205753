"""``demo``: everything once, with harmless samples."""

from itertools import count
from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.session import Session, pass_session
from evidencekit.demo.walk import walk
from evidencekit.text.catalog import _


@click.command(
    "demo",
    cls=Command,
    help=_(
        "Make a case from samples, seal it with a timestamp authority of its own, export and "
        "verify it: offline, in a new folder, proving nothing to anybody."
    ),
)
@click.option(
    "--out",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help=_("Folder for it; else a new one here."),
)
@click.option("--browser/--no-browser", default=True, help=_("Capture with the browser here."))
@pass_session
def command(session: Session, *, out: Path | None, browser: bool) -> int:
    """Walk, telling each step."""
    folder = out if out is not None else _unused_folder()

    def tell(text: str) -> None:
        for line in text.splitlines():
            if session.json:
                output.note("{line}", quiet=session.quiet, line=line)
            else:
                output.say("{line}", line=line)

    code = walk(folder, say=tell, browser=browser)
    if session.json:
        output.put_json({"folder": str(folder), "ok": code == 0})
    return code


def _unused_folder() -> Path:
    names = (f"evidencekit-demo{f'-{number}' if number > 1 else ''}" for number in count(1))
    return next(path for path in map(Path, names) if not path.exists())
