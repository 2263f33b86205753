"""What a page states of itself once its scripts have run, and whom the browser engine asks."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.model.capture import PageCapture
from evidencekit.protocols import Silent
from tests.tools.hostile_server import HostileServer, page, says

pytestmark = [pytest.mark.browser, pytest.mark.network]
AHEAD = timedelta(hours=3)
"""How wrong the server's clock is; no other delay comes near it."""
PAGE = b"""<!doctype html><html lang=ko><meta charset=utf-8><title>t</title><body><script>
const ld = document.createElement("script");
ld.type = "application/ld+json";
ld.textContent = JSON.stringify({"@type": "VideoObject", author: {name: "\xea\xb9\x80"},
  uploadDate: "2026-03-01", contentUrl: "/clip.mp4"});
document.head.append(ld);
document.documentElement.insertAdjacentHTML("beforeend", "<time datetime='2026-03-01T10:00'>");
</script>"""


@dataclass(frozen=True)
class Taken:
    result: PageCapture
    server: HostileServer


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    date = (datetime.now(UTC) + AHEAD).strftime("%a, %d %b %Y %H:%M:%S GMT").encode()
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        observe=None,
    )
    folder: Path = tmp_path_factory.mktemp("context")
    headers = (b"Date: " + date, b"Connection: close")
    with HostileServer({"/page": says(page(PAGE, *headers))}) as server:
        yield Taken(
            result=engine.capture(server.url("/page", host="localhost"), folder, Silent()),
            server=server,
        )


def test_what_scripts_put_into_the_page_is_quoted_too(taken: Taken) -> None:
    context = taken.result.context
    assert context is not None
    stated = {(one.about, one.value, one.where) for one in context.statements}
    assert ("author", "김", "json-ld VideoObject.author.name") in stated
    assert ("uploaded", "2026-03-01", "json-ld VideoObject.uploadDate") in stated
    assert ("time", "2026-03-01T10:00", "time[datetime]") in stated
    assert context.language == "ko"
    assert [one.url for one in context.media] == [taken.server.url("/clip.mp4", host="localhost")]


def test_the_address_that_the_page_came_from_is_the_servers(taken: Taken) -> None:
    assert taken.result.peer == "127.0.0.1"


def test_a_wrong_clock_of_the_server_is_seen(taken: Taken) -> None:
    clock = taken.result.detail["clock_offset"]
    assert isinstance(clock, dict)
    offset, uncertainty = clock["offset_ms"], clock["uncertainty_ms"]
    assert isinstance(offset, int)
    assert isinstance(uncertainty, int)
    # The server wrote its date before it was asked, by as much as the browser took to start.
    assert abs(timedelta(milliseconds=offset) - AHEAD) < timedelta(minutes=5)
    assert uncertainty >= 500


def test_the_context_costs_no_request(taken: Taken) -> None:
    paths = {talk.target for talk in taken.server.talks}
    assert paths <= {"/page", "/favicon.ico"}
