"""What may not be read is asked about by name; what the system does not tell is told as missing."""

import os
from pathlib import Path

import pytest

from evidencekit.intake.unread import Unasked, Unread, unread_below


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in/closed").mkdir(parents=True)
    (tmp_path / "in/open.jpg").write_bytes(b"12345")
    listing = os.listdir

    def closed(path: bytes) -> list[bytes]:
        if path.endswith(b"closed"):
            raise PermissionError(13, "not for you")
        return listing(path)

    monkeypatch.setattr(os, "listdir", closed)
    found = list(unread_below([tmp_path / "in"]))
    assert [one.shown for one in found if isinstance(one, Unasked)] == [str(tmp_path / "in/closed")]
    assert [one.size for one in found if isinstance(one, Unread)] == [5]


def test_links_are_not_followed_and_what_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert list(unread_below([tmp_path / "link"])) == []
    with pytest.raises(Exception, match="no such file"):
        list(unread_below([tmp_path / "nothing"]))
