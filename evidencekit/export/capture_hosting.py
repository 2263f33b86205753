"""Who hosts the site of a capture, as registries said it; all of it is their word."""

from collections.abc import Iterator
from itertools import chain

from evidencekit.export.blocks import Cell, Foreign, Items, Line, Part, Remark, facts, told
from evidencekit.export.members import mapping_of, mappings_of, moment_of, text_of, texts_of
from evidencekit.export.words import load_words, term, term_with_argument
from evidencekit.model.bundle import CaptureAccount
from evidencekit.model.json import JsonObject

_ANSWERED = "answered"


def hosting_parts(account: CaptureAccount) -> Iterator[Part]:
    """Yield what registries said of domain and network, and who may be asked."""
    words = load_words("capture")
    if account.hosting is None:
        yield Remark(words=words["hosting.none"])
        return
    detail = account.hosting.detail
    platform = mapping_of(detail, "platform")
    yield facts(
        told("hosting.site", Foreign(text=text_of(detail, "site"))),
        told(
            "hosting.as_of",
            moment_of(detail, "ended_at"),
            words["hosting.act"].filled(seq=account.hosting.seq),
        ),
        told("hosting.platform", Foreign(text=text_of(platform, "name")), *_as_of(platform)),
        told(
            "hosting.addresses",
            *(Foreign(text=ip, form="code") for ip in texts_of(detail, "addresses")),
        ),
        caption=words["hosting.caption"],
    )
    registrations = mappings_of(detail, "registrations")
    yield from map(_registration, registrations)
    asked = tuple(dict.fromkeys(chain.from_iterable(map(_whom, registrations))))
    if asked:
        yield Items(items=asked, heading=words["hosting.whom"])
    unanswered = tuple(_unanswered(detail))
    if unanswered:
        yield Items(items=unanswered, heading=words["hosting.unanswered"])
    yield Remark(words=words["hosting.note"])


def _as_of(platform: JsonObject) -> Iterator[Line]:
    if platform:
        yield load_words("capture")["hosting.by_name"].filled(date=text_of(platform, "as_of"))


def _registration(one: JsonObject) -> Part:
    words = load_words("capture")
    kind = "domain" if text_of(one, "kind") == "domain" else "network"
    events = (
        Foreign(
            text=text_of(event, "date"), before=term("registry-event", text_of(event, "action"))
        )
        for event in mappings_of(one, "events")
        if text_of(event, "date")
    )
    holder = text_of(one, "country_of") == "registrant"
    return facts(
        told("hosting.name", Foreign(text=text_of(one, "name") or text_of(one, "handle"))),
        told("hosting.range", Foreign(text=text_of(one, "network"), form="code")),
        told("hosting.registrar", Foreign(text=text_of(one, "registrar"))),
        told(
            "hosting.country",
            Foreign(text=text_of(one, "country")),
            words["hosting.of_holder"] if holder and text_of(one, "country") else None,
        ),
        told("hosting.events", *events),
        told("hosting.nameservers", Foreign(text=", ".join(texts_of(one, "nameservers")))),
        told("hosting.source", Foreign(text=text_of(one, "source"))),
        caption=words[f"hosting.{kind}"].filled(asked=text_of(one, "asked")),
    )


def _whom(one: JsonObject) -> Iterator[Cell]:
    for contact in mappings_of(one, "to_ask"):
        name = text_of(contact, "organisation") or text_of(contact, "name")
        reach = (*texts_of(contact, "emails"), *texts_of(contact, "phones"))
        kind = "domain" if text_of(one, "kind") == "domain" else "network"
        who = name or text_of(one, "registrar") or text_of(one, "name") or text_of(one, "asked")
        words = load_words("capture")[f"hosting.{kind}_desk"]
        yield (Foreign(text=who, before=words), Foreign(text=", ".join(reach), form="code"))


def _unanswered(detail: JsonObject) -> Iterator[Cell]:
    for one in mappings_of(detail, "inquiries"):
        outcome = text_of(one, "outcome")
        if outcome != _ANSWERED:
            asked = Foreign(text=text_of(one, "asked"), form="code")
            yield (asked, term_with_argument("reason", outcome))
