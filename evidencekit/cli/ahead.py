"""What can be known to fail before somebody is asked for a passphrase.

The workflow checks all of it again, where it holds the case: this only spares people the typing.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from evidencekit.errors import BadInput, PolicyForbids
from evidencekit.export.profiles import load_profile
from evidencekit.files.age import parse_recipients
from evidencekit.formats.case import CASE_FILE, LEDGER
from evidencekit.store.case import Case, Kind
from evidencekit.text.catalog import _
from evidencekit.workflow.delivery import require_free
from evidencekit.workflow.keys import show_key
from evidencekit.workflow.seal_events import is_changed
from evidencekit.workflow.seals import SealFolder, seals_of


def require_new_case(folder: Path) -> None:
    """Refuse a folder that holds anything but the beginning of a case."""
    if not os.path.lexists(folder):
        return
    is_free = folder.is_dir() and (
        not any(folder.iterdir())
        or ((folder / LEDGER).exists() and not (folder / CASE_FILE).exists())
    )
    if not is_free:
        raise BadInput(_("{path} is not empty").format(path=folder))


def require_new_key(out: Path, *, csr: bool) -> None:
    """Refuse a place where a key, its certificate or its request cannot be made."""
    for path in (out, out.with_suffix(".csr" if csr else ".crt")):
        if os.path.lexists(path):
            raise BadInput(
                _("{path} is there already").format(path=path),
                hint=_("a key is never replaced; give another name"),
            )
    if not out.parent.is_dir():
        raise BadInput(_("{path}: there is no such folder").format(path=out.parent))
    if any((above / CASE_FILE).is_file() for above in out.resolve().parents):
        raise BadInput(
            _("{path} lies in a case, and cases go to other hands").format(path=out),
            hint=_("keep the key elsewhere, best on a medium of its own"),
        )


def require_key(uri: str) -> None:
    """Refuse a key without a readable certificate beside it."""
    show_key(uri)


def require_changed(case: Case) -> None:
    """Refuse to seal once more what the last seal covers."""
    existing = seals_of(case.root)
    if existing and not is_changed(case, existing[-1]) and _is_recorded(case, existing[-1]):
        raise BadInput(
            _("nothing has changed since seal {n}").format(n=existing[-1].number),
            hint=_("--again seals all the same, --timestamp-pending only fetches timestamps"),
        )


def require_exportable(
    case: Case, *, profile: str, out: Path, encrypt_to: Sequence[str], clear: bool
) -> None:
    """Refuse what an export would refuse: the profile, the place, the recipients, no seal."""
    load_profile(profile)
    require_free(out, encrypt_to)
    parse_recipients(encrypt_to)
    if case.kind is Kind.SUPPORT and not encrypt_to and not clear:
        raise PolicyForbids(
            _("a support case leaves only encrypted"),
            hint=_("--encrypt-to age1… names the recipient; --clear if you must"),
        )
    existing = seals_of(case.root)
    covered = existing[-1].manifest().artifact_count if existing else 0
    if not existing or sum(1 for _row in case.rows()) != covered:
        raise BadInput(
            _("the case holds artifacts that no seal covers"),
            hint=_("evidencekit seal --key file:KEY.pem, then export again"),
        )


def _is_recorded(case: Case, last: SealFolder) -> bool:
    """Tell whether the last seal has its event; ``seal`` records one that a crash left without."""
    return any(
        event.body.detail.get("seal") == last.number
        for event in case.events()
        if event.line.action == "seal" and event.body is not None
    )
