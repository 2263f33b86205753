"""The rules of the chain: what is wrong is reported at the line where it is."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.canonical import encode
from evidencekit.formats.hashing import line_hash, line_message
from evidencekit.formats.ledger import decode_line, encode_line, encode_unsigned
from evidencekit.model.event import Line
from evidencekit.model.ids import CaseId, Digest
from evidencekit.model.json import Json
from evidencekit.proof.chain import Chain, accepted_keys, unaccepted_after
from evidencekit.store.device import DeviceKey
from tests.tools.fakes import START

CASE = CaseId("0f" * 16)
OTHER_CASE = CaseId("f0" * 16)


def a_key(number: int) -> DeviceKey:
    return DeviceKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


KEY, SECOND, THIRD = a_key(1), a_key(2), a_key(3)


def signed(line: Line, key: DeviceKey = KEY) -> bytes:
    line = replace(line, key=key.public)
    return encode_line(replace(line, sig=key.sign(line_message(encode_unsigned(line)))))


def a_line(seq: int, prev: bytes | None) -> Line:
    return Line(
        seq=seq,
        prev=line_hash(prev) if prev is not None else None,
        at=START + timedelta(seconds=seq),
        case=CASE,
        key=KEY.public,
        action="init.investigation" if seq == 1 else "add",
        leaves=(Digest(f"{seq:064x}"),) if seq > 1 else (),
        body_commit=Digest("c" * 64),
        sig=bytes(64),
    )


def a_chain(size: int = 4) -> list[bytes]:
    lines: list[bytes] = []
    for seq in range(1, size + 1):
        lines.append(signed(a_line(seq, lines[-1] if lines else None)))
    return lines


def read(lines: Sequence[bytes]) -> Chain:
    chain = Chain()
    for line in lines:
        chain.feed(line)
    return chain


def refuse(lines: Sequence[bytes]) -> str:
    with pytest.raises(EvidenceDoubted) as caught:
        read(lines)
    return caught.value.message


def edited(data: bytes, **members: Json) -> bytes:
    return encode({**json.loads(data), **members})


def test_a_whole_chain_states_its_size_head_leaves_and_keys() -> None:
    lines = a_chain()
    state = read(lines).state()

    assert (state.size, state.leaf_count) == (4, 3)
    assert state.head == line_hash(lines[-1])
    assert state.keys == {KEY.public}


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_missing_line_is_reported_at_that_line(missing: int) -> None:
    lines = a_chain()
    del lines[missing - 1]

    assert refuse(lines).startswith(f"ledger line {missing}: ")


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_an_edited_line_is_reported_at_that_line(place: int) -> None:
    lines = a_chain()
    lines[place - 1] = edited(lines[place - 1], at="2020-01-01T00:00:00.000000Z")

    assert refuse(lines) == f"ledger line {place}: signature is false"


def test_a_line_edited_and_signed_anew_is_reported_at_the_next_line() -> None:
    lines = a_chain()
    lines[1] = signed(replace(decode_line(lines[1]), action="capture"))

    assert refuse(lines) == "ledger line 3: does not continue the line before"


def test_swapped_lines_are_reported_at_the_first_of_them() -> None:
    lines = a_chain()
    lines[1], lines[2] = lines[2], lines[1]

    assert refuse(lines).startswith("ledger line 2: ")


def test_an_inserted_line_is_reported_at_the_line_behind_it() -> None:
    lines = a_chain()
    inserted = signed(a_line(3, lines[1]))
    lines.insert(2, inserted)

    assert refuse(lines).startswith("ledger line 4: ")


def test_a_line_twice_is_reported_at_the_second() -> None:
    lines = a_chain()
    lines.insert(2, lines[1])

    assert refuse(lines) == "ledger line 3: numbered 2"


def test_a_line_of_another_case_is_reported_even_where_it_continues() -> None:
    lines = a_chain(2)
    lines.append(signed(replace(a_line(3, lines[-1]), case=OTHER_CASE)))

    assert refuse(lines) == "ledger line 3: belongs to another case"


def test_a_second_beginning_is_reported() -> None:
    lines = a_chain(2)
    lines.append(signed(replace(a_line(3, lines[-1]), action="init.support")))

    assert "begins once" in refuse(lines)


def test_a_chain_that_does_not_begin_with_an_init_is_reported_at_line_1() -> None:
    assert refuse([signed(replace(a_line(1, None), action="add"))]).startswith("ledger line 1: ")


def test_a_line_that_cannot_be_read_is_reported_at_that_line() -> None:
    lines = a_chain()
    lines[2] = lines[2].replace(b"ledger-line/1", b"ledger-line/2")

    message = refuse(lines)

    assert message.startswith("ledger line 3: ")
    assert "version" in message


def test_the_report_of_an_unreadable_line_names_it_in_every_form() -> None:
    with pytest.raises(EvidenceDoubted, match=r"^ledger line 1: "):
        read([b"{}"])


def test_a_member_that_we_do_not_know_is_covered_by_the_signature() -> None:
    line = a_line(1, None)
    members = {**json.loads(encode_unsigned(line)), "zz": "new"}
    sig = base64.b64encode(KEY.sign(line_message(encode(members)))).decode()
    whole = encode({**members, "sig": sig})

    read([whole])
    assert "signature is false" in refuse([whole.replace(b'"new"', b'"old"')])


@pytest.mark.parametrize("raw", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32])
def test_a_key_that_is_no_point_or_a_weak_one_signs_nothing(raw: bytes) -> None:
    whole = edited(a_chain(1)[0], key=base64.b64encode(raw).decode())

    assert refuse([whole]) == "ledger line 1: signature is false"


def test_a_clock_set_back_is_noted_at_that_line_and_is_no_error() -> None:
    lines = a_chain(2)
    lines.append(signed(replace(a_line(3, lines[-1]), at=START - timedelta(days=1))))
    lines.append(signed(a_line(4, lines[-1])))

    assert read(lines).set_back == [3]


def introduced(by: DeviceKey = KEY) -> list[bytes]:
    """Return a chain in which ``by`` introduces the second key at line 2, which signs line 3."""
    lines = a_chain(1)
    lines.append(signed(replace(a_line(2, lines[-1]), new_key=SECOND.public), by))
    lines.append(signed(a_line(3, lines[-1]), SECOND))
    return lines


def test_a_key_introduced_by_an_accepted_key_is_accepted() -> None:
    chain = read(introduced())

    assert accepted_keys(chain, frozenset({KEY.public})) == {KEY.public, SECOND.public}
    assert unaccepted_after(chain, 1, accepted_keys(chain, frozenset({KEY.public}))) == frozenset()


def test_a_key_introduced_by_a_stranger_is_a_stranger() -> None:
    chain = read(introduced(by=THIRD))

    accepted = accepted_keys(chain, frozenset({KEY.public}))
    assert accepted == {KEY.public}
    assert unaccepted_after(chain, 1, accepted) == {THIRD.public, SECOND.public}


def test_a_key_does_not_introduce_itself() -> None:
    lines = a_chain(1)
    lines.append(signed(replace(a_line(2, lines[-1]), new_key=SECOND.public), SECOND))

    assert accepted_keys(read(lines), frozenset({KEY.public})) == {KEY.public}


def test_strangers_before_the_sealed_line_are_the_signers_affair() -> None:
    chain = read(introduced(by=THIRD))

    assert unaccepted_after(chain, 3, frozenset({KEY.public})) == frozenset()


def test_a_key_signs_nothing_before_the_line_that_introduces_it() -> None:
    lines = a_chain(1)
    lines.append(signed(a_line(2, lines[-1]), SECOND))
    lines.append(signed(replace(a_line(3, lines[-1]), new_key=SECOND.public)))
    chain = read(lines)

    accepted = accepted_keys(chain, frozenset({KEY.public}))
    assert unaccepted_after(chain, 1, accepted) == {SECOND.public}
