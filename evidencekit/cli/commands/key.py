"""``key``: signing keys."""

import click

from evidencekit.cli.command import Entry, LazyGroup
from evidencekit.cli.marks import N_
from evidencekit.text.catalog import _

ENTRIES = {
    "new": Entry("evidencekit.cli.commands.key_new", N_("Make a key and its certificate.")),
    "show": Entry("evidencekit.cli.commands.key_show", N_("Show whose key it is.")),
}


@click.group("key", cls=LazyGroup, entries=ENTRIES, help=_("Make and show signing keys."))
def command() -> None:
    """Do nothing: every act is a command below."""
