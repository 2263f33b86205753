"""Our kinds of click command: options that work everywhere, and groups that load lazily."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from evidencekit.cli.session import Session
from evidencekit.text.catalog import _

LANGUAGES = ("ko", "en")


class Command(click.Command):
    """A command that also takes ``-C``, ``--json``, ``--quiet`` and ``--no-input``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *everywhere()]


class ActingCommand(Command):
    """A command that is recorded under somebody's name: also takes who that is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *acting()]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, and its one line in ``--help``; the line is translated when shown."""

    module: str
    help: str


class LazyGroup(click.Group):
    """Imports a command when it is used.

    Overriding ``get_command`` alone is not enough: click's own help and completion ask every
    command for its summary, which would import them all (DESIGN §10).
    """

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries
        self.params = [*self.params, *everywhere()]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names in the order in which they are used, not the alphabet's."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; its module calls it ``command``."""
        if cmd_name in self.entries:
            command: click.Command = import_module(self.entries[cmd_name].module).command
            return command
        if not cmd_name.startswith("-") and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(cmd_name, possibilities=self.entries, ctx=ctx)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the summaries without loading anything."""
        del ctx
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(entry.help)) for name, entry in self.entries.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names from the table, options as click does."""
        names = [
            CompletionItem(name, help=_(entry.help))
            for name, entry in self.entries.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def everywhere() -> list[click.Parameter]:
    """Return the options that may stand before the command as well as after it."""
    return [
        click.Option(
            ["-C", "--case"],
            type=click.Path(path_type=Path),
            envvar="EVIDENCEKIT_CASE",
            expose_value=False,
            callback=_remember,
            metavar="CASE",
            help=_("Folder of the case; else EVIDENCEKIT_CASE, else the one around this folder."),
        ),
        _flag("json", _("Print results as JSON, one object a line.")),
        _flag("quiet", _("Print results and errors only.")),
        _flag("no_input", _("Never ask; fail where an answer would be needed.")),
        click.Option(
            ["--lang"],
            type=click.Choice(LANGUAGES),
            expose_value=False,  # main() has read it already: texts are made before click reads
            help=_("Language of messages; else EVIDENCEKIT_LANG, else the system's."),
        ),
    ]


def acting() -> list[click.Parameter]:
    """Return the options that say who acts."""
    return [
        _text("actor", "ALIAS", _("Who acts, by alias; else who opened the case.")),
        _text("org", "TEXT", _("Organisation of who acts.")),
        _text("role", "TEXT", _("Role of who acts.")),
    ]


def _text(name: str, metavar: str, text: str) -> click.Option:
    return click.Option(
        [f"--{name}", name], metavar=metavar, expose_value=False, callback=_remember, help=text
    )


def _flag(name: str, text: str) -> click.Option:
    option = "--" + name.replace("_", "-")
    return click.Option(
        [option, name], is_flag=True, expose_value=False, callback=_remember, help=text
    )


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    # What stands before the command must not be undone by its absence after it. The innermost
    # context comes last, so "-C A add -C B" means B.
    if value and param.name is not None:
        source = ctx.get_parameter_source(param.name)
        session = ctx.find_root().ensure_object(Session)
        from_env = source is click.core.ParameterSource.ENVIRONMENT
        if not (from_env and getattr(session, param.name)):
            setattr(session, param.name, value)
