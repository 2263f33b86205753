"""Profiles: what a kind of recipient may have, as data (``profiles/*.toml``)."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from evidencekit.errors import BadInput
from evidencekit.text.catalog import _


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

    def plan(self, artifact_ids: Iterable[str]) -> Plan:
        """Decide over all artifacts of a case. This release has whole-case profiles only."""
        return Plan(profile=self.name, shown=tuple(artifact_ids), held_back=())


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
    if declared.get("artifacts") != "all":
        raise BadInput(_("profile {name} cannot be read by this release").format(name=name))
    return Profile(name=name)
