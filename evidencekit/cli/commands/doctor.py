"""``doctor``: what this computer has and lacks."""

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.marks import N_
from evidencekit.cli.opening import here
from evidencekit.cli.session import Session, pass_session
from evidencekit.text.catalog import _
from evidencekit.workflow.doctor import Finding, examine

_TITLES = {
    "python": N_("Python"),
    "home": N_("keys and settings"),
    "clock": N_("clock"),
    "timestamp-authority": N_("timestamp authority"),
    "browser": N_("browser"),
    "openssl": N_("openssl"),
    "libmagic": N_("libmagic"),
    "keyring": N_("keyring"),
}


@click.command(
    "doctor",
    cls=Command,
    help=_("Say what this computer has and lacks, and what a lack costs. No network is used."),
)
@pass_session
def command(session: Session) -> int:
    """Print the findings; a lack is no failure, so the exit code is 0."""
    for finding in examine(here()):
        if session.json:
            output.put_json(
                {
                    "name": finding.name,
                    "ok": finding.is_well,
                    "detail": finding.detail,
                    "costs": finding.costs,
                }
            )
        else:
            _print(finding)
    return 0


def _print(finding: Finding) -> None:
    mark = _("ok") if finding.is_well else _("lacks")
    output.columns(
        [(mark, 6), (_(_TITLES.get(finding.name, finding.name)), 20), (finding.detail, 0)]
    )
    if finding.costs is not None:
        output.columns([("", 6), ("", 20), (finding.costs, 0)])
