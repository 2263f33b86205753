"""Opening what somebody else may have prepared."""

import os
from pathlib import Path

import pytest

from evidencekit.errors import BadInput, SourceChanged
from evidencekit.files.opening import open_regular, read_whole


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")

    assert read_whole(tmp_path / "a", limit=1) == b"x"


def test_a_file_longer_than_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xy")

    with pytest.raises(BadInput, match="longer than 1 bytes"):
        read_whole(tmp_path / "a", limit=1)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to("a")

    with pytest.raises(BadInput), open_regular(tmp_path / "link"):
        pass


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(BadInput, match="not a regular file"), open_regular(tmp_path / "pipe"):
        pass


@pytest.mark.parametrize("path", ["/dev/null", "/"])
def test_a_device_or_folder_is_refused(path: str) -> None:
    with pytest.raises((BadInput, IsADirectoryError)), open_regular(Path(path)):
        pass


@pytest.mark.parametrize("how", ["grown", "cut", "touched", "same size"])
def test_a_file_that_changes_while_it_is_open_is_told(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)
    os.utime(path, ns=(1, 1))

    with pytest.raises(SourceChanged), open_regular(path) as stream:  # noqa: PT012 (while it is open)
        stream.read(1)
        if how == "grown":
            with path.open("ab") as other:
                other.write(b"y")
        elif how == "cut":
            os.truncate(path, 3)
        elif how == "touched":
            os.utime(path, ns=(2, 2))
        else:
            path.write_bytes(b"y" * 10)
            os.utime(path, ns=(1, 1))


def test_an_error_of_the_reader_is_not_hidden_by_a_change(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")

    with pytest.raises(ZeroDivisionError), open_regular(path):  # noqa: PT012 (while it is open)
        path.write_bytes(b"yy")
        raise ZeroDivisionError
