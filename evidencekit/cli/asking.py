"""Asks a counsellor step by step who brought what; each question with the answer that is usual."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import click

from evidencekit.cli import output
from evidencekit.model.artifact import Sensitivity
from evidencekit.model.intake import Agreed, Capacity, Checked, Handing, Intake
from evidencekit.text.catalog import _

W = TypeVar("W", bound=StrEnum)
_NOTHING = ""


def ask_intake(actor: str) -> Intake:
    """Ask everything, the sensitivity first: it decides whether bytes are read at all."""
    output.say(_("Questions end with Enter; what is in brackets is taken when nothing is typed."))
    sensitivity = _choose(
        _("What is in the files?"),
        [
            (Sensitivity.NORMAL, _("nothing intimate")),
            (Sensitivity.INTIMATE, _("intimate pictures or films of adults")),
            (Sensitivity.CSAM_SUSPECTED, _("possibly sexual pictures of children or adolescents")),
        ],
    )
    capacity = _choose(
        _("Who brings them?"),
        [
            (Capacity.VICTIM, _("the victim")),
            (Capacity.REPRESENTATIVE, _("a representative of the victim")),
            (Capacity.THIRD_PARTY, _("a third party")),
        ],
    )
    return Intake(
        sensitivity=sensitivity,
        capacity=capacity,
        alias=_text(_("Alias of who brings them, no real name"), usual=_("requester")),
        relation=_NOTHING if capacity is Capacity.VICTIM else _text(_("Relation to the victim")),
        checked=_checked(actor),
        agreed=_agreed(),
        device=_text(_("Which device do they come from, if known?")),
        account=_text(_("Which account do they come from, if known?")),
        handing=_handing(),
        circumstances=_text(_("What was told about them, in a sentence?")),
        statements=_statements() if sensitivity is not Sensitivity.CSAM_SUSPECTED else (),
    )


def _choose(question: str, choices: Sequence[tuple[W, str]]) -> W:
    output.say("")
    output.say(question)
    for number, (_word, shown) in enumerate(choices, start=1):
        output.say("  {number}. {shown}", number=number, shown=shown)
    numbers = click.IntRange(1, len(choices))
    return choices[click.prompt(_("Number"), type=numbers, default=1, err=True) - 1][0]


def _text(question: str, *, usual: str = "") -> str:
    return str(click.prompt(question, default=usual, show_default=bool(usual), err=True)).strip()


def _checked(actor: str) -> tuple[Checked, ...]:
    """Ask for documents until none is named; nobody is asked for a scan."""
    found: list[Checked] = []
    output.say("")
    output.say(
        _("Documents that you have seen, for instance an identity card. Do not attach them.")
    )
    while document := _text(_("Document seen (Enter: no more)")):
        on = click.prompt(
            _("Seen on"), default=date.today().isoformat(), err=True  # noqa: DTZ011 (their day)
        )  # fmt: skip
        found.append(Checked(document=document, by=_text(_("Seen by"), usual=actor), on=_day(on)))
    return tuple(found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return _day(click.prompt(_("A date like 2026-02-09, please"), err=True))


def _agreed() -> tuple[Agreed, ...]:
    output.say("")
    questions = (
        (Agreed.KEEP, _("Do they agree that the files are kept here?"), True),
        (Agreed.DELETION_REQUEST, _("… that deletion is requested with them?"), False),
        (Agreed.INVESTIGATION, _("… that they are handed to the police?"), False),
    )
    return tuple(
        word
        for word, question, usual in questions
        if click.confirm(question, default=usual, err=True)
    )


def _handing() -> Handing:
    return _choose(
        _("How were they handed over?"),
        [
            (Handing.IN_PERSON, _("in person")),
            (Handing.MESSENGER, _("by messenger")),
            (Handing.MAIL, _("by e-mail")),
            (Handing.ONLINE, _("by an online form")),
            (Handing.POST, _("by post")),
            (Handing.OTHER, _("otherwise")),
        ],
    )


def _statements() -> tuple[str, ...]:
    """Ask for a file with a statement; one that is not there is asked for again."""
    while path := _text(_("File with a statement, text or recording (Enter: none)")):
        if Path(path).is_file():
            return (path,)
        output.say(_("{path}: there is no such file"), path=path)
    return ()
