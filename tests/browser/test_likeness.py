"""What the measure of the replay check tells apart, on pictures that a real Chromium painted."""

import base64
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

from evidencekit.capture.chromium.cdp import Connection
from evidencekit.capture.chromium.installed import find_browser
from evidencekit.capture.chromium.process import running
from evidencekit.capture.replay.likeness import compare_pictures
from evidencekit.capture.replay.wording import compare_words
from tests.tools.browser_site import png

pytestmark = [pytest.mark.browser, pytest.mark.network]
LIMIT_S = 10.0
SENTENCE = "The parcel was handed over at the back door on Monday evening."
OTHER = "The letter was picked out of the front box on Sunday morning."
KOREAN, OTHER_KOREAN = "영상을 오늘 저녁에 지우겠습니다.", "그 사람은 어제부터 답이 없었다."
Paint = Callable[[str], Path]


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with running(find_browser(), is_recorded=False) as process:
        yield process.connection


@pytest.fixture
def paint(connection: Connection, tmp_path: Path) -> Paint:
    number = count()

    def painted(html: str) -> Path:
        url = f"data:text/html;charset=utf-8,{quote(html)}"
        target = connection.call("Target.createTarget", {"url": url}, timeout_s=LIMIT_S)
        attached = connection.call(
            "Target.attachToTarget", {**target, "flatten": True}, timeout_s=LIMIT_S
        )
        session = str(attached["sessionId"])
        loaded = {
            "expression": "new Promise(r => { if (document.readyState === 'complete') r(1);"
            " else addEventListener('load', () => r(1)) })",
            "awaitPromise": True,
        }
        connection.call("Runtime.evaluate", loaded, session=session, timeout_s=LIMIT_S)
        shot = connection.call("Page.captureScreenshot", {}, session=session, timeout_s=LIMIT_S)
        path = tmp_path / f"{next(number)}.png"
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    return painted


def picture(colour: tuple[int, int, int]) -> str:
    encoded = base64.b64encode(png(300, 200, colour)).decode()
    return f'<img src="data:image/png;base64,{encoded}">'


def box(colour: str) -> str:
    return f'<div style="background: {colour}; width: 300px; height: 200px"></div>'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (box("#f00"), box("#00f")),
        (box("#f00"), box("#0f0")),
        (box("#800000"), box("#004d00")),  # the same grey
        (f"<p>{SENTENCE}", f"<p>{OTHER}"),
        (f"<p>{KOREAN}", f"<p>{OTHER_KOREAN}"),
        (picture((200, 40, 40)), picture((40, 40, 200))),
        ("<body style='background: red'>", "<body style='background: blue'>"),
        (f"<p>{SENTENCE}", f"<p style='margin-top: 40px'>{SENTENCE}"),
        (f"<p>{SENTENCE}", ""),
        ("", f"<p>{SENTENCE}"),
    ],
)
def test_another_colour_sentence_or_picture_is_not_alike(
    connection: Connection, paint: Paint, one: str, other: str
) -> None:
    assert compare_pictures(connection, paint(one), paint(other)).permille < 400


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SENTENCE, SENTENCE),
        ("", ""),
        (f"<p style='color: #000'>{SENTENCE}", f"<p style='color: #141414'>{SENTENCE}"),
        (f"<h1>{KOREAN}</h1>", f"<h1 style='opacity: 0.93'>{KOREAN}</h1>"),  # softer edges
    ],
)
def test_the_same_page_is_alike_though_its_edges_are_softer(
    connection: Connection, paint: Paint, one: str, other: str
) -> None:
    assert compare_pictures(connection, paint(one), paint(other)).permille == 1000


def test_one_word_of_a_page_tells_in_the_picture(connection: Connection, paint: Paint) -> None:
    text = f"<p>{SENTENCE}</p>" * 5
    one, other = paint(text + "<p>I deny it."), paint(text + "<p>I admit it.")
    assert 700 < compare_pictures(connection, one, other).permille < 990


def test_a_picture_that_only_one_side_has_is_different(
    connection: Connection, paint: Paint
) -> None:
    one = paint(SENTENCE)
    for pair in ((one, None), (None, one)):
        alike = compare_pictures(connection, *pair)
        assert (alike.permille, alike.drawn > 0) == (0, True)


def words(connection: Connection, folder: Path, one: str, other: str) -> int:
    for name, text in (("one", one), ("other", other)):
        (folder / name).write_text(text, encoding="utf-8")
    alike = compare_words(connection, folder / "one", folder / "other")
    assert alike is not None
    return alike.permille


def test_words_of_documents_are_compared(connection: Connection, tmp_path: Path) -> None:
    script = "<script>const words = 'that nobody reads'</script><style>p {}</style>"
    assert words(connection, tmp_path, f"<p>{SENTENCE}</p>{script}", f"<p>{SENTENCE}") == 1000
    assert words(connection, tmp_path, f"<p>{SENTENCE}", f"<p>{OTHER}") < 600
    assert words(connection, tmp_path, "<p>a a a b", "<p>a b c d") == 500
    assert words(connection, tmp_path, "<p>a b", "<p>a b c d") == 500
    assert words(connection, tmp_path, "<p>", "<p>") == 1000
    assert words(connection, tmp_path, f"<p>{KOREAN}", f"<p>{OTHER_KOREAN}") == 0


def test_nothing_in_a_compared_document_runs(connection: Connection, tmp_path: Path) -> None:
    hostile = "<img src=x onerror='document.title=1;for(;;);'><script>for(;;);</script><p>a"
    assert words(connection, tmp_path, hostile, "<p>a") == 1000


def test_documents_beyond_the_limit_are_not_compared(
    connection: Connection, tmp_path: Path
) -> None:
    with (tmp_path / "one").open("wb") as out:
        out.truncate((16 << 20) + 1)
    assert compare_words(connection, tmp_path / "one", tmp_path / "one") is None
