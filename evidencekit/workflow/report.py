"""The report of one capture: read from the case, written for people; nothing is checked by it."""

from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import BadInput
from evidencekit.export.capture_report import render_capture
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.workflow.capture_account import (
    Telling,
    account_of,
    hosting_acts,
    recorded_captures,
    title_of,
)
from evidencekit.workflow.seals import seal_fact, seals_of
from evidencekit.workflow.setting import Setting
from evidencekit.workflow.targets import require_outside, write_for_owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report that lies where it was asked for."""

    path: Path
    seq: int


def report(case: Case, seq: int, *, out: Path, language: str, setting: Setting) -> Reported:
    """Write the report of the capture that is act ``seq`` to ``out``, which must not exist.

    It names people, addresses and accounts: only its owner can read the file. Raises
    :class:`BadInput` where that act is no capture, or what it was is not there any more.
    """
    require_outside(case.root, out)
    found = next((one for one in recorded_captures(case) if one.line.seq == seq), None)
    if found is None:
        raise BadInput(
            _("act {seq} is no capture").format(seq=seq),
            hint=_("evidencekit log shows the acts of this case with their numbers"),
        )
    telling = Telling(
        case=case,
        title=title_of(case),
        seals=tuple(seal_fact(seal) for seal in seals_of(case.root)),
        hosted=hosting_acts(case),
        about=None,
        language=language,
        written_at=setting.clock(),
        path_of=lambda _artifact: "",
        shown=lambda body: body,
    )
    account = account_of(telling, found)
    if account is None:
        raise BadInput(_("what act {seq} was is withheld or destroyed").format(seq=seq))
    write_for_owner(out, render_capture(account))
    return Reported(path=out, seq=seq)
