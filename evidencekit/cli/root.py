"""The root command: what there is, in one line each, without importing any of it."""

import click

from evidencekit import __version__
from evidencekit.cli.command import Entry, LazyGroup, acting
from evidencekit.cli.marks import N_
from evidencekit.text.catalog import _

_AT = "evidencekit.cli.commands."
ENTRIES = {
    "init": Entry(_AT + "init", N_("Make a case.")),
    "add": Entry(_AT + "add", N_("Take in files and folders, unaltered.")),
    "capture": Entry(_AT + "capture", N_("Capture web pages as they are now.")),
    "route": Entry(_AT + "route", N_("Say who hosts a page, where, and whom to ask.")),
    "list": Entry(_AT + "list", N_("List what the case holds.")),
    "show": Entry(_AT + "show", N_("Show all that is known about one artifact.")),
    "log": Entry(_AT + "log", N_("Show the chain of custody: who did what, when.")),
    "metadata": Entry(_AT + "metadata", N_("Show what a file says about itself.")),
    "timeline": Entry(_AT + "timeline", N_("Show exported chats and mails in order of time.")),
    "strip": Entry(_AT + "strip", N_("Make a copy without metadata; the original stays.")),
    "fingerprint": Entry(_AT + "fingerprint", N_("Make a fingerprint of a picture or a film.")),
    "match": Entry(_AT + "match", N_("Look for a picture among known fingerprints.")),
    "gallery": Entry(_AT + "gallery", N_("Look at blurred previews; the look is recorded.")),
    "seal": Entry(_AT + "seal", N_("Sign what the case holds now, and have it dated.")),
    "export": Entry(_AT + "export", N_("Write a bundle for a recipient.")),
    "verify": Entry(_AT + "verify", N_("Check a bundle or a case; needs no case and no network.")),
    "key": Entry(_AT + "key", N_("Make and show signing keys.")),
    "doctor": Entry(_AT + "doctor", N_("Say what this computer lacks, and what that costs.")),
    "demo": Entry(_AT + "demo", N_("Walk through everything with harmless samples, offline.")),
    "completion": Entry(_AT + "completion", N_("Print shell completion for bash, zsh or fish.")),
}


def make_root() -> click.Group:
    """Return the root group, its texts in the language of this moment."""

    @click.group(
        "evidencekit",
        cls=LazyGroup,
        entries=ENTRIES,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help=_("Preserve, seal, hand over and verify digital evidence."),
        epilog=_("A first look, without a case or a network: evidencekit demo"),
    )
    @click.version_option(__version__, message="%(prog)s %(version)s")
    def root() -> None:
        """Do nothing: every act is a command."""

    root.params += acting()
    return root
