"""An answer of a registry is read for what it says, and for nothing that it does not."""

import json
from typing import Any

import pytest

from evidencekit.capture.hosting.jcard import read_card
from evidencekit.capture.hosting.rdap_answer import (
    MAX_CONTACTS,
    MAX_EVENTS,
    UnusableAnswer,
    is_within,
    read_registration,
)
from evidencekit.model.hosting import Registration, RegistryKind
from tests.tools.registry import card, domain, entity, network

SOURCE = "https://rdap.test/x"


def read(
    value: Any, *, kind: RegistryKind = "domain", asked: str = "site.test", **more: Any
) -> Registration:
    content = value if isinstance(value, bytes) else json.dumps(value, **more).encode()
    return read_registration(content, kind=kind, asked=asked, source=SOURCE)


def read_ip(value: Any, asked: str = "127.0.0.9") -> Registration:
    return read(value, kind="ip", asked=asked)


def why(value: Any, **options: Any) -> str:
    with pytest.raises(UnusableAnswer) as refused:
        read(value, **options)
    return str(refused.value)


def test_a_domain_gives_registrar_dates_status_and_the_desk_for_abuse() -> None:
    found = read(domain())
    assert (found.registrar, found.handle, found.source) == ("Registrar Ltd", "D-1", SOURCE)
    assert [(one.action, one.date) for one in found.events] == [
        ("registration", "2019-03-04T00:00:00Z"),
        ("expiration", "2027-03-04T00:00:00Z"),
    ]
    assert found.status == ("active", "client transfer prohibited")
    assert found.nameservers == ("ns1.site.test",)
    (desk,) = found.abuse
    assert (desk.of, desk.name) == ("registrar", "Abuse desk")
    assert desk.emails == ("abuse@registrar.test",)
    assert desk.phones == ("+82-2-555-0100",)


def test_a_network_gives_name_range_and_its_own_country() -> None:
    found = read_ip(network())
    assert (found.name, found.network) == ("TEST-NET", "127.0.0.0 - 127.0.0.255")
    assert (found.country, found.country_of) == ("KR", "network")
    assert found.abuse[0].emails == ("abuse@network.test",)


def test_the_country_of_the_holder_is_not_told_as_that_of_the_network() -> None:
    address = ["adr", {}, "text", ["", "", "1 Road", "Town", "", "1000", "Utopia"]]
    holder = {**entity("registrant"), "vcardArray": ["vcard", [address]]}
    holder["vcardArray"][1].append(["fn", {}, "text", "Holder"])
    found = read_ip(network(country=None, entities=[holder]))
    assert (found.country, found.country_of) == ("Utopia", "registrant")


def test_the_holder_of_a_domain_is_never_whom_to_ask() -> None:
    holder = entity(
        "registrant",
        fn="Offender",
        email="me@offender.test",
        entities=[entity("abuse", fn="Friend", email="friend@offender.test")],
    )
    assert read(domain(entities=[holder])).to_ask == ()
    registrar = entity("registrar", fn="Registrar Ltd", email="desk@registrar.test")
    (asked,) = read(domain(entities=[holder, registrar])).to_ask
    assert asked.name == "Registrar Ltd"


def test_without_an_abuse_desk_the_holder_of_the_network_is_asked() -> None:
    (asked,) = read_ip(network(entities=[entity("registrant", fn="Network Ltd")])).to_ask
    assert asked.name == "Network Ltd"


def test_an_abuse_desk_is_found_however_many_stand_before_it() -> None:
    others = [entity("technical", fn=f"t{n}") for n in range(MAX_CONTACTS * 2)]
    found = read(domain(entities=[*others, entity("abuse", fn="desk", email="a@b.test")]))
    assert found.abuse[0].emails == ("a@b.test",)
    assert len(found.contacts) == MAX_CONTACTS
    assert found.omitted == MAX_CONTACTS + 1


@pytest.mark.parametrize("missing", list(domain()))
def test_a_domain_without_a_member_is_still_read_or_refused(missing: str) -> None:
    answer = domain()
    del answer[missing]
    if missing in {"objectClassName", "ldhName"}:
        assert why(answer) in {"not-rdap", "about-another"}
    else:
        assert read(answer).asked == "site.test"


# What is refused


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<!doctype html><title>404</title>", "not-json"),
        (b"", "not-json"),
        (b"\xff\xfe\x00", "not-json"),
        (b"[" * 500_000, "not-json"),
        (b'{"a":' * 500_000, "not-json"),
        (b'"' + b'\\"' * 500_000, "not-json"),
        (b"9" * 100_000, "not-json"),
        (b"[]", "not-rdap"),
        (b"null", "not-rdap"),
        (b'{"objectClassName":"ip network"}', "not-rdap"),
        (b'{"errorCode":404}', "not-rdap"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_what_is_no_registration_is_refused(content: bytes, expected: str) -> None:
    assert why(content) == expected


def test_an_answer_about_something_else_is_refused() -> None:
    assert why(domain("other.test")) == "about-another"
    assert why(domain("site.test.evil.test")) == "about-another"
    elsewhere = network("203.0.113.0", "203.0.113.255")
    assert why(elsewhere, kind="ip", asked="127.0.0.9") == "about-another"
    nowhere = network(startAddress="x")
    assert why(nowhere, kind="ip", asked="127.0.0.9") == "about-another"


@pytest.mark.parametrize(
    ("address", "range_", "expected"),
    [
        ("10.0.0.5", "10.0.0.0 - 10.0.0.255", True),
        ("10.0.1.0", "10.0.0.0 - 10.0.0.255", False),
        ("2001:db8::1", "2001:db8:: - 2001:db8:ffff::", True),
        ("10.0.0.5", "::a00:0 - ::b00:0", False),
        ("10.0.0.5", "10.0.0.0", False),
        ("10.0.0.5", None, False),
        ("x", "10.0.0.0 - 10.0.0.255", False),
    ],
)
def test_an_address_lies_in_a_network_of_its_own_kind(
    address: str, range_: str | None, *, expected: bool
) -> None:
    assert is_within(address, range_) is expected


# Hostile content


def test_texts_are_bounded_and_hold_no_half_characters() -> None:
    found = read(domain(handle="h" * 100_000, status=["\ud800" * 10, "s" * 9000]))
    assert len(found.handle or "") <= 200
    assert "\ud800" not in found.status[0]
    assert len(found.status[1]) <= 60


@pytest.mark.parametrize(
    "email",
    [
        "abuse@registrar.test\nBcc: all@x.test",
        "a@b@c.test",
        "<script>@x.test",
        "аbuse@registrar.test",  # Cyrillic а
        "abuse",
        '"a b"@x.test',
        "a" * 300 + "@x.test",
    ],
)
def test_an_address_that_no_letter_should_go_to_is_left_out(email: str) -> None:
    found = read(domain(entities=[entity("abuse", fn="desk", email=email)]))
    assert found.abuse[0].emails == ()


def test_entities_within_entities_end_somewhere() -> None:
    inner = entity("abuse", fn="deep", email="a@b.test")
    for _ in range(15):  # two levels of JSON each, so below what is refused at once
        inner = entity("technical", fn="t", entities=[inner])
    assert read(domain(entities=[inner])).abuse == ()
    wide = [entity("technical", fn=f"{n}", entities=[entity("noc", fn="x")]) for n in range(5_000)]
    assert len(read(domain(entities=wide)).contacts) == MAX_CONTACTS


def test_too_many_events_are_counted() -> None:
    events = [{"eventAction": "x", "eventDate": "y"}] * (MAX_EVENTS + 3)
    found = read(domain(events=events, entities=[]))
    assert (len(found.events), found.omitted) == (MAX_EVENTS, 3)


@pytest.mark.parametrize(
    "value",
    [None, 7, "vcard", [], ["vcard"], ["vcard", 7], ["vcard", [[], 7, ["fn"], ["fn", {}, "text"]]]],
)
def test_a_card_of_another_shape_is_an_empty_card(value: object) -> None:
    found = read_card(value)
    assert (found.name, found.emails, found.address) == (None, (), None)


def test_a_card_gives_the_country_code_where_there_is_one() -> None:
    line = ["adr", {"cc": "KR", "label": "1 Road\nTown"}, "text", ["", "", "", "", "", "", ""]]
    found = read_card(["vcard", [line]])
    assert (found.country, found.address) == ("KR", "1 Road Town")


def test_a_structured_organisation_is_one_text() -> None:
    assert read_card(["vcard", [["org", {}, "text", ["Net", "Desk"]]]]).organisation == "Net, Desk"
    assert read_card(card(org="Net")).organisation == "Net"
