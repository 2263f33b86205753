"""Put a bundle where it was asked for: written beside, renamed when it is whole.

What is not finished is removed; what a killed process left there is removed by the next attempt.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from evidencekit.errors import BadInput
from evidencekit.export.readme_encrypted import readme_encrypted
from evidencekit.export.sinks import FolderSink, ZipSink, held, unfinished
from evidencekit.files.age import encrypt_stream
from evidencekit.files.durable import sync_path, write_durably
from evidencekit.files.streaming import digest_stream
from evidencekit.model.ids import Digest
from evidencekit.text.catalog import _
from evidencekit.workflow.bundle import Contents, write_bundle
from evidencekit.workflow.targets import require_new

_TOP = "evidence"  # neutral: a file name is seen by people who need not know


def require_free(out: Path, encrypt_to: Sequence[str]) -> None:
    """Raise :class:`BadInput` where the bundle or the text beside it would replace something."""
    require_new(out)
    beside = _beside(out)
    if encrypt_to and os.path.lexists(beside) and not _is_readme(beside):
        raise BadInput(_("{path} is there already").format(path=beside))


def _is_readme(path: Path) -> bool:
    ours = readme_encrypted().encode("utf-8")
    return path.is_file() and path.stat().st_size == len(ours) and path.read_bytes() == ours


def deliver(
    contents: Contents, out: Path, *, as_file: bool, encrypt_to: Sequence[str]
) -> tuple[Digest, Digest | None]:
    """Write a folder, a zip or an encrypted zip.

    Returns the digest of the list of tag files, and of the file if it is one.
    """
    with unfinished(out, contents.about.bundle[:8]) as partial:
        if as_file or encrypt_to:
            tag_list = _write_file(contents, partial, encrypt_to)
            with partial.open("rb") as stream:
                file_sha256 = digest_stream(stream).sha256
        else:
            sink = FolderSink(partial)
            with held(partial):
                tag_list, file_sha256 = write_bundle(contents, sink), None
        require_free(out, encrypt_to)  # once more: a rename would replace what came meanwhile
        if encrypt_to:
            write_durably(_beside(out), readme_encrypted().encode("utf-8"))
        partial.rename(out)
    with suppress(OSError):  # a folder on a network drive may refuse; the file itself is synced
        sync_path(out.parent)
    return tag_list, file_sha256


def _beside(out: Path) -> Path:
    return out.with_name(f"{out.name}.README.txt")


def _write_file(contents: Contents, partial: Path, encrypt_to: Sequence[str]) -> Digest:
    found: list[Digest] = []

    def write(stream: IO[bytes]) -> None:
        sink = ZipSink(stream, _TOP)
        try:
            found.append(write_bundle(contents, sink))
        except BaseException:
            sink.abandon()
            raise

    with partial.open("xb") as target, held(partial):
        partial.chmod(0o600)
        if encrypt_to:
            encrypt_stream(write, target, encrypt_to)
        else:
            write(target)
    sync_path(partial)
    return found[0]
