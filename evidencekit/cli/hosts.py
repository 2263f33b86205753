"""Who hosts a site, said to people; everything that a registry says is foreign text."""

from collections.abc import Iterable, Iterator

from evidencekit.capture.hosting.public_address import PublicAddress
from evidencekit.cli import output
from evidencekit.cli.marks import N_
from evidencekit.cli.reasons import reason
from evidencekit.model.hosting import Hosting, Inquiry, Registration
from evidencekit.text.catalog import _

_EVENTS = {
    "registration": N_("registered"),
    "expiration": N_("expires"),
    "last changed": N_("last changed"),
    "transfer": N_("transferred"),
}
"""Of RFC 9083 §10.2.3, those that a request may need."""


def print_hosting(hosting: Hosting) -> None:
    """Print all of it, whom to ask last, where the eye stops."""
    output.fields(_site(hosting))
    for warning in hosting.host.warnings:
        output.warn(_("this name is not what it seems: {why}"), why=reason(warning))
    for one in hosting.registrations:
        output.say("")
        output.say(_title(one), asked=one.asked)
        output.fields((f"  {name}", value) for name, value in _registration(one))
    output.say("")
    output.say(_("whom to ask, as the registries say"))
    asked = list(dict.fromkeys(_whom(hosting)))
    for line in asked or [_("nobody is named")]:
        output.say("  {line}", line=line)
    if any(one.kind == "ip" for one in hosting.registrations):
        output.say(_("  The network may be that of a delivery service in front of the real host."))
    _print_unanswered(hosting)


def print_public_address(found: PublicAddress | None) -> None:
    """Print which address this network showed, where somebody wanted to know."""
    if found is not None:
        said = found.address or reason(found.outcome)
        output.fields([(_("address that this network shows"), said)])


def one_line(hosting: Hosting) -> str:
    """Return the shortest useful answer: networks and countries; foreign text."""
    networks = [one for one in hosting.registrations if one.kind == "ip"]
    named = [f"{one.name or one.handle} ({one.country or '?'})" for one in networks]
    others = [one.registrar for one in hosting.registrations if one.registrar]
    return ", ".join(dict.fromkeys([*named, *others]))


def _site(hosting: Hosting) -> Iterator[tuple[str, object]]:
    yield _("host"), hosting.host.unicode
    if hosting.host.unicode != hosting.host.ascii:
        yield _("host as machines write it"), hosting.host.ascii
    if hosting.platform is not None:
        known = _("{name} (by its name alone; table of {date})")
        yield _("service"), known.format(name=hosting.platform.name, date=hosting.platform.as_of)
    failure = hosting.address_failure
    yield _("addresses now"), ", ".join(hosting.addresses) or reason(failure or "not-observed")


def _title(one: Registration) -> str:
    return _("domain {asked}") if one.kind == "domain" else _("network of {asked}")


def _registration(one: Registration) -> Iterator[tuple[str, object]]:
    if one.kind == "ip":
        yield _("name"), one.name or one.handle
        yield _("address range"), one.network
    yield _("registrar"), one.registrar
    if one.country is not None:
        of_holder = _("{country} (of the holder)").format(country=one.country)
        yield _("country"), one.country if one.country_of == "network" else of_holder
    for event in one.events:
        if event.action in _EVENTS:
            yield _(_EVENTS[event.action]), event.date
    if one.status:
        yield _("status"), ", ".join(one.status)
    if one.nameservers:
        yield _("name servers"), ", ".join(one.nameservers)
    yield _("answered by"), one.source


def _whom(hosting: Hosting) -> Iterator[str]:
    for one in hosting.registrations:
        for contact in one.to_ask:
            reach = [*contact.emails, *contact.phones]
            who = contact.organisation or contact.name or one.registrar or one.name or one.asked
            kind = _("registrar") if one.kind == "domain" else _("network")
            yield f"{kind}: {who}" + (f" – {', '.join(reach)}" if reach else "")


def _print_unanswered(hosting: Hosting) -> None:
    for one in _unanswered(hosting.inquiries):
        output.say(_("not answered: {asked} – {why}"), asked=one.asked, why=reason(one.outcome))


def _unanswered(inquiries: Iterable[Inquiry]) -> Iterator[Inquiry]:
    return (one for one in inquiries if one.outcome != "answered")
