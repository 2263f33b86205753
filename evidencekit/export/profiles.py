"""Profiles: what a kind of recipient may have, as data (``profiles/*.toml``)."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from evidencekit.errors import BadInput
from evidencekit.model.find import Access
from evidencekit.text.catalog import _

RESTRICTED = "restricted"
"""Why an artifact is held back: its access is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """An artifact that a recipient does not get, and the rule that keeps it back."""

    id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes into a bundle and what stays."""

    profile: str
    shown: tuple[str, ...]
    held_back: tuple[HeldBack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A declared profile; satisfies the seam ``ExportProfile``."""

    name: str
    holds_back_restricted: bool
    """Whether originals of restricted access stay, unless whoever exports insists."""

    def plan(
        self, artifacts: Iterable[tuple[str, Access]], *, include_restricted: bool = False
    ) -> Plan:
        """Decide over all artifacts of a case, given as id and access."""
        shown, held_back = [], []
        for identity, access in artifacts:
            if (
                access is Access.RESTRICTED
                and self.holds_back_restricted
                and not include_restricted
            ):
                held_back.append(HeldBack(id=identity, why=RESTRICTED))
            else:
                shown.append(identity)
        return Plan(profile=self.name, shown=tuple(shown), held_back=tuple(held_back))


def load_profile(name: str) -> Profile:
    """Return a built-in profile; raises :class:`BadInput` naming those there are."""
    known = {
        entry.name.removesuffix(".toml"): entry
        for entry in (files("evidencekit.export") / "profiles").iterdir()
        if entry.name.endswith(".toml")
    }
    if name not in known:
        raise BadInput(
            _("there is no profile {name!r}").format(name=name),
            hint=_("profiles: {names}").format(names=", ".join(sorted(known))),
        )
    declared = tomllib.loads(known[name].read_text(encoding="utf-8"))
    restricted = declared.get("restricted")
    if declared.get("artifacts") != "all" or restricted not in ("held-back", "shown"):
        raise BadInput(_("profile {name} cannot be read by this release").format(name=name))
    return Profile(name=name, holds_back_restricted=restricted == "held-back")
