"""What was done to a page, what of it is missing, and how its record looks when shown again."""

from collections.abc import Iterator

from evidencekit.export.blocks import (
    Cell,
    Foreign,
    Items,
    Part,
    Remark,
    Rows,
    facts,
    told,
)
from evidencekit.export.members import (
    mapping_of,
    mappings_of,
    moment_of,
    number_of,
    text_of,
    texts_of,
)
from evidencekit.export.words import Pair, load_words, term, term_with_argument
from evidencekit.model.json import JsonObject

_MEASURES = {
    "viewport_alike_permille": "viewport",
    "page_alike_permille": "page",
    "words_alike_permille": "words",
}
_OLD_MEASURES = {"viewport_permille": "viewport_grey", "page_permille": "page_grey"}
"""Of events before 2026-11-25 (docs/format/wacz.md §6)."""


def done_parts(found: JsonObject) -> Iterator[Part]:
    """Yield all of it; ``found`` are the facts of a capture."""
    yield from _done(found)
    yield from _resources(found)
    yield from _blocked(mapping_of(found, "without_media"))
    yield from _replay(found)


def _done(found: JsonObject) -> Iterator[Part]:
    words = load_words("capture")
    behaviours = mappings_of(found, "behaviours")
    clicks, omitted = mappings_of(found, "clicks"), number_of(found, "clicks_omitted") or 0
    if behaviours:
        named = tuple((_behaviour(one),) for one in behaviours)
        yield Items(items=named, heading=words["done.behaviours"])
    elif "behaviours" in found:
        yield Remark(words=words["done.nothing"])
    if clicks:
        yield Rows(name="clicks", rows=map(_click, clicks), caption=words["clicks.caption"])
    elif behaviours:
        yield Remark(words=words["clicks.none"])
    if omitted:
        yield Remark(words=words["omitted"].filled(count=omitted))


def _behaviour(one: JsonObject) -> Pair:
    name, plugin = text_of(one, "name"), text_of(one, "distribution")
    pair = term("behaviour", name)
    if not plugin:
        return pair
    of = load_words("capture")["done.plugin"]
    return of.filled(name=pair, plugin=plugin, version=text_of(one, "version"))


def _click(one: JsonObject) -> tuple[Cell, ...]:
    at, before, after = (
        moment_of(one, "at"),
        text_of(one, "url_before"),
        text_of(one, "url_after"),
    )
    moved: Cell = (Foreign(text=after),) if after != before else ()
    return (
        (at,) if at is not None else (),
        (term("behaviour", text_of(one, "behaviour")),),
        (Foreign(text=text_of(one, "text")), Foreign(text=text_of(one, "selector"), form="code")),
        moved or (load_words("capture")["clicks.stayed"],),
    )


def _resources(found: JsonObject) -> Iterator[Part]:
    words = load_words("capture")
    listed, omitted = mappings_of(found, "resources"), number_of(found, "resources_omitted") or 0
    if listed:
        yield Rows(
            name="resources", rows=map(_resource, listed), caption=words["resources.caption"]
        )
    if omitted:
        yield Remark(words=words["omitted"].filled(count=omitted))


def _resource(one: JsonObject) -> tuple[Cell, ...]:
    return (
        (Foreign(text=text_of(one, "url")),),
        (
            term_with_argument("reason", text_of(one, "why")),
            Foreign(text=text_of(one, "kind"), form="code"),
        ),
    )


def _blocked(found: JsonObject) -> Iterator[Part]:
    """Yield what was not fetched of a page that was captured without its media."""
    words, listed = load_words("capture"), mappings_of(found, "listed")
    if listed:
        yield Rows(name="blocked", rows=map(_one_blocked, listed), caption=words["blocked.caption"])
    omitted = number_of(found, "omitted")
    if omitted:
        yield Remark(words=words["omitted"].filled(count=omitted))


def _one_blocked(one: JsonObject) -> tuple[Cell, ...]:
    at, declared = moment_of(one, "at"), mapping_of(one, "declared")
    stated = ", ".join(f"{name}: {text_of(declared, name)}" for name in declared)
    return (
        (Foreign(text=text_of(one, "url")), *((at,) if at is not None else ())),
        (term("stage", text_of(one, "stage")), Foreign(text=text_of(one, "kind"), form="code")),
        (Foreign(text=stated),),
    )


def _replay(found: JsonObject) -> Iterator[Part]:
    if "replay" not in found:
        return
    words, check = load_words("capture"), mapping_of(found, "replay")
    if not check:
        yield Remark(words=words["replay.none"])
        return
    why_not = text_of(check, "why_not")
    missing = tuple(Foreign(text=one) for one in texts_of(check, "missing"))
    yield facts(
        told("replay.unfinished", term_with_argument("reason", why_not) if why_not else None),
        told("replay.alike", *_likeness(check)),
        told("replay.answers", *_answers(check)),
        told("replay.missing", *missing),
        caption=words["replay.caption"],
    )


def _likeness(check: JsonObject) -> Iterator[Pair]:
    """Yield each measure that is there; those of old events are another measure, and say so."""
    words = load_words("capture")
    is_new = any(name in check for name in _MEASURES)
    for member, name in (_MEASURES if is_new else _OLD_MEASURES).items():
        value = number_of(check, member)
        if value is not None:
            yield words[f"replay.{name}"].filled(percent=f"{value / 10:.1f}")


def _answers(check: JsonObject) -> Iterator[Pair]:
    words = load_words("capture")
    names = ("asked", "answered", "guessed")
    counts = {name: number_of(check, name) or 0 for name in names}
    yield words["replay.answers_value"].filled(**counts)
    failed = number_of(check, "failed_before")
    if failed:
        yield words["replay.failed_before"].filled(count=failed)
    for of, done in (("frames", "frames_answered"), ("videos", "videos_ready")):
        count = number_of(check, of)
        if count:
            shown = number_of(check, done) or 0
            yield words[f"replay.{of}"].filled(count=count, shown=shown)
