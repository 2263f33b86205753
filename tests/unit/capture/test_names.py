"""Names are looked up once, and what a name server says of DNSSEC is its word, not waited for."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidencekit.capture.guard.dns_question import DnsAnswer, name_servers, observe_dns
from evidencekit.capture.guard.names import (
    Names,
    is_public_name,
    literal,
    lookup_document,
)

Reply = Callable[[bytes], bytes | None]


def names(
    resolve: Callable[[str, int], Sequence[str]],
    observe: Callable[[str], Sequence[DnsAnswer]] | None = None,
    patience_s: float = 5,
) -> Names:
    return Names(
        resolve=resolve, observe=observe, patience_s=patience_s, clock=lambda: datetime.now(UTC)
    )


def test_everybody_gets_the_first_answer() -> None:
    asked: list[str] = []
    gate = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        gate.wait(5)
        return [f"198.51.100.{len(asked)}"]

    made = names(resolve)
    found: list[tuple[str, ...]] = []
    threads = [
        threading.Thread(target=lambda h=h: found.append(made.look_up(h, 80).addresses))
        for h in ("a.example", "A.example", "a.example.")
    ]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert asked == ["a.example"]
    assert set(found) == {("198.51.100.1",)}
    assert made.known("A.EXAMPLE") == ("198.51.100.1",)


def test_answer_that_comes_too_late_is_not_used_any_more() -> None:
    gate = threading.Event()

    def late(host: str, port: int) -> Sequence[str]:
        gate.wait(5)
        return ["198.51.100.1"]

    made = names(late, patience_s=0.05)
    assert made.look_up("slow.example", 80).failure == "timed-out name slow.example"
    gate.set()
    assert made.look_up("slow.example", 80).addresses == ()


def _never(name: str) -> Sequence[DnsAnswer]:
    pytest.fail(name)


def test_names_below_localhost_are_this_machine_and_onions_are_asked_of_nobody() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    made = names(resolve, observe=_never)
    assert made.look_up("me.LOCALHOST", 80).addresses == ("127.0.0.1",)
    assert made.look_up("abc.onion", 80).failure == "name-not-found abc.onion"
    assert asked == ["localhost"]


def test_name_server_is_not_waited_for() -> None:
    gate = threading.Event()

    def observe(name: str) -> Sequence[DnsAnswer]:
        gate.wait(5)
        return [answer()]

    lookup = names(lambda host, port: ["198.51.100.1"], observe).look_up("a.example", 80)
    assert lookup.addresses == ("198.51.100.1",)
    assert lookup_document(lookup)["dnssec"] == "not-observed"
    gate.set()


@pytest.mark.parametrize(
    ("bits", "said"),
    [
        ((True, True), "authentic-says-resolver"),
        ((True, False), "not-authentic-says-resolver"),
        ((False, False), "not-authentic-says-resolver"),
    ],
)
def test_dnssec_status_is_the_word_of_the_resolver(bits: tuple[bool, ...], said: str) -> None:
    lookup = names(lambda host, port: ["198.51.100.1"]).look_up("a.example", 80)
    lookup.observed = tuple(answer(is_authentic=bit) for bit in bits)
    assert lookup_document(lookup)["dnssec"] == said


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("10.0.0.1.example", None),
        ("a.example", None),
        ("", None),
        ("1.2.3.4 x", None),
    ],
)
def test_every_spelling_of_an_address_is_known_as_one(host: str, address: str | None) -> None:
    assert literal(host) == address


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "printer", "printer.local", "x.onion", "::1", "a.localhost"]
)
def test_dns_is_not_asked_for_what_it_has_not(name: str) -> None:
    assert not is_public_name(name)


# The question itself


def answer(*, is_authentic: bool = True) -> DnsAnswer:
    return DnsAnswer(
        kind="A", server_is="loopback", rcode=0, is_authentic=is_authentic, packet=b"x"
    )


@contextmanager
def name_server(reply: Reply) -> Iterator[tuple[str, int]]:
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind(("127.0.0.1", 0))
    wire.settimeout(0.1)
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            try:
                question, who = wire.recvfrom(4096)
            except TimeoutError:
                continue
            said = reply(question)
            if said is not None:
                wire.sendto(said, who)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield wire.getsockname()
    finally:
        over.set()
        thread.join()
        wire.close()


def says(bits: int) -> Reply:
    """Answer with these header bits and the question as it came."""

    def reply(question: bytes) -> bytes:
        end = question.index(b"\0", 12) + 5
        return question[:2] + struct.pack(">5H", 0x8000 | bits, 1, 0, 0, 0) + question[12:end]

    return reply


@pytest.mark.network
@pytest.mark.parametrize(("bits", "rcode", "ad"), [(0x01A0, 0, True), (0x0183, 3, False)])
def test_header_of_the_answer_is_read_and_the_packet_kept(bits: int, rcode: int, ad: bool) -> None:
    questions: list[bytes] = []

    def reply(question: bytes) -> bytes | None:
        questions.append(question)
        return says(bits)(question)

    with name_server(reply) as server:
        first, second = observe_dns("a.example", servers=[server])
    assert [(one.kind, one.rcode, one.is_authentic) for one in (first, second)] == [
        ("A", rcode, ad),
        ("AAAA", rcode, ad),
    ]
    assert first.packet[12:] == b"\x01a\x07example\x00\x00\x01\x00\x01"
    assert first.server_is == "loopback"
    assert "127.0.0.1" not in str(first.document())
    assert all(question[3] & 0x20 for question in questions)  # AD asked for, RFC 6840 §5.7
    assert questions[0][:2] != questions[1][:2]


def _with_other_number(question: bytes) -> bytes:
    number = int.from_bytes(question[:2], "big") ^ 1
    return number.to_bytes(2, "big") + (says(0x20)(question) or b"")[2:]


@pytest.mark.network
@pytest.mark.parametrize(
    "reply",
    [
        lambda question: b"",
        lambda question: question[:11],
        lambda question: question,  # no answer: the bit says question
        _with_other_number,
        lambda question: (says(0x20)(question) or b"").replace(b"example", b"elpmaxe"),
        lambda question: None,
    ],
)
def test_what_is_no_answer_to_our_question_is_nothing_and_the_next_is_asked(
    reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidencekit.capture.guard.dns_question.PATIENCE_S", 0.2)
    with name_server(reply) as bad, name_server(says(0x20)) as good:
        assert observe_dns("a.example", servers=[bad]) == []
        assert len(observe_dns("a.example", servers=[bad, good])) == 2


@pytest.mark.parametrize("name", ["a..example", "x" * 64 + ".example", "가.example", "."])
def test_name_that_dns_cannot_carry_is_not_asked(name: str) -> None:
    assert observe_dns(name, servers=[("127.0.0.1", 9)]) == []


def test_name_servers_are_read_from_the_system(tmp_path: Path) -> None:
    conf = tmp_path / "resolv.conf"
    conf.write_text(
        "# x\nsearch a\nnameserver 127.0.0.53\nnameserver\nnameserver ::1\n"
        "nameserver 1.1.1.1\nnameserver 8.8.8.8\n"
    )
    assert name_servers(conf) == [("127.0.0.53", 53), ("::1", 53), ("1.1.1.1", 53)]
    assert name_servers(tmp_path / "none") == []
