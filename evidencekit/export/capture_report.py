"""The report of one capture: what, from where, by whom, how secured, and what is not proven.

One HTML file in Korean and English, made as the report of a bundle is (:mod:`.page`): no media, no
script, no network; every text of the page, of a server or of a registry is taken for an attack.
"""

from collections.abc import Iterator

from evidencekit.export.capture_custody import secured_section, unproven_section, who_section
from evidencekit.export.capture_origin import origin_section
from evidencekit.export.capture_outcome import outcome_of
from evidencekit.export.capture_what import what_section
from evidencekit.export.page import Columns, page
from evidencekit.model.bundle import CaptureAccount

COLUMNS: Columns = {
    "hops": {"hops.url": 62, "hops.status": 10, "hops.how": 28},
    "claims": {"claims.about": 18, "claims.value": 54, "claims.where": 28},
    "clicks": {"clicks.at": 20, "clicks.behaviour": 20, "clicks.text": 34, "clicks.moved": 26},
    "resources": {"resources.url": 62, "resources.why": 38},
    "blocked": {"blocked.url": 50, "blocked.stage": 24, "blocked.declared": 26},
    "files": {"files.id": 10, "files.role": 30, "files.file": 60},
    "servers": {"servers.host": 24, "servers.address": 28, "servers.tls": 48},
}


def render_capture(account: CaptureAccount) -> Iterator[bytes]:
    """Yield the file in pieces."""
    sections = (
        what_section(account),
        origin_section(account),
        who_section(account),
        secured_section(account),
        unproven_section(account),
    )
    return page(
        "capture.html.j2",
        document="capture",
        columns=COLUMNS,
        language=account.language,
        in_bundle=account.about is not None,
        outcome=outcome_of(account),
        sections=sections,
    )
