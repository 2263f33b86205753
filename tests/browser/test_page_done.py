"""A page shows all of itself before it is taken, and nothing that it should not be led to do."""

import hashlib
import json
import struct
import zlib
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from evidencekit.capture.page import behaviours
from evidencekit.capture.page.behaviours import SiteBehaviour
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.model.capture import CaptureVerdict
from evidencekit.model.event import Actor
from evidencekit.store.case import Kind, create_case
from evidencekit.workflow.capture import Captured, capture
from evidencekit.workflow.setting import Setting
from tests.tools.browser_site import png_size, site
from tests.tools.lively_pages import BAND_PX, BANDS, MAX_MORE, WIDE_PX, WS_BYTES, WS_TEXT
from tests.tools.visiting import QUICK, visited

COMPLETE, PARTIAL = CaptureVerdict.COMPLETE, CaptureVerdict.PARTIAL
pytestmark = [pytest.mark.browser, pytest.mark.network]
PLUGIN = SiteBehaviour(
    hosts=("127.0.0.1",),
    script="(look) => { const b = look.all('#more')[0]; return b ? look.aim(b) : null; }",
)


def pixel(path: Path, x: int, y: int) -> tuple[int, ...]:
    """Read one pixel of an 8-bit PNG without interlacing."""
    data, at, packed = path.read_bytes(), 8, b""
    width, _height = png_size(data)
    size = {2: 3, 6: 4}[data[25]]
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    raw, row = zlib.decompress(packed), bytearray(width * size)
    for line in range(y + 1):
        start = line * (width * size + 1)
        row = _unfiltered(raw[start], raw[start + 1 : start + 1 + width * size], row, size)
    return tuple(row[x * size : x * size + 3])


def _unfiltered(kind: int, line: bytes, above: bytearray, size: int) -> bytearray:
    out = bytearray(line)
    for n, value in enumerate(line):
        a = out[n - size] if n >= size else 0
        b, c = above[n], above[n - size] if n >= size else 0
        nearest = min((a, b, c), key=lambda one: abs(a + b - c - one))
        out[n] = (value + (0, a, b, (a + b) // 2, nearest)[kind]) & 255
    return out


def test_images_of_a_gallery_that_scrolls_sideways_are_fetched(tmp_path: Path) -> None:
    with visited("/gallery", tmp_path) as got:
        assert {f"/n/g{n}.png" for n in range(4)} <= got.site.paths()


def test_more_is_loaded_by_real_clicks_until_there_is_no_more(tmp_path: Path) -> None:
    with visited("/more", tmp_path) as got:
        assert got.result.verdict is COMPLETE, got.result.reasons
        for number in range(1, MAX_MORE + 1):
            assert f"item-{number} trusted" in got.dom
    assert f"clicked {MAX_MORE}" in got.result.notes


def test_each_click_says_what_where_when_and_between_which_addresses(tmp_path: Path) -> None:
    with visited("/more", tmp_path) as got:
        first, *_others = got.clicks
        url = got.site.url("/more")
    assert (first["behaviour"], first["text"]) == ("load-more", "댓글 더 보기")
    assert (first["selector"], first["url_before"], first["url_after"]) == ("#more", url, url)
    assert first["at"].endswith("Z")


def test_links_forms_downloads_and_hidden_buttons_are_never_clicked(tmp_path: Path) -> None:
    with visited("/more-traps", tmp_path) as got:
        assert got.clicks == []
        assert not got.site.paths() & {"/small", "/upload"}


def test_click_that_would_lead_away_leads_nowhere(tmp_path: Path) -> None:
    unhurried = replace(QUICK, click_s=20, total_s=90)
    with visited("/more-leads-away", tmp_path, limits=unhurried) as got:
        assert len(got.clicks) == 3
        assert not got.site.paths() & {"/small", "/upload", "/popped"}
        assert "still here" in got.dom
    assert {"navigations-refused 2", "popups-closed 1"} <= set(got.result.notes)
    assert got.result.final_url == got.site.url("/more-leads-away")


def test_button_that_never_ends_is_left_and_is_a_reason(tmp_path: Path) -> None:
    with visited("/more-for-ever", tmp_path) as got:
        assert got.result.reasons == ("behaviour-stopped load-more",)
        assert len(got.clicks) == 20


def test_cookies_are_refused_where_that_is_offered(tmp_path: Path) -> None:
    with visited("/cookies", tmp_path) as got:
        assert "/consent/none" in got.site.paths()
        assert "/consent/all" not in got.site.paths()
        assert "쿠키를 사용합니다" not in got.dom


def test_plain_age_gate_is_answered_and_the_page_behind_it_is_what_is_kept(tmp_path: Path) -> None:
    with visited("/age", tmp_path) as got:
        assert got.result.verdict is COMPLETE, got.result.reasons
        assert "<h1>adults</h1>" in got.dom
        assert [click["text"] for click in got.clicks] == ["네, 19세 이상입니다"]


def test_passive_touches_nothing(tmp_path: Path) -> None:
    with visited("/cookies", tmp_path, passive=True) as got:
        assert not got.site.paths() & {"/consent/none", "/consent/all"}
        assert got.clicks == []
    assert {"passive", "covered"} <= set(got.result.notes)
    with visited("/infinite", tmp_path / "again", passive=True) as got:
        assert "height:3000px" in got.dom  # each scroll would have made it higher


def test_behaviour_of_a_plugin_runs_on_its_host_and_is_named_in_the_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint(name="example", group=behaviours.GROUP, value=f"{__name__}:PLUGIN")
    shadow = EntryPoint(name="scroll", group=behaviours.GROUP, value=f"{__name__}:PLUGIN")
    broken = EntryPoint(name="gone", group=behaviours.GROUP, value="no.such.module:X")
    found = [entry, shadow, broken]
    monkeypatch.setattr(behaviours, "entry_points", lambda group: found)
    with visited("/more", tmp_path) as got:
        assert {click["behaviour"] for click in got.clicks} == {"example"}
    assert {"behaviour-not-loaded scroll", "behaviour-not-loaded gone"} <= set(got.result.notes)
    ran = got.result.detail["behaviours"]
    assert {"name": "example", "distribution": "unknown", "version": "unknown"} in ran  # type: ignore[operator]


def test_page_that_grows_as_one_scrolls_is_cut_and_says_so(tmp_path: Path) -> None:
    limits = BrowserLimits(scroll_s=1, idle_s=2, view_s=10, total_s=60)
    with visited("/infinite", tmp_path, limits=limits) as got:
        assert "behaviour-stopped scroll" in got.result.reasons
        assert got.files("screenshot")


@pytest.mark.parametrize(
    ("path", "note"),
    [
        ("/polls", "requests-left-open 1"),
        ("/chatters", "never-quiet"),
        ("/plays", "streams-cut 1"),
        ("/live", "streams-cut 1"),
    ],
)
def test_page_that_never_rests_is_complete_and_the_note_says_why(
    path: str, note: str, tmp_path: Path
) -> None:
    with visited(path, tmp_path) as got:
        assert got.result.verdict is COMPLETE, got.result.reasons
        assert note in got.result.notes


def test_image_that_never_comes_is_missed(tmp_path: Path) -> None:
    with visited("/waits", tmp_path) as got:
        assert got.result.verdict is PARTIAL
        assert {"url": got.site.url("/hang"), "why": "left-open", "kind": "Image"} in got.resources


def test_long_page_is_kept_in_tiles_that_show_every_part_of_it(tmp_path: Path) -> None:
    with visited("/tall", tmp_path) as got:
        tiles = got.files("screenshot")
    assert [tile.name for tile in tiles] == [f"screenshot-{n}.png" for n in (1, 2, 3)]
    sizes = [png_size(tile.read_bytes())[1] for tile in tiles]
    assert sum(sizes) == BANDS * BAND_PX
    for number, tile in enumerate(tiles):
        band = (number * 8192 + 10) // BAND_PX
        assert pixel(tile, 20, 10) == (band * 10, 0, 200 - band * 10)
    areas = [find.source["area"] for find in got.result.finds if find.role == "screenshot"]
    assert areas[1] == {"x": 0, "y": 8192, "width": 1366, "height": 8192}


def test_wide_page_is_kept_in_tiles_side_by_side(tmp_path: Path) -> None:
    with visited("/wide", tmp_path, limits=BrowserLimits(view_s=20, idle_s=3)) as got:
        tiles = [png_size(tile.read_bytes()) for tile in got.files("screenshot")]
    assert len(tiles) == 9
    assert sum(width for width, _height in tiles[:3]) == WIDE_PX


def test_stamped_copy_shows_the_picture_and_the_original_is_untouched(tmp_path: Path) -> None:
    with visited("/small", tmp_path) as got:
        (original,), (copy,) = got.files("screenshot"), got.files("screenshot-stamped")
    assert got.find("screenshot-stamped").copy_of == "screenshot.png"
    assert got.find("screenshot").copy_of is None
    (width, height), (_copy_width, copy_height) = (
        png_size(original.read_bytes()),
        png_size(copy.read_bytes()),
    )
    strip = copy_height - height
    assert 60 < strip < 400
    for x, y in ((width // 2, 300), (20, 30), (70, 40)):
        assert pixel(copy, x, strip + y) == pixel(original, x, y)


def test_making_the_copy_asks_the_site_for_nothing(tmp_path: Path) -> None:
    with visited("/small", tmp_path) as got:
        assert got.files("screenshot-stamped")
        assert got.site.paths() <= {"/small", "/favicon.ico"}


def test_mhtml_holds_the_page_with_its_images(tmp_path: Path) -> None:
    with visited("/many", tmp_path) as got:
        text = got.files("mhtml")[0].read_text(encoding="utf-8")
    assert f"Content-Location: {got.site.url('/n/0.png')}" in text


def test_messages_of_a_websocket_are_recorded_both_ways(tmp_path: Path) -> None:
    with visited("/socket", tmp_path) as got:
        assert WS_TEXT.encode() in {asked.body for asked in got.site.asked}
        lines = [
            json.loads(line) for line in got.resource("urn:evidencekit:websocket").splitlines()
        ]
    assert [line["event"] for line in lines[:4]] == ["opened", "sent", "received", "received"]
    assert lines[0]["url"] == got.site.url("/ws").replace("http", "ws")
    opcodes = [(line["opcode"], hashlib.sha256(_payload(line)).digest()) for line in lines[1:4]]
    text, data = (hashlib.sha256(one).digest() for one in (WS_TEXT.encode(), WS_BYTES))
    assert opcodes == [(1, text), (1, text), (2, data)]
    assert all(line["at"].endswith("Z") for line in lines)


def _payload(line: dict[str, str]) -> bytes:
    import base64

    return base64.b64decode(line["payload"])


def test_what_is_missing_is_listed_one_by_one(tmp_path: Path) -> None:
    with visited("/broken", tmp_path) as got:
        url = got.site.url
    assert {(one["url"], one["why"], one["kind"]) for one in got.resources} == {
        (url("/missing.png"), "http-status 404", "Image"),
        (url("/gone.js"), "http-status 404", "Script"),
        ("http://127.0.0.1:1/shut.png", "net::ERR_UNSAFE_PORT", "Image"),
    }
    assert got.result.reasons == ("resources-failed 1", "resources-bad-status 2")


def test_limits_of_the_tests_are_those_of_people_but_for_time() -> None:
    assert QUICK.max_requests == BrowserLimits().max_requests == 50_000


def test_stamped_copy_names_in_the_case_the_artifact_it_was_made_from(tmp_path: Path) -> None:
    setting = Setting(home=tmp_path / "home")
    case = create_case(
        tmp_path / "case",
        title="t",
        kind=Kind.INVESTIGATION,
        actor=Actor(alias="tester"),
        machine=setting.machine(),
    )
    with site() as running:
        done = capture(
            case,
            [running.url("/small")],
            engine="browser",
            allow_private=True,
            is_covert=True,
            setting=setting,
        )
        (captured,) = (one for one in done if isinstance(one, Captured))
    by_role = {artifact.role: artifact for artifact in captured.artifacts}
    assert by_role["screenshot-stamped"].derived_from == by_role["screenshot"].id
    assert by_role["screenshot"].derived_from is None
