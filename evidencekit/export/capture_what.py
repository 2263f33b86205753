"""What was captured: addresses, times, settings, and what the page states of itself."""

from collections.abc import Iterator

from evidencekit.export.blocks import (
    Cell,
    Fact,
    Facts,
    Foreign,
    Line,
    Part,
    Remark,
    Rows,
    Section,
    facts,
    told,
)
from evidencekit.export.capture_done import done_parts
from evidencekit.export.capture_files import artifact_parts
from evidencekit.export.members import (
    mapping_of,
    mappings_of,
    moment_of,
    number_of,
    text_of,
    texts_of,
)
from evidencekit.export.words import load_words, term, term_with_argument
from evidencekit.model.bundle import CaptureAccount
from evidencekit.model.hosting import HostName
from evidencekit.model.json import JsonObject


def what_section(account: CaptureAccount) -> Section:
    """Return the section on the page itself."""
    detail = account.body.detail
    found = mapping_of(detail, "facts")
    parts = (
        _addresses(account),
        *_way(found),
        _times(detail, found),
        *_claims(detail),
        *done_parts(found),
        *artifact_parts(account),
    )
    return Section(name="what", parts=parts)


def _addresses(account: CaptureAccount) -> Facts:
    detail = account.body.detail
    final = text_of(detail, "final_url")
    return facts(
        told("what.url", Foreign(text=text_of(detail, "url"), form="long")),
        *_host("what.asked_host", account.asked),
        told("what.final_url", Foreign(text=final, form="long")),
        *(_host("what.final_host", account.answered) if account.answered != account.asked else ()),
        told("what.status", Foreign(text=text_of(mapping_of(detail, "facts"), "status"))),
        told("what.page_title", Foreign(text=text_of(detail, "title"))),
    )


def _host(name: str, host: HostName | None) -> Iterator[Fact | None]:
    """Yield a name both ways where they differ, with what is odd about it."""
    if host is None or (host.ascii == host.unicode and not host.warnings):
        return
    warnings: tuple[Line, ...] = tuple(
        term_with_argument("reason", warning) for warning in host.warnings
    )
    words = load_words("capture")
    yield told(
        name,
        Foreign(text=host.unicode, before=words["what.as_shown"]),
        Foreign(text=host.ascii, form="code", before=words["what.as_wired"]),
        *warnings,
    )


def _way(found: JsonObject) -> Iterator[Part]:
    hops = mappings_of(found, "hops")
    if hops:
        yield Rows(name="hops", rows=map(_hop, hops), caption=load_words("capture")["hops.caption"])


def _hop(hop: JsonObject) -> tuple[Cell, ...]:
    return (
        (Foreign(text=text_of(hop, "url")),),
        (Foreign(text=text_of(hop, "status")),),
        (term("hop", text_of(hop, "how")),),
    )


def _times(detail: JsonObject, found: JsonObject) -> Facts:
    return facts(
        told("what.started", moment_of(detail, "started_at")),
        told("what.ended", moment_of(detail, "ended_at")),
        told("what.clock", *_clock(found)),
        told(
            "what.engine",
            term("engine", text_of(detail, "engine")),
            Foreign(text=text_of(found, "browser")),
        ),
        told("what.settings", *_settings(found)),
        told("what.traffic", *_traffic(found)),
    )


def _clock(found: JsonObject) -> Iterator[Line]:
    clock = mapping_of(found, "clock_offset")
    offset, doubt = number_of(clock, "offset_ms"), number_of(clock, "uncertainty_ms")
    words = load_words("capture")
    if offset is None or doubt is None:
        yield words["what.no_clock"]
        return
    yield words["what.clock_value"].filled(
        offset=f"{offset / 1000:+,.3f}", doubt=f"{doubt / 1000:,.3f}"
    )
    yield Foreign(text=text_of(clock, "date"), form="code", before=words["what.clock_date"])


def _settings(found: JsonObject) -> Iterator[Line]:
    chosen = {**found, **mapping_of(found, "settings")}
    for name in ("allow_private", "accepts_invalid_tls", "passive"):
        if isinstance(chosen.get(name), bool):
            yield term("setting", f"{name}.{'yes' if chosen[name] else 'no'}")
    if text_of(found, "recorder"):
        yield term("setting", f"recorder.{text_of(found, 'recorder')}")
    lost = ", ".join(texts_of(found, "not_recorded"))
    if lost:
        yield Foreign(text=lost, form="code", before=load_words("capture")["what.lost"])
    if text_of(found, "browser"):
        yield load_words("capture")["what.flags"]


def _traffic(found: JsonObject) -> Iterator[Line]:
    for name in ("requests", "exchanges", "requests_failed", "websockets", "redirects"):
        count = number_of(found, name)
        if count is not None:
            yield load_words("capture")[f"traffic.{name}"].filled(count=count)


def _claims(detail: JsonObject) -> Iterator[Part]:
    context, words = mapping_of(detail, "context"), load_words("capture")
    if not context:
        yield Remark(words=words["claims.none"])
        return
    rows: list[tuple[Cell, ...]] = [
        (
            (term("claim", text_of(one, "about")),),
            (Foreign(text=text_of(one, "value")),),
            (Foreign(text=text_of(one, "where"), form="code"),),
        )
        for one in (*_own(context), *mappings_of(context, "statements"))
    ]
    rows += [
        (
            (term("claim", "media"),),
            (Foreign(text=text_of(one, "url")),),
            (Foreign(text=text_of(one, "where"), form="code"),),
        )
        for one in mappings_of(context, "media")
    ]
    yield Rows(name="claims", rows=rows, caption=words["claims.caption"])
    omitted = texts_of(context, "omitted")
    if omitted:
        yield Remark(words=words["claims.omitted"].filled(what=", ".join(omitted)))


def _own(context: JsonObject) -> Iterator[JsonObject]:
    for name in ("canonical", "language"):
        if text_of(context, name):
            yield {"about": name, "value": text_of(context, name), "where": ""}
