"""The WARC files of a capture, taken out of its WACZ as anybody would with ``unzip``."""

import zipfile
from pathlib import Path

MEMBERS = {"warc": "archive/capture.warc.gz", "warc-partial": "evidence/partial.warc.gz"}


def warc_in(folder: Path, role: str) -> Path:
    """Return the WARC of that role out of ``capture.wacz``; KeyError where it holds none."""
    with zipfile.ZipFile(folder / "capture.wacz") as container:
        return Path(container.extract(MEMBERS[role], folder / "unpacked"))


def warcs_in(folder: Path) -> list[Path]:
    """Return all WARC files in ``capture.wacz``."""
    with zipfile.ZipFile(folder / "capture.wacz") as container:
        present = set(container.namelist())
    return [warc_in(folder, role) for role, member in MEMBERS.items() if member in present]
