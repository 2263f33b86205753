"""The one way from a template to a document.

What a template prints is foreign text unless it is markup that we made: it is cleaned
(:mod:`evidencekit.text.clean`) and, in HTML, escaped, without the template having to ask.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from evidencekit.export.words import TEMPLATES
from evidencekit.text.clean import clean

BUFFERED_PIECES = 500  # a table row is some twenty pieces
MAX_WHOLE = 4_000  # characters of an address; most servers take no longer one
_SEOUL = "Asia/Seoul"


def typeset(name: str, **values: object) -> Iterator[str]:
    """Yield the document piece by piece; what ``values`` iterate lazily is consumed lazily."""
    stream = _environment().get_template(name).stream(**values)
    stream.enable_buffering(BUFFERED_PIECES)
    yield from stream


def write_kst(moment: datetime) -> str:
    """Write a time as Korean readers expect it, to the second."""
    return f"{moment.astimezone(ZoneInfo(_SEOUL)):%Y-%m-%d %H:%M:%S} KST"


def write_utc(moment: datetime) -> str:
    """Write the same moment in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def write_whole(text: str) -> Markup:
    """Write foreign text to its end, within reason, and say where it was cut."""
    shown = clean(text, limit=MAX_WHOLE)
    more = f" [… {len(text):,}]" if len(text) > MAX_WHOLE else ""
    return escape(shown + more)


def telephone_groups(fingerprint: str, pairs: int = 8) -> tuple[str, ...]:
    """Cut a fingerprint into runs of pairs that a voice can read out."""
    parts = fingerprint.split(":")
    return tuple(":".join(parts[at : at + pairs]) for at in range(0, len(parts), pairs))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        finalize=_finish,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(kst=write_kst, utc=write_utc, whole=write_whole)
    return environment


def _finish(value: object) -> object:
    is_foreign = isinstance(value, str) and not hasattr(value, "__html__")
    return clean(str(value)) if is_foreign else value
