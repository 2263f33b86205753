"""A file that is two things is said to be two things."""

import io
import zipfile

import pytest

from evidencekit.metadata.identify.also import also
from evidencekit.metadata.record import record
from evidencekit.sandbox.runner import Worker
from tests.tools import films, media
from tests.tools.planted import PLANTED


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hidden.txt", b"hidden")
    return out.getvalue()


def others(data: bytes, media_type: str, worker: Worker) -> tuple[str, ...]:
    facts = record(io.BytesIO(data), media_type=media_type, worker=worker).facts
    return also(io.BytesIO(data), media_type, facts)


def test_an_archive_behind_a_picture_is_found(worker: Worker) -> None:
    picture = media.Jpeg().encode()
    found = others(picture + zipped(), "image/jpeg", worker)
    assert found[0] == f"application/zip at {len(picture)}"
    assert found[1].startswith("application/zip, its directory at")


def test_a_film_behind_a_picture_is_found(worker: Worker) -> None:
    picture = media.Png().encode()
    film = films.coded_film()
    assert others(picture + film, "image/png", worker) == (f"video/mp4 at {len(picture)}",)


def test_a_document_after_a_few_bytes_is_found(worker: Worker) -> None:
    data = b"GIF89a" + bytes(200) + b"%PDF-1.7\n"
    assert others(data, "image/gif", worker)[-1] == "application/pdf at 206"


@pytest.mark.parametrize("name", ["planted.mp4", "planted.heic", "planted.wav"])
def test_marks_are_no_formats(name: str, worker: Worker) -> None:
    planted = PLANTED[name]
    assert others(planted.data(), planted.media_type, worker) == ()


def test_an_archive_is_no_archive_besides(worker: Worker) -> None:
    assert others(zipped(), "application/zip", worker) == ()
    assert others(b"", "inode/x-empty", worker) == ()
