"""What a page states of itself, told as its claims; read out of an event, so any shape may come."""

from collections.abc import Iterator, Mapping

from evidencekit.cli import output
from evidencekit.cli.marks import N_
from evidencekit.model.json import Json
from evidencekit.text.catalog import _

_ABOUT = {
    "title": N_("title"),
    "description": N_("description"),
    "site": N_("site"),
    "author": N_("author"),
    "author-page": N_("author's page"),
    "handle": N_("account name"),
    "published": N_("published"),
    "modified": N_("modified"),
    "uploaded": N_("uploaded"),
    "time": N_("a time, of what is not said"),
    "other": N_("other"),
}


def print_claims(detail: Mapping[str, Json]) -> None:
    """Print the context and the clock out of a capture's detail, where there is any."""
    context, facts = detail.get("context"), detail.get("facts")
    if isinstance(context, Mapping):
        output.say(_("as the page states of itself; nobody has checked it"))
        output.fields((f"  {name}", value) for name, value in _stated(context))
    clock = facts.get("clock_offset") if isinstance(facts, Mapping) else None
    if isinstance(clock, Mapping):
        output.fields(
            [(_("server's clock against ours (observed, proves nothing)"), _clock(clock))]
        )


def _stated(context: Mapping[str, Json]) -> Iterator[tuple[str, object]]:
    yield _("address of its own"), context.get("canonical")
    yield _("language"), context.get("language")
    for one in _members(context.get("statements")):
        about = str(one.get("about"))
        name = _(_ABOUT[about]) if about in _ABOUT else about
        yield name, f"{one.get('value')}  ({one.get('where')})"
    for one in _members(context.get("media")):
        yield _("media"), f"{one.get('url')}  ({one.get('where')})"
    omitted = context.get("omitted")
    if isinstance(omitted, list | tuple) and omitted:
        yield _("left out here"), ", ".join(str(one) for one in omitted)


def _clock(clock: Mapping[str, Json]) -> str:
    offset, uncertainty = clock.get("offset_ms"), clock.get("uncertainty_ms")
    if not isinstance(offset, int) or not isinstance(uncertainty, int):
        return "?"
    return f"{offset / 1000:+.3f} s ± {uncertainty / 1000:.3f} s"


def _members(value: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, Mapping))
