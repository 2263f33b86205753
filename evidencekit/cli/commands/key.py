"""``key``: signing keys."""

import click

from evidencekit.cli.command import Entry, LazyGroup
from evidencekit.cli.marks import N_
from evidencekit.text.catalog import _

ENTRIES = {
    "new": Entry("evidencekit.cli.commands.key_new", N_("Make a key and its certificate.")),
    "import": Entry(
        "evidencekit.cli.commands.key_import", N_("Bring a key or a certificate from elsewhere.")
    ),
    "show": Entry("evidencekit.cli.commands.key_show", N_("Show whose key it is.")),
    "revoke": Entry(
        "evidencekit.cli.commands.key_revoke", N_("Record that a key is lost, stolen or replaced.")
    ),
}


@click.group("key", cls=LazyGroup, entries=ENTRIES, help=_("Make, show and revoke signing keys."))
def command() -> None:
    """Do nothing: every act is a command below."""
