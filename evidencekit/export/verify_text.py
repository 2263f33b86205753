"""``VERIFY.txt``: how a stranger checks a bundle with nothing but stock tools, in two languages.

Each command stands alone on a line that begins with four spaces and ``$``, in the order of
docs/format/bundle.md §6: every step rests on the one before. A test runs them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evidencekit.export.typeset import telephone_groups, typeset
from evidencekit.formats.case import MANIFEST, SIGNATURE, seal_name, stamp_name
from evidencekit.model.bundle import Account, CounterFact, SealFact
from evidencekit.text.clean import clean

MAX_NAME = 56  # so that a signer's name stays on one line of 78
_PAIRS_IN_LINE = 16
_CMS = "openssl cms -verify -binary -inform DER"
_TO_CA = "-CAfile ca.pem"
_LIST = "tagmanifest-sha256.txt"
_OWN = "evidencekit verify PATH --trust ca.pem"
_OWN_TSA = " --tsa-trust tsa-root.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSteps:
    """What to say of one seal, and the commands that check it."""

    number: int
    signer: str
    fingerprint: tuple[str, ...]
    signature: str
    timestamps: tuple[str, ...]
    counters: tuple["CounterSteps", ...]
    if_expired: tuple[str, ...]
    """Show the time of the first token, write out the same, check as of then; empty if undated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterSteps:
    """What to say of one countersignature, and the command that checks it."""

    signer: str
    fingerprint: tuple[str, ...]
    signature: str


def verify_text(account: Account) -> str:
    """Return ``VERIFY.txt``."""
    seals = tuple(_steps(seal) for seal in account.seals)
    pieces = typeset(
        "VERIFY.txt.j2",
        about=account.about,
        list_signature=f"{_CMS} -in {_LIST}.p7s -content {_LIST} {_TO_CA} -out /dev/null",
        seals=seals,
        dated=tuple(seal for seal in seals if seal.timestamps),
        countersigned=tuple(seal for seal in seals if seal.counters),
        own_command=_OWN + (_OWN_TSA if any(seal.timestamps for seal in seals) else ""),
    )
    return "".join(pieces)


def _steps(seal: SealFact) -> SealSteps:
    folder = f"seal/{seal_name(seal.number)}"
    signature = f"{folder}/{SIGNATURE}"
    signed = f"{_CMS} -in {signature} -content {folder}/{MANIFEST} {_TO_CA}"
    tokens = tuple(stamp_name(signature, number + 1, "tsr") for number in range(len(seal.stamps)))
    return SealSteps(
        number=seal.number,
        signer=clean(seal.signer_name, limit=MAX_NAME),
        fingerprint=telephone_groups(seal.signer_fingerprint, _PAIRS_IN_LINE),
        signature=f"{signed} -out /dev/null",
        timestamps=(
            *(_stamp_step(signature, token) for token in tokens),
            *(step for counter in seal.counters for step in _counter_stamps(folder, counter)),
        ),
        counters=tuple(_counter_steps(folder, signature, counter) for counter in seal.counters),
        if_expired=_if_expired(seal, tokens, signed),
    )


def _stamp_step(stamped: str, token: str) -> str:
    return f"openssl ts -verify -data {stamped} -in {token} -CAfile tsa-root.pem"


def _counter_stamps(folder: str, counter: CounterFact) -> Iterator[str]:
    path = f"{folder}/{counter.name}"
    for number in range(1, len(counter.stamps) + 1):
        yield _stamp_step(path, stamp_name(path, number, "tsr"))


def _counter_steps(folder: str, signature: str, counter: CounterFact) -> CounterSteps:
    signed = f"{_CMS} -in {folder}/{counter.name} -content {signature}"
    return CounterSteps(
        signer=clean(counter.signer_name, limit=MAX_NAME),
        fingerprint=telephone_groups(counter.signer_fingerprint, _PAIRS_IN_LINE),
        signature=f"{signed} {_TO_CA} -out /dev/null",
    )


def _if_expired(seal: SealFact, tokens: tuple[str, ...], signed: str) -> tuple[str, ...]:
    if not seal.stamps:
        return ()
    epoch = int(seal.stamps[0].gen_time.timestamp())
    return (
        f"openssl ts -reply -in {tokens[0]} -text",
        f"date -u -d @{epoch}",
        f"{signed} -attime {epoch} -out /dev/null",
    )
