"""``completion``: the script by which a shell completes our commands."""

import click
from click.shell_completion import get_completion_class

from evidencekit.cli.command import Command
from evidencekit.text.catalog import _

_VARIABLE = "_EVIDENCEKIT_COMPLETE"  # as click derives it from the program's name


@click.command(
    "completion",
    cls=Command,
    help=_('Print a completion script: eval "$(evidencekit completion bash)"'),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, *, shell: str) -> int:
    """Print click's own script for the shell."""
    kind = get_completion_class(shell)
    if kind is None:  # cannot be: click.Choice lists what click has
        raise click.UsageError(shell)
    click.echo(kind(ctx.find_root().command, {}, "evidencekit", _VARIABLE).source())
    return 0
