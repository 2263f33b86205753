"""A report for people and for scripts: the verdict first, in words that a clerk understands."""

from collections.abc import Iterable

from evidencekit.cli import output
from evidencekit.cli.checks import check_title
from evidencekit.cli.marks import N_
from evidencekit.cli.reasons import said
from evidencekit.formats.times import write_time
from evidencekit.model.json import JsonObject
from evidencekit.model.report import Check, Report, Status, Verdict
from evidencekit.text.catalog import _

_BAD, _UNSURE = 1, 3
_SAID = {
    Verdict.VALID: N_("Everything matches what was sealed, and the signer is one you trust."),
    Verdict.INDETERMINATE: N_(
        "What could be checked holds, but something needed for a verdict could not be checked."
    ),
    Verdict.UNTRUSTED: N_(
        "The content is as it was signed, but who signed or dated it is not among those you named."
    ),
    Verdict.INCOMPLETE: N_("Something that belongs to it is missing."),
    Verdict.INVALID: N_("It is not what was sealed: it was changed, damaged or forged."),
    Verdict.REFUSED: N_("It was not opened to the end: its content is unsafe."),
}
_NEVER_SEALED = N_("It was never sealed: no signature says whether it was changed.")
_COLOURS = {Verdict.VALID: "green", Verdict.INDETERMINATE: "yellow", Verdict.UNTRUSTED: "yellow"}
_TITLES = {
    Status.FAIL: N_("Does not hold"),
    Status.NOT_CHECKED: N_("Not checked"),
    Status.PASS: N_("Holds"),
}


def exit_code_of(verdict: Verdict) -> int:
    """Return the exit code of ``verify`` (DESIGN §7)."""
    match verdict:
        case Verdict.VALID:
            return 0
        case Verdict.INDETERMINATE | Verdict.UNTRUSTED:
            return _UNSURE
        case Verdict.INCOMPLETE | Verdict.INVALID | Verdict.REFUSED:
            return _BAD


def report_object(report: Report) -> JsonObject:
    """Return the object that scripts read."""
    return {
        "verdict": report.verdict.name,
        "time_proven": report.time_proven,
        "proven_at": write_time(report.proven_at) if report.proven_at is not None else None,
        "checks": [
            {
                "name": check.name,
                "status": check.status.value,
                "detail": check.detail,
                "path": check.path,
            }
            for check in report.checks
        ],
    }


def print_report(report: Report) -> None:
    """Print verdict, time, then the checks: what does not hold first."""
    colour = _COLOURS.get(report.verdict, "red")
    plain = said("finding", report.verdict.name.lower())
    output.head("{verdict}: {plain}", colour=colour, verdict=report.verdict.name, plain=plain)
    output.say(_(_sentence(report)))
    if report.proven_at is not None:
        output.say(
            _("It existed at {time} at the latest: proven."), time=output.moment(report.proven_at)
        )
    else:
        output.say(_("When it was sealed is not proven."))
    for status, title in _TITLES.items():
        _print_group(_(title), (check for check in report.checks if check.status is status))


def _sentence(report: Report) -> str:
    was_sealed = all(check.name != "sealed" for check in report.checks)
    if report.verdict is Verdict.UNTRUSTED and not was_sealed:
        return _NEVER_SEALED
    return _SAID[report.verdict]


def _print_group(title: str, checks: Iterable[Check]) -> None:
    listed = sorted(checks, key=lambda check: -check.consequence)
    if not listed:
        return
    output.say("")
    output.say("{title} ({n})", title=title, n=len(listed))
    for check in listed:
        where = [("", 0), (check_title(check.name), 0), (f"[{check.name}]", 0)]
        output.columns([*where, (check.path if check.path is not None else "", 0)])
        if check.detail:
            output.columns([("", 4), (check.detail, 0)])
