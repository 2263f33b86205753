"""Results on stdout, all else on stderr; whatever came from outside is made safe on the way.

Rule: foreign text enters a sentence as a value of ``say``, ``note`` or ``warn``, never as part of
the sentence. The values are cleaned here, so no command can forget it; nothing is ever read as
markup.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime

import click

from evidencekit.model.json import Json, JsonObject
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

_MAX_MESSAGE = 2000  # a message may name several paths
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
    """Print cells padded to their width in terminal columns, two spaces apart."""
    padded = (_pad(clean(str(value)), width) for value, width in cells)
    click.echo("  ".join(padded).rstrip())


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


def moment(when: datetime) -> str:
    """Return a time as the clock on the wall shows it, with its zone; records keep UTC."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S %Z}"


def plain(value: Json) -> str:
    """Return a JSON value as one line of text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _filled(sentence: str, values: dict[str, object]) -> str:
    return sentence.format(**{name: clean(str(value)) for name, value in values.items()})


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))


def _width(text: str) -> int:
    # Hangul and CJK take two columns; no more is needed to keep columns in line.
    return sum(
        2 if "\u1100" <= char <= "\u115f" or "\u2e80" <= char <= "\uffdc" else 1 for char in text
    )
