"""Bars on stderr. Apart from :mod:`evidencekit.cli.progress`, since rich takes a while to load."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from evidencekit.cli.marks import N_
from evidencekit.text.catalog import _

_STEPS = {
    "add": N_("taking in"),
    "capture": N_("capturing"),
    "seal": N_("reading the chain"),
    "export": N_("writing"),
    "verify": N_("checking"),
}


class Bars:
    """One bar for each step; satisfies :class:`~evidencekit.protocols.Observer`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks = {
            step: progress.add_task(_(text), total=None, visible=False)
            for step, text in _STEPS.items()
        }

    def on(self, step: str, done: int, total: int | None) -> None:
        """Move the bar of ``step``; steps that have no words of their own are not shown."""
        task = self._tasks.get(step)
        if task is not None:
            self._progress.update(task, completed=done, total=total, visible=True)
            if not self._progress.live.is_started:
                self._progress.start()

    def hide(self) -> None:
        """Clear the line for what is printed next; the next step shows the bars again."""
        if self._progress.live.is_started:
            self._progress.stop()


@contextmanager
def bars() -> Iterator[Bars]:
    """Yield bars that go when the work is done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
    )
    progress = Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # results belong on stdout, wherever that goes
        redirect_stderr=False,
    )
    shown = Bars(progress)
    try:
        yield shown
    finally:
        shown.hide()
