"""Who hosts a site is asked of real servers on loopback, some of which lie, hang or flood."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.guard.addresses import allow_any
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.names import resolve_host
from evidencekit.capture.hosting.hosting import (
    MAX_NETWORKS_ASKED,
    domain_names,
    hosting_document,
    is_public,
    look_up,
)
from evidencekit.capture.hosting.platforms import platform_of
from evidencekit.capture.hosting.public_address import ask_public_address
from evidencekit.capture.hosting.rdap import Answered, Rdap
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.http.own_requests import WARC_NAME, OwnRequests, own_requests
from evidencekit.capture.http.server_trust import ServerTrust
from evidencekit.formats import canonical
from evidencekit.model.hosting import Hosting, RegistryKind
from tests.tools.hostile_server import Answer, HostileServer, Talk
from tests.tools.registry import answer, domain, moved, network, registry

SMALL = Limits(
    connect_s=2,
    read_s=0.3,
    resource_s=1,
    total_s=5,
    redirects=3,
    resource_bytes=100_000,
    parsed_bytes=100_000,
)
HOST = "www.site.test"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Result:
    hosting: Hosting
    answered: Sequence[Answered]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(one.asked, one.outcome) for one in self.hosting.inquiries]


@contextmanager
def asking(folder: Path, guard: Callable[[str], str | None] = allow_any) -> Iterator[OwnRequests]:
    dialer = Dialer(
        guard=guard,
        resolve=resolve_host,
        observe=None,
        upstream=None,
        connect_s=2,
        clock=now,
    )
    with own_requests(
        folder,
        dialer=dialer,
        trust=ServerTrust(),
        clock=now,
        new_id=lambda: str(uuid4()),
        limits=SMALL,
    ) as requests:
        yield requests


def ask(
    folder: Path,
    server: HostileServer,
    *,
    host: str = HOST,
    addresses: Sequence[str] = (),
    may_tell: Callable[[RegistryKind, str], bool] = lambda _kind, _asked: True,
) -> Result:
    with asking(folder) as requests:
        hosting, answered = look_up(
            host,
            addresses,
            rdap=Rdap(server.url("/"), requests, clock=now),
            may_tell=may_tell,
            clock=now,
        )
    return Result(hosting=hosting, answered=answered)


def targets(server: HostileServer) -> list[str]:
    return [talk.target for talk in server.talks]


def bomb() -> bytes:
    content = gzip.compress(b" " * 50_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    return head % len(content) + content


# What is asked


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("a.b.c.site.test", ["site.test", "c.site.test", "b.c.site.test"]),
        ("a.www.site.co.kr", ["site.co.kr", "www.site.co.kr"]),  # and never the country's own
        ("co.kr", ["co.kr"]),
        ("x.ab.de", ["ab.de", "x.ab.de"]),
        ("t.co", ["t.co"]),
        ("site.kr", ["site.kr"]),
        ("localhost", []),
        ("127.0.0.1", []),
        ("2001:db8::1", []),
    ],
)
def test_the_shortest_likely_name_is_asked_about_first(host: str, names: list[str]) -> None:
    assert list(domain_names(host)) == names


@pytest.mark.network
def test_no_more_of_the_host_name_is_told_than_needed(tmp_path: Path) -> None:
    with registry({"/domain/site.test": domain()}) as server:
        result = ask(tmp_path, server, host="victim-name.www.site.test")
        assert targets(server) == ["/domain/site.test"]
    assert result.outcomes == [("site.test", "answered")]


@pytest.mark.network
def test_a_name_that_is_not_registered_is_followed_by_the_next_longer_one(tmp_path: Path) -> None:
    with registry({"/domain/www.site.test": domain("www.site.test")}) as server:
        result = ask(tmp_path, server)
    assert result.outcomes == [
        ("site.test", "not-registered 127.0.0.1"),
        ("www.site.test", "answered"),
    ]


@pytest.mark.network
def test_a_network_is_asked_about_once_for_all_addresses_in_it(tmp_path: Path) -> None:
    with registry({"/ip/127.0.0.9": network()}) as server:
        result = ask(
            tmp_path, server, host="127.0.0.9", addresses=["127.0.0.9", "127.0.0.10", "127.0.0.9"]
        )
        assert targets(server) == ["/ip/127.0.0.9"]
    assert result.hosting.addresses == ("127.0.0.9", "127.0.0.10")


@pytest.mark.network
def test_addresses_beyond_the_limit_are_listed_as_not_asked(tmp_path: Path) -> None:
    addresses = [f"127.0.{n}.9" for n in range(MAX_NETWORKS_ASKED + 2)]
    with registry({}) as server:
        result = ask(tmp_path, server, host="127.0.0.9", addresses=addresses)
        assert len(server.talks) == MAX_NETWORKS_ASKED
    assert [outcome for _asked, outcome in result.outcomes[-2:]] == ["too-many-addresses"] * 2
    assert result.hosting.addresses == tuple(addresses)


@pytest.mark.network
def test_an_ipv6_address_is_asked_about_as_rfc_9082_writes_it(tmp_path: Path) -> None:
    found = network("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
    with registry({"/ip/2001:db8::5": found}) as server:
        result = ask(tmp_path, server, host="2001:db8::5", addresses=["2001:db8::5"])
    assert result.outcomes == [("2001:db8::5", "answered")]


@pytest.mark.parametrize(
    ("kind", "asked", "expected"),
    [
        ("ip", "127.0.0.1", False),
        ("ip", "10.1.2.3", False),
        ("ip", "fd00::1", False),
        ("ip", "93.184.216.34", True),
        ("domain", "site.example.com", True),
        ("domain", "printer.local", False),
        ("domain", "something.onion", False),
        ("domain", "wiki.internal", False),
    ],
)
def test_what_no_registry_knows_is_not_told_to_one(
    kind: RegistryKind, asked: str, *, expected: bool
) -> None:
    assert is_public(kind, asked) is expected


@pytest.mark.network
def test_what_may_not_be_told_is_recorded_as_not_asked(tmp_path: Path) -> None:
    with registry({}) as server:
        result = ask(
            tmp_path, server, host="intra.local", addresses=["127.0.0.1"], may_tell=is_public
        )
        assert server.talks == []
    assert result.outcomes == [("intra.local", "not-public"), ("127.0.0.1", "not-public")]


# What comes back


@pytest.mark.network
def test_a_registry_that_another_server_names_is_followed(tmp_path: Path) -> None:
    with registry({"/r/site.test": domain()}) as holder:
        target = holder.url("/r/site.test")
        with registry({"/domain/site.test": moved(target)}) as server:
            result = ask(tmp_path, server)
    assert result.hosting.registrations[0].source == target


@pytest.mark.network
def test_the_answer_is_kept_as_it_came_and_all_of_the_exchange_beside_it(tmp_path: Path) -> None:
    content = json.dumps(domain(), indent=3).encode()
    with registry({"/domain/site.test": answer(content)}) as server:
        result = ask(tmp_path, server)
    sent = server.talk("/domain/site.test").sent
    assert [one.content for one in result.answered] == [content]
    with (tmp_path / WARC_NAME).open("rb") as stream:
        records = [
            (record.rec_type, record.raw_stream.read())
            for record in ArchiveIterator(stream, no_record_parse=True)
        ]
    assert ("response", sent) in records


CHUNK = b"x" * 65_536


def floods(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
    talk.send_forever(CHUNK)


HOSTILE: dict[str, tuple[Mapping[str, Any] | bytes | Answer, str]] = {
    "html": (answer(b"<html>not found"), "not-json"),
    "404": (answer(b"{}", status=b"404 Not Found"), "not-registered 127.0.0.1"),
    "500": (answer(b"{}", status=b"500 Oh"), "http-status 500"),
    "429": (answer(b"{}", status=b"429 Slow down"), "http-status 429"),
    "10 MB": (answer(b"[" + b"1," * 5_000_000 + b"1]"), "too-large 100000"),
    "without end": (floods, "too-large 100000"),
    "gzip bomb": (bomb(), "too-large 100000"),
    "deep": (answer(b"[" * 50_000), "not-json"),
    "another": (domain("other.test"), "about-another"),
    "loop": (moved("/domain/site.test"), "too-many-redirects 3"),
    "off the web": (moved("file:///etc/passwd"), "http-status 302"),
    "silence": (Talk.hang, "timed-out read"),
    "drip": (lambda talk: talk.drip(b"HTTP/1.1 200 OK\r\n" + b"a" * 500), "timed-out resource"),
    "reset": (Talk.reset, "connection-reset"),
    "no http": (b"hello", "malformed-http"),
}


@pytest.mark.network
@pytest.mark.parametrize(("given", "outcome"), HOSTILE.values(), ids=HOSTILE)
def test_a_server_that_misbehaves_is_an_outcome(
    tmp_path: Path, given: Mapping[str, Any] | bytes | Answer, outcome: str
) -> None:
    with registry({"/domain/site.test": given}) as server:
        result = ask(tmp_path, server, host="site.test")
    assert result.outcomes == [("site.test", outcome)]
    assert result.hosting.registrations == ()
    assert (tmp_path / WARC_NAME).stat().st_size < 300_000


@pytest.mark.network
def test_a_redirect_to_a_refused_address_is_not_followed(tmp_path: Path) -> None:
    """Only what the guard lets through is reached, whoever names it."""

    def guard(ip: str) -> str | None:
        return "metadata" if ip == "127.0.0.2" else None

    away = moved("http://127.0.0.2:9/secret")
    with registry({"/domain/site.test": away}) as server, asking(tmp_path, guard) as requests:
        found = Rdap(server.url("/"), requests, clock=now).ask("domain", "site.test")
    assert found.inquiry.outcome == "address-refused metadata 127.0.0.2"


def test_nobody_is_sent_on_from_https_to_http(tmp_path: Path) -> None:
    with asking(tmp_path) as requests:
        assert requests._why_not("https://a.test/", "http://a.test/", 0) == "redirect-to-http"
        assert requests._why_not("https://a.test/", "https://b.test/", 0) is None


@pytest.mark.network
def test_nothing_of_us_but_the_tool_is_in_the_request(tmp_path: Path) -> None:
    cookie = answer(domain()).replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n", 1)
    with registry({"/domain/site.test": cookie, "/ip/127.0.0.9": network()}) as server:
        ask(tmp_path, server, addresses=["127.0.0.9"])
        request = server.talk("/ip/127.0.0.9").request.decode()
    names = {line.partition(":")[0].lower() for line in request.split("\r\n")[1:] if line}
    assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert "Mozilla" not in request


@pytest.mark.network
def test_what_was_found_fits_into_a_signed_document(tmp_path: Path) -> None:
    odd = domain(handle="\ud800", secure=1.5, notices=[{"title": "x", "n": 2**70}])
    with registry({"/domain/site.test": odd}) as server:
        result = ask(tmp_path, server)
    document = json.loads(canonical.encode(hosting_document(result.hosting)))
    assert document["registrations"][0]["registrar"] == "Registrar Ltd"
    assert document["host"]["ascii"] == HOST


# The address that we show


@pytest.mark.network
@pytest.mark.parametrize(
    ("given", "address", "outcome"),
    [
        (b"198.51.100.7\n", "198.51.100.7", "answered"),
        (b"2001:db8::7", "2001:db8::7", "answered"),
        (b"<html>you are 198.51.100.7", None, "no-address"),
        (b"1" * 50_000, None, "no-address"),
    ],
)
def test_a_service_says_which_address_we_show(
    tmp_path: Path, given: bytes, address: str | None, outcome: str
) -> None:
    with registry({"/": answer(given)}) as server, asking(tmp_path) as requests:
        found = ask_public_address(server.url("/"), requests, at=now())
    assert (found.address, found.outcome) == (address, outcome)


# Platforms


def test_a_platform_is_known_by_its_own_names_only() -> None:
    found = platform_of("m.blog.naver.com")
    assert found is not None
    assert (found.name, found.as_of) == ("Naver", "2026-11-21")
    assert platform_of("naver.com.evil.test") is None
    assert platform_of("notnaver.com") is None
    assert platform_of("127.0.0.1") is None
