"""Results on stdout, all else on stderr; whatever came from outside is made safe on the way.

Rule: foreign text enters a sentence as a value of ``say``, ``note`` or ``warn``, never as part of
the sentence. The values are cleaned here, so no command can forget it; nothing is ever read as
markup.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from evidencekit.model.json import Json, JsonObject
from evidencekit.text.catalog import _, language
from evidencekit.text.clean import clean

_MAX_MESSAGE = 2000  # a message may name several paths
_MIN_ROOM = 24  # columns; with less left of the line, the last cell gets a line of its own
_SEOUL = "Asia/Seoul"
# Valid in JSON as they are, but not on a terminal: C1 controls, bidi, invisible characters.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)


def put_json(value: JsonObject) -> None:
    """Print one object on one line: readable Korean, nothing that drives a terminal."""
    text = json.dumps(value, ensure_ascii=False)
    safe = _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    click.echo(safe.encode("utf-8", errors="backslashreplace"))


def say(sentence: str, **values: object) -> None:
    """Print one line of a result."""
    click.echo(_filled(sentence, values))


def head(sentence: str, *, colour: str, **values: object) -> None:
    """Print the one line that everything else explains."""
    click.secho(_filled(sentence, values), bold=True, fg=colour)


def columns(cells: Iterable[tuple[object, int]]) -> None:
    """Print cells padded to their width in terminal columns, two spaces apart.

    A negative width sets the cell to the right.
    """
    padded = (_pad(clean(str(value)), width) for value, width in cells)
    click.echo("  ".join(padded).rstrip())


def row(cells: Iterable[tuple[object, int]], last: str, *, head: float = 0.5) -> None:
    """Print cells as :func:`columns` does, then ``last``: cut in its middle to fit a terminal.

    ``head`` is how much of it stays before the cut. Into a file or a pipe it goes whole.
    """
    start = "  ".join(_pad(clean(str(value)), width) for value, width in cells)
    if not sys.stdout.isatty():
        click.echo(f"{start}  {clean(last)}".rstrip())
        return
    columns_there = shutil.get_terminal_size().columns
    room = columns_there - _width(start) - 2
    if room >= _MIN_ROOM or not last:
        click.echo(f"{start}  {elide(last, max(room, 1), head=head)}".rstrip())
    else:
        click.echo(start.rstrip())
        click.echo("      " + elide(last, max(columns_there - 6, _MIN_ROOM), head=head))


def elide(text: str, width: int, *, head: float = 0.5) -> str:
    """Return foreign text cleaned, and cut in its middle where it is wider than ``width``."""
    shown = clean(text)
    if _width(shown) <= width:
        return shown
    room = width - 1
    first = _start_of(shown, int(room * head))
    last = _start_of(shown[::-1], room - _width(first))[::-1]
    return f"{first}…{last}"


def fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Print ``name  value`` lines; what is None is left out."""
    shown = [(name, value) for name, value in pairs if value is not None]
    widest = max((_width(name) for name, _value in shown), default=0)
    for name, value in shown:
        columns([(name, widest), (value, 0)])


def note(sentence: str, *, quiet: bool, **values: object) -> None:
    """Tell people something besides the result."""
    if not quiet:
        click.echo(_filled(sentence, values), err=True)


def warn(sentence: str, **values: object) -> None:
    """Tell people what they must know even when they asked for quiet."""
    click.echo("evidencekit: " + _filled(sentence, values), err=True)


def complain(message: str, *, hint: str | None) -> None:
    """Say what went wrong and what to do next; both may hold foreign text."""
    click.echo("evidencekit: " + clean(message, limit=_MAX_MESSAGE), err=True)
    if hint is not None:
        click.echo(_("hint: {hint}").format(hint=clean(hint, limit=_MAX_MESSAGE)), err=True)


def size(size_bytes: int) -> str:
    """Return a size as people read it."""
    amount = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004 (the metric step)
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def moment(when: datetime, *, to: str = "%H:%M:%S") -> str:
    """Return a time as the clock on the wall shows it, with its zone; records keep UTC.

    In Korean the clock is that of Seoul, as in the documents of a bundle.
    """
    local = when.astimezone(ZoneInfo(_SEOUL) if language() == "ko" else None)
    return f"{local:%Y-%m-%d {to} %Z}"


def plain(value: Json) -> str:
    """Return a JSON value as one line of text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _filled(sentence: str, values: dict[str, object]) -> str:
    return sentence.format(**{name: clean(str(value)) for name, value in values.items()})


def _pad(text: str, width: int) -> str:
    space = " " * max(0, abs(width) - _width(text))
    return space + text if width < 0 else text + space


def _start_of(text: str, width: int) -> str:
    used = 0
    for place, char in enumerate(text):
        used += _width(char)
        if used > width:
            return text[:place]
    return text


def _width(text: str) -> int:
    # Hangul and CJK take two columns; no more is needed to keep columns in line.
    return sum(
        2 if "\u1100" <= char <= "\u115f" or "\u2e80" <= char <= "\uffdc" else 1 for char in text
    )
