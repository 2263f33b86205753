"""The library: everything that the command line does, without it.

Each verb is a module of this package (``workflow.seal.seal(...)``), since a module and a function
of one name cannot both be an attribute here. What they take and return is re-exported, and loaded
only when it is asked for, so that importing the package costs nothing::

    from pathlib import Path
    from evidencekit.workflow import Actor, cases, default_setting, ingest

    setting = default_setting()
    case = cases.init(Path("case"), title="...", actor=Actor(alias="desk 3"), setting=setting)
    for outcome in ingest.add(case, [Path("photos")], setting=setting):
        ...
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evidencekit.errors import EvidencekitError
    from evidencekit.export.profiles import HeldBack, Plan
    from evidencekit.model.artifact import Artifact, Sensitivity
    from evidencekit.model.event import Actor
    from evidencekit.model.find import Access, Refused
    from evidencekit.model.report import Check, Report, Status, Verdict
    from evidencekit.protocols import Observer, Signer, TimestampAuthority
    from evidencekit.seal.kinds import KeyKind
    from evidencekit.seal.opening import open_signer
    from evidencekit.seal.signer import FileSigner
    from evidencekit.store.case import Case, Event, Kind, open_case
    from evidencekit.workflow import (
        capture,
        cases,
        dating,
        doctor,
        export,
        ingest,
        keys,
        metadata,
        report,
        route,
        seal,
        strip,
        verify,
    )
    from evidencekit.workflow.capture import Captured
    from evidencekit.workflow.dating import Dated, Undated, authorities
    from evidencekit.workflow.doctor import Finding
    from evidencekit.workflow.export import Exported
    from evidencekit.workflow.ingest import Added, Already
    from evidencekit.workflow.keys import KeyView, NewKey
    from evidencekit.workflow.metadata import MetadataView
    from evidencekit.workflow.report import Reported
    from evidencekit.workflow.route import Routed, Way
    from evidencekit.workflow.seal import Sealed
    from evidencekit.workflow.setting import Setting, default_setting
    from evidencekit.workflow.strip import StripResult

_MODULES = frozenset(
    {
        "capture",
        "cases",
        "dating",
        "doctor",
        "export",
        "ingest",
        "keys",
        "metadata",
        "report",
        "route",
        "seal",
        "strip",
        "verify",
    }
)
_PLACES = {
    "Access": "evidencekit.model.find",
    "Actor": "evidencekit.model.event",
    "Added": "evidencekit.workflow.ingest",
    "Already": "evidencekit.workflow.ingest",
    "Artifact": "evidencekit.model.artifact",
    "Captured": "evidencekit.workflow.capture",
    "Case": "evidencekit.store.case",
    "Check": "evidencekit.model.report",
    "Dated": "evidencekit.workflow.dating",
    "Event": "evidencekit.store.case",
    "EvidencekitError": "evidencekit.errors",
    "Exported": "evidencekit.workflow.export",
    "FileSigner": "evidencekit.seal.signer",
    "Finding": "evidencekit.workflow.doctor",
    "HeldBack": "evidencekit.export.profiles",
    "KeyKind": "evidencekit.seal.kinds",
    "KeyView": "evidencekit.workflow.keys",
    "Kind": "evidencekit.store.case",
    "MetadataView": "evidencekit.workflow.metadata",
    "NewKey": "evidencekit.workflow.keys",
    "Observer": "evidencekit.protocols",
    "Plan": "evidencekit.export.profiles",
    "Refused": "evidencekit.model.find",
    "Report": "evidencekit.model.report",
    "Reported": "evidencekit.workflow.report",
    "Routed": "evidencekit.workflow.route",
    "Sealed": "evidencekit.workflow.seal",
    "Sensitivity": "evidencekit.model.artifact",
    "Setting": "evidencekit.workflow.setting",
    "Signer": "evidencekit.protocols",
    "Status": "evidencekit.model.report",
    "StripResult": "evidencekit.workflow.strip",
    "TimestampAuthority": "evidencekit.protocols",
    "Undated": "evidencekit.workflow.dating",
    "Verdict": "evidencekit.model.report",
    "Way": "evidencekit.workflow.route",
    "authorities": "evidencekit.workflow.dating",
    "default_setting": "evidencekit.workflow.setting",
    "open_case": "evidencekit.store.case",
    "open_signer": "evidencekit.seal.opening",
}

__all__ = [
    "Access", "Actor", "Added", "Already", "Artifact", "Captured", "Case", "Check", "Dated",
    "Event", "EvidencekitError", "Exported", "FileSigner", "Finding", "HeldBack", "KeyKind",
    "KeyView", "Kind", "MetadataView", "NewKey", "Observer", "Plan", "Refused", "Report",
    "Reported", "Routed", "Sealed", "Sensitivity", "Setting", "Signer", "Status", "StripResult",
    "TimestampAuthority", "Undated", "Verdict", "Way", "authorities", "capture", "cases",
    "dating", "default_setting", "doctor", "export", "ingest", "keys", "metadata", "open_case",
    "open_signer", "report", "route", "seal", "strip", "verify",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for (PEP 562)."""
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
