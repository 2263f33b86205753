"""By whom a capture was made, how it is secured, and what none of this proves."""

from collections.abc import Iterator

from evidencekit.export.blocks import (
    Command,
    Foreign,
    Items,
    Line,
    Part,
    Remark,
    Section,
    facts,
    told,
)
from evidencekit.export.members import mapping_of, text_of
from evidencekit.export.typeset import telephone_groups
from evidencekit.export.words import load_words, term_with_argument
from evidencekit.model.bundle import CaptureAccount, SealFact, StampFact

_UNPROVEN = (
    "site",
    "others",
    "genuine",
    "whole",
    "clock",
    "registry",
    "admissible",
    "report",
)
_ANSWERED = "answered"


def who_section(account: CaptureAccount) -> Section:
    """Return the section on the people and the program."""
    body, words = account.body, load_words("capture")
    actor, tool, about = body.actor, body.tool, account.about
    program = f"{tool.name} {tool.version} · Python {tool.python} · {tool.platform}"
    people = facts(
        told("who.actor", Foreign(text=actor.alias)),
        told("who.org", Foreign(text=actor.org or "")),
        told("who.role", Foreign(text=actor.role or "")),
        told("who.tool", Foreign(text=program)),
        told("who.public", *_public_address(account)),
        told("who.case", Foreign(text=account.title), Foreign(text=account.case, form="code")),
        told("who.bundle", Foreign(text=about.bundle if about else "", form="code")),
        told("who.recipient", Foreign(text=(about.recipient or "") if about else "")),
        told(
            "who.written", account.written_at, Foreign(text=f"evidencekit {account.tool_version}")
        ),
    )
    return Section(name="who", parts=(people, Remark(words=words["who.note"])))


def _public_address(account: CaptureAccount) -> Iterator[Line]:
    """Yield which address the capturing network showed; only where somebody asked for it."""
    detail = account.hosting.detail if account.hosting is not None else {}
    asked = mapping_of(detail, "public_address")
    outcome = text_of(asked, "outcome")
    if outcome == _ANSWERED:
        yield Foreign(text=text_of(asked, "address"), form="code")
    elif outcome:
        yield term_with_argument("reason", outcome)
    if outcome:
        service = load_words("capture")["who.public_service"]
        yield Foreign(text=text_of(asked, "service"), before=service)


def secured_section(account: CaptureAccount) -> Section:
    """Return the section on ledger line, seal and tokens."""
    line, words = account.line, load_words("capture")
    record = facts(
        told("secured.line", words["secured.line_value"].filled(seq=line.seq)),
        told("secured.line_at", line.at),
        told("secured.line_digest", Foreign(text=account.line_sha256, form="digest")),
        told("secured.commitment", Foreign(text=line.body_commit, form="digest")),
        told("secured.device", Foreign(text=line.key.hex(), form="digest")),
        told("secured.early", *_early(account)),
        caption=words["secured.caption"],
    )
    parts: list[Part] = [record, *_seal(account.seal), *_how(account)]
    return Section(name="secured", parts=tuple(parts))


def _early(account: CaptureAccount) -> Iterator[Line]:
    words = load_words("capture")
    yield from _stamps(account.early)
    if account.early_broken:
        yield words["secured.early_broken"].filled(count=account.early_broken)
    elif not account.early:
        yield words["secured.no_early"]


def _stamps(stamps: tuple[StampFact, ...]) -> Iterator[Line]:
    for stamp in stamps:
        yield stamp.gen_time
        yield Foreign(text=stamp.tsa)


def _seal(seal: SealFact | None) -> Iterator[Part]:
    words = load_words("capture")
    if seal is None:
        yield Remark(words=words["secured.unsealed"], is_grave=True)
        return
    groups = " ".join(telephone_groups(seal.signer_fingerprint))
    stamps: tuple[Line, ...] = tuple(_stamps(seal.stamps)) or (words["secured.no_stamps"],)
    yield facts(
        told("secured.signer", Foreign(text=seal.signer_name)),
        told("secured.fingerprint", Foreign(text=groups, form="code"), words["secured.telephone"]),
        told("secured.stamps", *stamps),
        told("secured.manifest", Foreign(text=seal.manifest_sha256, form="digest")),
        caption=words["secured.seal_value"].filled(seal=seal.number, size=seal.ledger_size),
    )


def _how(account: CaptureAccount) -> Iterator[Part]:
    words, seal = load_words("capture"), account.seal
    place = "bundle" if account.about is not None else "case"
    names = ("how_bring", "how_call") if seal is not None else ()
    steps = (*names, f"how_{place}", "how_files")
    items = tuple((words[f"secured.{name}"],) for name in steps)
    yield Items(items=items, heading=words["secured.how"], is_numbered=True)
    tokens = " --tsa-trust tsa-root.pem" if seal is not None and seal.stamps else ""
    yield Command(lines=(f"evidencekit verify PATH --trust ca.pem{tokens}",))
    yield Remark(words=words["secured.how_line"])
    yield Command(lines=(line_digest_command(account.line.seq),))


def line_digest_command(seq: int) -> str:
    """Return what computes the digest of a ledger line with stock tools (format/README.md §4)."""
    line = f"sed -n {seq}p ledger.jsonl | tr -d '\\n'"
    return f"{{ printf 'evidencekit/line/v1\\0'; {line}; }} | sha256sum"


def unproven_section(account: CaptureAccount) -> Section:
    """Return what nobody may conclude (docs/explanation/threat-model.md, What no seal proves)."""
    words = load_words("capture")
    is_dated = bool(account.early) or (account.seal is not None and bool(account.seal.stamps))
    names = (*(() if is_dated else ("time",)), *_UNPROVEN)
    items = tuple((words[f"unproven.{name}"],) for name in names)
    proven = [name for name in ("bytes", "time", "order") if name != "time" or is_dated]
    yes = tuple((words[f"proven.{name}"],) for name in proven) if account.seal is not None else ()
    parts: list[Part] = [Items(items=items, heading=words["unproven.no"])]
    if yes:
        parts.append(Items(items=yes, heading=words["unproven.yes"]))
    return Section(name="unproven", parts=tuple(parts))
