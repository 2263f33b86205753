"""The user's language: one gettext catalogue, Korean; English is the text in the code.

The language is the process's: ``EVIDENCEKIT_LANG``, else what the locale variables say, as gettext
orders them (LANGUAGE, LC_ALL, LC_MESSAGES, LANG).
"""

import gettext
import os
from functools import lru_cache
from pathlib import Path

DOMAIN = "evidencekit"
LOCALE_DIR = Path(__file__).with_name("locale")


def _(message: str) -> str:
    """Return ``message`` in the user's language; call ``.format`` on the result, never before."""
    return _catalogue(language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a message that fits ``count``."""
    return _catalogue(language()).ngettext(one, many, count)


def language() -> str:
    """Return ``ko`` or ``en``."""
    variables = ("EVIDENCEKIT_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((os.environ[name] for name in variables if os.environ.get(name)), "")
    return "ko" if chosen.lower().startswith("ko") else "en"


def in_language(code: str, message: str) -> str:
    """Return ``message`` in a given language, for documents that carry both."""
    return _catalogue(code).gettext(message)


@lru_cache(maxsize=4)
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[code], fallback=True)
