"""What we do to a page so that it shows all of itself; one small script for each idea.

A behaviour is one JavaScript function ``(look, state) => answer``, called again and again in an
isolated world, where the page's scripts cannot reach it. ``look`` is ``looking.js``; ``state`` is
kept from call to call until the page loads anew. Its answer is

* ``null``: there is nothing (more) to do,
* ``true``: a step was done, without a click,
* ``{x, y, text, selector}``: what to click, as ``look.aim(element)`` returns it.

Scripts never click themselves; :mod:`evidencekit.capture.page.behaving` does, within its limits and
behind the guard of :mod:`evidencekit.capture.page.clicks`, and writes down each click.

What is never clicked (``look.aim`` returns null for it): a link to another document, a download, a
button that sends a form, anything that is hidden or that something else covers. What the built-in
ones click must carry one of a few known phrases as its *whole* text: no purchase, no subscription,
no login, no statement about oneself other than the plain yes of an age gate. Only the main frame is
looked at.

Behaviours for single sites come as plugins: an entry point of the group ``evidencekit.behaviours``
names a :class:`SiteBehaviour`. A plugin cannot take the name of a built-in one, and its
distribution and version stand in the event.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from urllib.parse import urlsplit

GROUP = "evidencekit.behaviours"
BUILT_IN = ("age-gate", "cookie-banner", "scroll", "load-more", "lazy-images")
"""In the order in which they run; those of a site come after the first two."""
GATES = frozenset({"age-gate", "cookie-banner"})
"""Run once more at the end: some come late."""
_FOLDER = Path(__file__).parent
_MAX_SCRIPT_CHARS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBehaviour:
    """What a plugin provides; its name is that of the entry point."""

    hosts: tuple[str, ...]
    """``example.org`` stands for that host and all below it."""
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One behaviour that is ready to run."""

    name: str
    script: str
    distribution: str | None = None
    """Who provides it and in which version; None for what is built in."""
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLoaded:
    """A plugin that is not used, with its name."""

    name: str
    why: str


@cache
def looking() -> str:
    """Return the script that makes ``look``."""
    return (_FOLDER / "looking.js").read_text(encoding="utf-8")


@cache
def built_in(name: str) -> Behaviour:
    """Return one of :data:`BUILT_IN`."""
    return Behaviour(name=name, script=(_FOLDER / f"{name}.js").read_text(encoding="utf-8"))


def behaviours_for(url: str) -> tuple[tuple[Behaviour, ...], tuple[NotLoaded, ...]]:
    """Return what is to be done at ``url``, in order, and the plugins that could not be used."""
    found = tuple(_of_plugins(urlsplit(url).hostname or ""))
    site = tuple(one for one in found if isinstance(one, Behaviour))
    first = tuple(built_in(name) for name in BUILT_IN if name in GATES)
    rest = tuple(built_in(name) for name in BUILT_IN if name not in GATES)
    unusable = tuple(one for one in found if isinstance(one, NotLoaded))
    return (*first, *site, *rest, *first), unusable


def _of_plugins(host: str) -> Iterator[Behaviour | NotLoaded]:
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        if entry.name in BUILT_IN:
            yield NotLoaded(name=entry.name, why="name of a built-in one")
            continue
        try:
            site = entry.load()
        except Exception as exc:  # noqa: BLE001 (a plugin's import can raise whatever it likes)
            yield NotLoaded(name=entry.name, why=type(exc).__name__)
            continue
        if not _is_sound(site):
            yield NotLoaded(name=entry.name, why="not a SiteBehaviour")
        elif any(host == one or host.endswith(f".{one}") for one in site.hosts):
            yield _named(entry, site)


def _is_sound(site: object) -> bool:
    return isinstance(site, SiteBehaviour) and len(site.script) <= _MAX_SCRIPT_CHARS


def _named(entry: EntryPoint, site: SiteBehaviour) -> Behaviour:
    return Behaviour(
        name=entry.name,
        script=site.script,
        distribution=entry.dist.name if entry.dist else "unknown",
        version=entry.dist.version if entry.dist else "unknown",
    )
