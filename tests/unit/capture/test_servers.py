"""Connections become servers: one short entry each, the page's own first, none made up."""

from datetime import UTC, datetime
from typing import Any

import pytest

from evidencekit.capture.certificate import certificate_document
from evidencekit.capture.guard.names import Lookup
from evidencekit.capture.guard.passages import Passage
from evidencekit.capture.guard.servers import MAX_SERVERS, gather_servers, servers_document
from evidencekit.capture.netlog.facts import cipher_name
from tests.tools.builders import a_signer

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def passage(host: str, ip: str | None, *, port: int = 443, **more: Any) -> Passage:
    return Passage(at=NOW, client_port=None, host=host, port=port, ip=ip, **more)


def tls(leaf: str | None) -> dict[str, Any]:
    return {"certificate": {"sha256": leaf} if leaf is not None else None}


def listed(*met: tuple[Passage, Any], page: tuple[str, int] | None = None) -> list[Any]:
    found = servers_document(gather_servers(met), page=page)["servers"]
    assert isinstance(found, list)
    return found


def test_connections_to_one_server_are_one_entry_that_counts_them() -> None:
    seen: list[Any] = [tls("aa"), tls(None), tls("aa"), None]  # the last one was never used
    met = [(passage("a.test", "192.0.2.1"), one) for one in seen]
    (one,) = listed(*met)
    assert (one["host"], one["ip"], one["connections"]) == ("a.test", "192.0.2.1", 4)
    assert one["tls"] == tls("aa")


def test_another_certificate_another_address_and_a_refusal_are_servers_of_their_own() -> None:
    found = listed(
        (passage("a.test", "192.0.2.1"), tls("aa")),
        (passage("a.test", "192.0.2.1"), tls("bb")),
        (passage("a.test", "192.0.2.2"), tls("aa")),
        (passage("a.test", None, refusal="address-refused private 10.0.0.1"), None),
    )
    assert len(found) == 4
    assert found[3]["refusal"] == "address-refused private 10.0.0.1"


def test_the_page_comes_first_and_what_does_not_fit_is_counted() -> None:
    met = [(passage(f"n{number}.test", "192.0.2.1"), None) for number in range(MAX_SERVERS + 5)]
    last = f"n{MAX_SERVERS + 4}.test"
    found: Any = servers_document(gather_servers(met), page=(last, 443))
    assert found["servers"][0]["host"] == last
    assert (len(found["servers"]), found["servers_omitted"]) == (MAX_SERVERS, 5)


def test_server_of_the_page_is_told_by_its_port_and_refused_ones_come_last() -> None:
    found = listed(
        (passage("a.test", None, refusal="address-refused private 10.0.0.1"), None),
        (passage("b.test", "192.0.2.2"), None),
        (passage("a.test", "192.0.2.1", port=80), None),
        (passage("a.test", "192.0.2.1"), None),
        page=("a.test", 443),
    )
    assert [(one["host"], one["port"], one["refusal"] is None) for one in found] == [
        ("a.test", 443, True),
        ("a.test", 80, True),
        ("b.test", 443, True),
        ("a.test", 443, False),
    ]


def test_what_the_name_led_to_and_what_the_resolver_said_stand_beside_the_address() -> None:
    lookup = Lookup(host="a.test", at=NOW, addresses=tuple(f"192.0.2.{n}" for n in range(20)))
    (one,) = listed((passage("a.test", "127.0.0.1", lookup=lookup), None))
    assert one["ip_is"] == "loopback"
    assert one["dnssec"] == "not-observed"
    assert len(one["addresses"]) == 8


def test_an_address_was_not_looked_up() -> None:
    lookup = Lookup(host="192.0.2.1", at=NOW, addresses=("192.0.2.1",))
    (one,) = listed((passage("192.0.2.1", "192.0.2.1", lookup=lookup), None))
    assert (one["addresses"], one["dnssec"]) == ((), None)


def test_certificate_says_whom_it_names_and_until_when() -> None:
    (der,) = a_signer().certificates
    told = certificate_document(der)
    assert told["subject"] == told["issuer"] == "CN=Busan centre\\, desk 3"
    assert str(told["not_before"]).endswith("Z")


@pytest.mark.parametrize("der", [b"", b"not DER", b"\x30\x80" * 50])
def test_certificate_that_cannot_be_read_is_named_by_its_digest_alone(der: bytes) -> None:
    told = certificate_document(der)
    assert len(str(told["sha256"])) == 64
    assert (told["subject"], told["issuer"]) == (None, None)


def test_cipher_has_its_usual_name_or_its_number() -> None:
    assert cipher_name(0x1301) == "TLS_AES_128_GCM_SHA256"
    assert cipher_name(0xFFFF) == "0xFFFF"
