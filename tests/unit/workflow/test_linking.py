"""A file that a message names is found where it is certain which, and nowhere else."""

from datetime import UTC, datetime
from itertools import count

import pytest

from evidencekit.model.artifact import Artifact
from evidencekit.model.find import Origin
from evidencekit.model.ids import ArtifactId, Digest
from evidencekit.workflow.linking import Link, Linking

_NUMBERS = count(1)


def taken(
    path: str, content: str = "", *, archive: str | None = None, origin: Origin = "intake"
) -> Artifact:
    number = next(_NUMBERS)
    return Artifact(
        id=ArtifactId(f"a{number}"),
        salt="",
        sha256=Digest(content or f"{number}"),
        size=1,
        media_type="text/plain",
        name=path.rpartition("/")[2],
        acquired_at=datetime(2026, 2, 9, tzinfo=UTC),
        origin=origin,
        derived_from=ArtifactId(archive) if archive is not None else None,
        source={"path": f"{archive}/{number}/{path}" if archive is not None else path},
    )


def test_bytes_that_an_export_holds_are_found_by_their_digest_whatever_their_name() -> None:
    mail, photo = taken("in/a.eml"), taken("in/other.jpg", "d1")
    assert Linking([mail, photo]).find(mail.id, "a.jpg", "d1") == Link(
        artifact=photo.id, by="digest"
    )


def test_other_bytes_of_the_same_name_are_not_meant() -> None:
    mail, photo = taken("in/a.eml"), taken("in/a.jpg", "d1")
    assert Linking([mail, photo]).find(mail.id, "a.jpg", "d2") is None


@pytest.mark.parametrize(
    "name", ["photos/1.jpg", "./photos/1.jpg", "photos\\1.jpg", "x/../photos/1.jpg"]
)
def test_a_path_is_one_from_the_export(name: str) -> None:
    export, photo = taken("in/A/result.json"), taken("in/A/photos/1.jpg")
    others = [taken("in/B/photos/1.jpg"), taken("in/1.jpg")]
    assert Linking([export, photo, *others]).find(export.id, name) == Link(
        artifact=photo.id, by="path"
    )


def test_a_path_from_the_root_of_an_archive_is_found_within_this_archive() -> None:
    export = taken("inbox/kim/message_1.json", archive="z1")
    photo = taken("top/inbox/kim/photos/1.jpg", archive="z1")
    other = taken("inbox/kim/photos/1.jpg", archive="z2")
    found = Linking([other, export, photo]).find(export.id, "inbox/kim/photos/1.jpg")
    assert found == Link(artifact=photo.id, by="path")


def test_the_same_path_in_another_archive_is_only_a_name() -> None:
    export, other = taken("WA/_chat.txt", archive="z1"), taken("WA/1.jpg", archive="z2")
    assert Linking([export, other]).find(export.id, "1.jpg") == Link(artifact=other.id, by="name")


def test_of_the_same_bytes_those_beside_the_export_are_meant() -> None:
    export = taken("a.eml", archive="z1")
    far, near = taken("1.jpg", "d1"), taken("2.jpg", "d1", archive="z1")
    found = Linking([export, far, near]).find(export.id, "x", "d1")
    assert found == Link(artifact=near.id, by="digest")


def test_names_as_macs_write_them_are_the_same_names() -> None:
    export, photo = taken("in/k.txt"), taken("in/\u1100\u1161.jpg")
    assert Linking([export, photo]).find(export.id, "\uac00.jpg") is not None


def test_of_files_that_differ_none_is_meant() -> None:
    export, first, second = taken("k.txt"), taken("a/1.jpg", "d1"), taken("b/1.jpg", "d2")
    assert Linking([export, first, second]).find(export.id, "1.jpg") is None


def test_of_files_that_do_not_differ_the_first_is_meant() -> None:
    export, first, second = taken("k.txt"), taken("a/1.jpg", "d1"), taken("b/1.jpg", "d1")
    assert Linking([export, first, second]).find(export.id, "1.jpg") == Link(
        artifact=first.id, by="name"
    )


def test_the_nearest_file_is_meant() -> None:
    export, near, far = taken("in/A/k.txt"), taken("in/A/files/1.jpg"), taken("in/B/1.jpg")
    assert Linking([export, far, near]).find(export.id, "1.jpg") == Link(
        artifact=near.id, by="name"
    )


def test_copies_and_the_export_itself_are_not_meant() -> None:
    export, copy = taken("in/1.txt"), taken("in/1.jpg", origin="strip")
    linking = Linking([export, copy])
    assert linking.find(export.id, "1.jpg") is None
    assert linking.find(export.id, "1.txt") is None


HOSTILE = ("", ".", "..", "/", "../../etc/passwd", "a" * 100_000, "\x00", "//", "\ud800")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_none_means_nothing(name: str) -> None:
    export, other = taken("in/k.txt"), taken("in/etc/other")
    assert Linking([export, other]).find(export.id, name) is None
