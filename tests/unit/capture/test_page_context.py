"""What a page states of itself is kept as its claim, with the place, and within bounds."""

import json

import pytest

from evidencekit.capture.context.page_context import (
    MAX_MEDIA,
    MAX_STATEMENTS,
    context_document,
    context_of,
    read_context,
)
from evidencekit.formats import canonical
from evidencekit.model.capture import CaptureVerdict
from evidencekit.model.context import PageContext

URL = "https://site.test/board/view?no=7"


def read(*parts: str) -> PageContext:
    return read_context("<!doctype html><title>t</title>" + "".join(parts), URL)


def stated(context: PageContext) -> set[tuple[str, str, str]]:
    return {(one.about, one.value, one.where) for one in context.statements}


def media(context: PageContext) -> dict[str, str]:
    return {one.url: one.where for one in context.media}


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


# Each fact with where it was stated


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<meta name=author content='Kim'>", ("author", "Kim", "meta[author]")),
        (
            "<meta property='og:article:author' content='Kim'>",
            ("author", "Kim", "meta[og:article:author]"),
        ),
        ("<META NAME='twitter:creator' CONTENT='@k'>", ("handle", "@k", "meta[twitter:creator]")),
        ("<meta property=og:title content='a &amp; b'>", ("title", "a & b", "meta[og:title]")),
        (
            "<meta itemprop=uploadDate content=2026-03-01>",
            ("uploaded", "2026-03-01", "meta[uploaddate]"),
        ),
        ("<meta property=og:type content=video>", ("other", "video", "meta[og:type]")),
        ("<time datetime='2026-03-01T10:00'>", ("time", "2026-03-01T10:00", "time[datetime]")),
        (
            "<time itemprop=datePublished datetime=2026-03-01>",
            ("published", "2026-03-01", "time[datetime]"),
        ),
        (
            "<link rel=author href='/u/kim'>",
            ("author-page", "https://site.test/u/kim", "link[author]"),
        ),
    ],
)
def test_a_statement_names_its_place(markup: str, expected: tuple[str, str, str]) -> None:
    assert expected in stated(read(markup))


def test_json_ld_gives_author_handle_times_and_media_of_the_video() -> None:
    video = {
        "@type": "VideoObject",
        "name": "clip",
        "uploadDate": "2026-03-01T10:00:00+09:00",
        "author": {"@type": "Person", "name": "Kim", "alternateName": "@kim"},
        "contentUrl": "https://cdn.test/clip.mp4",
        "embedUrl": "/embed/7",
    }
    context = read(ld({"@context": "https://schema.org", "@graph": [video]}))
    assert {
        ("title", "clip", "json-ld VideoObject.name"),
        ("uploaded", "2026-03-01T10:00:00+09:00", "json-ld VideoObject.uploadDate"),
        ("author", "Kim", "json-ld VideoObject.author.name"),
        ("handle", "@kim", "json-ld VideoObject.author.alternateName"),
    } <= stated(context)
    assert media(context) == {
        "https://cdn.test/clip.mp4": "json-ld VideoObject.contentUrl",
        "https://site.test/embed/7": "json-ld VideoObject.embedUrl",
    }


def test_a_publisher_is_the_site_and_no_author() -> None:
    context = read(ld({"@type": "Article", "publisher": {"name": "Daily"}, "author": "Lee"}))
    assert ("site", "Daily", "json-ld Article.publisher.name") in stated(context)
    assert ("author", "Lee", "json-ld Article.author") in stated(context)
    assert not any(about == "author" and value == "Daily" for about, value, _ in stated(context))


def test_the_page_gives_its_language_and_its_own_address() -> None:
    context = read_context("<html lang='ko-KR'><link rel=canonical href='/view?no=7'>", URL)
    assert (context.language, context.canonical) == ("ko-KR", "https://site.test/view?no=7")


# Media


def test_media_are_absolute_by_the_base_of_the_page() -> None:
    context = read(
        "<base href='https://cdn.test/x/'><video src=a.mp4 poster=p.jpg><source src=b.webm></video>"
        "<img src=c.png srcset='c2.png 2x'><iframe src='//player.test/9'></iframe>"
        "<meta property=og:image content='og.png'>"
    )
    assert media(context) == {
        "https://cdn.test/x/a.mp4": "video[src]",
        "https://cdn.test/x/p.jpg": "video[poster]",
        "https://cdn.test/x/b.webm": "source[src]",
        "https://player.test/9": "iframe[src]",
        "https://cdn.test/x/c.png": "img[src]",
        "https://cdn.test/x/c2.png": "img[srcset]",
        "https://cdn.test/x/og.png": "meta[og:image]",
    }


def test_keys_to_a_file_do_not_get_into_the_ledger() -> None:
    key = "k" * 64
    context = read(f"<video src='https://cdn.test/v.mp4?id=9&sig={key}'>")
    assert media(context) == {"https://cdn.test/v.mp4?id=9&sig=[64-characters]": "video[src]"}
    assert key not in json.dumps(context_document(context))


@pytest.mark.parametrize(
    "reference", ["data:image/png;base64,AAAA", "javascript:alert(1)", "blob:x", "file:///etc/x"]
)
def test_what_is_no_web_address_is_no_media_address(reference: str) -> None:
    assert read(f"<img src='{reference}'>").media == ()


def test_what_a_template_holds_is_not_stated() -> None:
    context = read("<template><meta name=author content=X><img src=x.png></template>")
    assert context.media == ()
    assert not any(one.about == "author" for one in context.statements)


def test_videos_stay_where_there_are_too_many_pictures() -> None:
    pictures = "".join(f"<img src='/{n}.png'>" for n in range(MAX_MEDIA * 3))
    context = read(pictures, "<video src=/the.mp4>")
    assert "https://site.test/the.mp4" in media(context)
    assert len(context.media) <= MAX_MEDIA
    assert f"media {MAX_MEDIA * 3 + 1 - len(context.media)}" in context.omitted


def test_author_and_times_stay_where_there_are_too_many_cards() -> None:
    cards = "".join(f"<meta property='og:x{n}' content=y>" for n in range(MAX_STATEMENTS * 2))
    context = read(cards, "<meta name=author content=Kim>")
    assert ("author", "Kim", "meta[author]") in stated(context)


# Hostile pages


HOSTILE = {
    "long title": f"<title>{'x' * 3_000_000}",
    "many statements": "".join(
        f"<meta property='og:x{n}' content='{'y' * 500}'>" for n in range(20_000)
    ),
    "many times": "<time datetime=2026-01-01>" * 10_000,
    "many pictures": "".join(f"<img src='/{n}'>" for n in range(50_000)),
    "deep json": '<script type="application/ld+json">' + "[" * 500_000,
    "wide json": ld([{"@type": "Thing", "name": f"n{n}"} for n in range(20_000)]),
    "strings without end": '<script type="application/ld+json">' + '"\\' * 200_000,
    "many scripts": '<script type="application/ld+json">{}</script>' * 5_000,
    "open attribute": "<meta content=" + '"' * 300_000,
    "long url": f"<img src='/{'u' * 20_000}'>",
    "half characters": ld({"@type": "Person", "name": "\ud800x", "url": "\udfff"}),
    "types of nonsense": ld({"@type": [[]], "author": [None, 1, [], {"name": {}}], "image": 7}),
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_fills_no_more_than_some_kilobytes(page: str) -> None:
    context = read_context(page, URL)
    assert len(context.statements) <= MAX_STATEMENTS
    assert len(canonical.encode(context_document(context))) < 60_000


def test_what_is_cut_is_counted() -> None:
    context = read("<script type='application/ld+json'>{not json</script>", "<img src='/ok.png'>")
    assert context.omitted == ("json-ld 1",)
    assert media(context) == {"https://site.test/ok.png": "img[src]"}


def test_a_gatekeeper_makes_no_claims_of_the_page() -> None:
    page = "<title>Just a moment</title>"
    assert context_of(CaptureVerdict.BLOCKED, page, URL) is None
    assert context_of(CaptureVerdict.FAILED, page, URL) is None
    assert context_of(CaptureVerdict.PARTIAL, page, URL) is not None
