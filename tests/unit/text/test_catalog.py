"""The Korean catalogue is whole, fresh, and fills in the same values."""

import gettext
import io
import re
import string
import subprocess
import sys

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from evidencekit.text.catalog import DOMAIN, LOCALE_DIR, in_language, language
from tests.cli.transcripts import ROOT

PO = LOCALE_DIR / "ko/LC_MESSAGES/evidencekit.po"
_PERCENT = re.compile(r"%\(\w+\)s|%%")
SAME_IN_BOTH = {"SHA-256", "Python", "openssl", "libmagic", "{path}: {reason}", "{what}: {reason}"}


def _messages() -> list[Message]:
    return [message for message in read_po(io.BytesIO(PO.read_bytes())) if message.id]


def _forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, (tuple, list)) else [str(text or "")]


def _placeholders(text: str) -> set[str]:
    named = {
        f"{name}!{conversion or ''}"
        for _text, name, _spec, conversion in string.Formatter().parse(text)
        if name is not None
    }
    return named | set(_PERCENT.findall(text))


def test_the_catalogue_is_what_the_code_says_and_nothing_is_untranslated() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "script/messages", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + "run script/messages, translate, run it again"


@pytest.mark.parametrize("message", _messages(), ids=lambda message: str(message.id)[:40])
def test_a_translation_fills_in_values_that_the_code_gives(message: Message) -> None:
    given = set().union(*(_placeholders(form) for form in _forms(message.id)))
    one = _placeholders(_forms(message.id)[-1])
    for form in _forms(message.string):
        assert _placeholders(form) <= given
        assert _placeholders(form) == one


@pytest.mark.parametrize("message", _messages(), ids=lambda message: str(message.id)[:40])
def test_a_translation_is_korean_and_keeps_the_margin(message: Message) -> None:
    for form in _forms(message.string):
        original = _forms(message.id)[0]
        assert original in SAME_IN_BOTH or re.search("[가-힣]", form), form
        assert form.startswith(" ") == original.startswith(" ")
        assert form.count("\n") == original.count("\n")


def test_the_compiled_catalogue_is_the_one_that_is_used() -> None:
    compiled = gettext.translation(DOMAIN, LOCALE_DIR, languages=["ko"])
    for message in _messages():
        if isinstance(message.id, str):
            assert compiled.gettext(message.id) == message.string
    assert in_language("ko", "signature holds") == "전자서명이 유효합니다"
    assert in_language("en", "signature holds") == "signature holds"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"EVIDENCEKIT_LANG": "ko", "LANG": "en_US.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LC_ALL": "C", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment(
    environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EVIDENCEKIT_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert language() == expected
