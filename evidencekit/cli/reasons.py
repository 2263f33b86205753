"""Stable words of the records, said to people; scripts and records keep the words themselves."""

from evidencekit.cli.marks import N_
from evidencekit.text.catalog import _

_WORDS = {
    "symlink": N_("a link to something else"),
    "device": N_("not an ordinary file"),
    "unreadable": N_("it cannot be read"),
    "directory-unreadable": N_("the folder cannot be read"),
    "this-case": N_("it is part of this case"),
    "changed-while-read": N_("it changed while it was read"),
    "permission-denied": N_("no permission to read it"),
    "vanished": N_("it was gone when its turn came"),
    "http-status": N_("the site answered with an error: {rest}"),
    "challenge-page": N_("the site showed a test for humans instead: {rest}"),
    "timed-out": N_("the time was up: {rest}"),
    "tls-failed": N_("no secure connection: {rest}"),
    "not-loaded": N_("it did not load: {rest}"),
    "dns-failed": N_("no such host: {rest}"),
    "connection-failed": N_("no connection: {rest}"),
    "private-address": N_("an address inside this network: {rest}"),
    "requisite-missing": N_("a part of the page is missing: {rest}"),
}


def reason(words: str) -> str:
    """Return a reason such as ``http-status 404`` in a sentence, or as it is where it is new.

    The argument may be foreign text: the result is for ``output``'s values only.
    """
    word, _space, rest = words.partition(" ")
    known = _WORDS.get(word)
    if known is None:
        return words
    return _(known).replace("{rest}", rest).removesuffix(": ")
