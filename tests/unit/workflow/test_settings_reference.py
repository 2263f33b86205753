"""Every variable that the program reads is in the settings reference."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
NOT_FOR_PEOPLE = {"EVIDENCEKIT_COMPLETE", "EVIDENCEKIT_COMMAND"}  # set by shells and by scripts


def test_reference_names_every_variable_that_is_read() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "evidencekit").rglob("*.py")
    )
    read = set(re.findall(r"\bEVIDENCEKIT_[A-Z_]+\b", sources)) - NOT_FOR_PEOPLE
    reference = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")

    assert read == set(re.findall(r"`(EVIDENCEKIT_[A-Z_]+)`", reference))
