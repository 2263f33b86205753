import io

from rich.console import Console
from rich.progress import Progress

from evidencekit.cli.bars import Bars
from evidencekit.cli.progress import watching
from evidencekit.cli.session import Session
from evidencekit.protocols import Silent


def test_bars_take_known_and_unknown_steps_and_totals() -> None:
    progress = Progress(console=Console(file=io.StringIO()))
    bars = Bars(progress)
    bars.on("add", 3, None)
    bars.on("seal", 1, 10)
    bars.on("a step of a later release", 1, 2)
    shown = {task.description: (task.completed, task.total) for task in progress.tasks}
    assert shown.items() >= {"taking in": (3, None), "reading the chain": (1, 10)}.items()


def test_nothing_moves_where_nobody_watches() -> None:
    for session in (Session(), Session(quiet=True), Session(json=True)):
        with watching(session) as observer:
            assert isinstance(observer, Silent)
