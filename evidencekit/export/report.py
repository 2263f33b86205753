"""The report of a bundle: one HTML file, Korean and English, for people without our tool.

It is written before anyone has checked anything and says so. It shows no media, asks the network
for nothing, runs no script, and takes every name and address in it for an attack. Rows are set as
they are read: 20,000 artifacts cost no more memory than twenty.
"""

from collections.abc import Iterator

from evidencekit.export.acts import read_act, sealed_part
from evidencekit.export.page import Columns, page
from evidencekit.export.typeset import telephone_groups
from evidencekit.export.visits import capture_rows
from evidencekit.export.words import term
from evidencekit.model.bundle import Account

COLUMNS: Columns = {
    "artifacts": {
        "artifacts.id": 8,
        "artifacts.file": 49,
        "artifacts.acquired": 17,
        "artifacts.came": 14,
        "artifacts.care": 12,
    },
    "captures": {
        "captures.seq": 5,
        "captures.address": 42,
        "captures.at": 17,
        "captures.verdict": 24,
        "captures.files": 12,
    },
    "custody": {
        "custody.seq": 5,
        "custody.at": 17,
        "custody.action": 12,
        "custody.actor": 9,
        "custody.org": 17,
        "custody.files": 14,
        "custody.remark": 26,
    },
}
MAX_IDS = 6  # an act may add a thousand; the list in lists/custody.csv is whole


def render_report(account: Account) -> Iterator[bytes]:
    """Yield the file in pieces, reading ``artifacts`` once and ``custody`` twice."""
    sealed = sealed_part(account)
    return page(
        "report.html.j2",
        document="report",
        columns=COLUMNS,
        language=account.about.language,
        account=account,
        about=account.about,
        case_kind=term("kind", account.kind),
        profile=term("profile", account.about.profile),
        stamps=sum(len(seal.stamps) for seal in account.seals),
        captures=capture_rows(account),
        acts=(read_act(entry, sealed) for entry in account.custody),
        term=term,
        telephone_groups=telephone_groups,
        max_ids=MAX_IDS,
    )
