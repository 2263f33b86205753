"""What ``seal`` says of a seal or a countersignature that was made."""

from collections.abc import Sequence
from typing import Any

from evidencekit.cli import output
from evidencekit.cli.session import Session
from evidencekit.errors import TsaUnavailable
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json
from evidencekit.model.seal import Stamp
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.workflow.countersign import Countersigned
from evidencekit.workflow.seal import Sealed

_PART_MISSING = 3


def exit_code_of(done: Sealed | Countersigned) -> int:
    """Return the code: 3 where one of several timestamps is missing, 31 where all are."""
    if not done.missing:
        return 0
    return _PART_MISSING if done.stamps else TsaUnavailable.exit_code


def print_sealed(session: Session, case: Case, sealed: Sealed) -> None:
    """Say what a seal came to."""
    if session.json:
        about: dict[str, Json] = {"seal": sealed.seal, "manifest_sha256": sealed.manifest_sha256}
        output.put_json({**about, "signature": str(sealed.signature), **_dating(sealed)})
    else:
        output.say(_("seal {n} of {path}"), n=sealed.seal, path=case.root)
        rows = [
            (_("manifest SHA-256"), sealed.manifest_sha256),
            (_("signature"), sealed.signature),
        ]
        _say(rows, sealed)
    _warn(sealed.missing, _("sealed, but not dated: {why}"))


def print_countersigned(session: Session, case: Case, done: Countersigned) -> None:
    """Say what a countersignature came to."""
    if session.json:
        about: dict[str, Json] = {"seal": done.seal, "counter": done.counter, "signer": done.signer}
        output.put_json({**about, "signature": str(done.signature), **_dating(done)})
    else:
        output.say(
            _("countersignature {n} of seal {seal} of {path}"),
            n=done.counter, seal=done.seal, path=case.root,
        )  # fmt: skip
        rows = [
            (_("fingerprint (SHA-256)"), done.signer),
            (_("signature"), done.signature),
        ]
        _say(rows, done)
    _warn(done.missing, _("countersigned, but not dated: {why}"))


def _dating(done: Sealed | Countersigned) -> dict[str, Json]:
    return {
        "timestamps": [
            {"tsa": stamp.tsa, "gen_time": write_time(stamp.gen_time)} for stamp in done.stamps
        ],
        "time_proven": done.time_proven,
        "missing": [{"code": failure.code, "message": failure.message} for failure in done.missing],
    }


def _say(rows: Sequence[tuple[str, Any]], done: Sealed | Countersigned) -> None:
    output.fields([*rows, *map(_dated, done.stamps)])
    if not done.time_proven:
        output.say(_("time: not proven; this computer's clock is all there is"))


def _dated(stamp: Stamp) -> tuple[str, Any]:
    return _("dated by {tsa}").format(tsa=stamp.tsa), output.moment(stamp.gen_time)


def _warn(missing: Sequence[TsaUnavailable], text: str) -> None:
    for failure in missing:
        output.warn(text, why=failure.message)
