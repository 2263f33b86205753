"""What an event may say of a capture without media: every text of the page cleaned once more.

The last gate before the ledger, whatever part of the program a text came from.
"""

from dataclasses import replace

from evidencekit.capture.without_media.codes import Cleaning
from evidencekit.capture.without_media.values import cleaned_value
from evidencekit.model.capture import PageCapture
from evidencekit.model.context import MediaAddress, PageContext, Statement

_SERVERS = "servers"
"""Counted by itself: it holds many digests, and they are ours."""
WITHOUT_MEDIA = "without-media"
"""The reason that every such capture has, so that none is ever complete."""


def told_without_media(page: PageCapture) -> PageCapture:
    """Return ``page`` with all its texts cleaned but the address that was asked for.

    That one is a person's. The files have been cleaned where they were written.
    """
    servers = Cleaning().twice(lambda one: cleaned_value(page.detail.get(_SERVERS), one))
    others = {name: value for name, value in page.detail.items() if name != _SERVERS}
    told = Cleaning().twice(lambda one: _told(replace(page, detail=others), one))
    return (
        replace(told, detail={**told.detail, _SERVERS: servers})
        if _SERVERS in page.detail
        else told
    )


def _told(page: PageCapture, cleaning: Cleaning) -> PageCapture:
    def cleaned(text: str) -> str:
        return cleaning.text(text)

    detail = cleaned_value(page.detail, cleaning)
    return replace(
        page,
        final_url=cleaned(page.final_url),
        reasons=tuple(map(cleaned, page.reasons)),
        notes=tuple(map(cleaned, page.notes)),
        title=cleaned(page.title) if page.title is not None else None,
        context=_context(page.context, cleaning) if page.context is not None else None,
        detail=detail if isinstance(detail, dict) else {},
        finds=tuple(
            replace(find, source={**find.source, "final_url": cleaned(page.final_url)})
            for find in page.finds
        ),
    )


def _context(context: PageContext, cleaning: Cleaning) -> PageContext:
    def cleaned(text: str) -> str:
        return cleaning.text(text)

    return replace(
        context,
        canonical=cleaned(context.canonical) if context.canonical is not None else None,
        language=cleaned(context.language) if context.language is not None else None,
        statements=tuple(
            Statement(about=one.about, value=cleaned(one.value), where=cleaned(one.where))
            for one in context.statements
        ),
        media=tuple(
            MediaAddress(url=cleaned(one.url), where=cleaned(one.where)) for one in context.media
        ),
    )
