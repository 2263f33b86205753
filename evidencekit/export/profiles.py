"""Profiles: what a kind of recipient may have, as data (``profiles/*.toml``)."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from evidencekit.errors import BadInput, PolicyForbids
from evidencekit.model.find import Access
from evidencekit.text.catalog import _

RESTRICTED, FINGERPRINT = "restricted", "fingerprint"
"""Why an artifact is held back: its access is; or it tells what a picture looks like, which nobody
gets who has not asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """An artifact that a recipient does not get, and the rule that keeps it back."""

    id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Insisting:
    """What whoever exports hands over although the profile would hold it back."""

    restricted: bool = False
    """Artifacts of restricted access, but for fingerprints."""
    fingerprints: bool = False


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
    gives_fingerprints: bool
    """Whether fingerprints of pictures may go at all, if whoever exports insists."""

    def plan(
        self, artifacts: Iterable[tuple[str, Access, str]], *, insisting: Insisting | None = None
    ) -> Plan:
        """Decide over all artifacts of a case, given as id, access and origin.

        Raises :class:`PolicyForbids` for fingerprints that the profile never gives.
        """
        insisting = insisting or Insisting()
        if insisting.fingerprints and not self.gives_fingerprints:
            raise PolicyForbids(
                _("profile {name} never hands over fingerprints").format(name=self.name)
            )
        shown, held_back = [], []
        for identity, access, origin in artifacts:
            why = self._why_held_back(access, origin, insisting)
            if why is None:
                shown.append(identity)
            else:
                held_back.append(HeldBack(id=identity, why=why))
        return Plan(profile=self.name, shown=tuple(shown), held_back=tuple(held_back))

    def _why_held_back(self, access: Access, origin: str, insisting: Insisting) -> str | None:
        if origin == FINGERPRINT:
            return None if insisting.fingerprints else FINGERPRINT
        is_held = access is Access.RESTRICTED and self.holds_back_restricted
        return RESTRICTED if is_held and not insisting.restricted else None


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
    restricted, fingerprints = declared.get("restricted"), declared.get("fingerprints")
    if (
        declared.get("artifacts") != "all"
        or restricted not in ("held-back", "shown")
        or fingerprints not in ("never", "on-request")
    ):
        raise BadInput(_("profile {name} cannot be read by this release").format(name=name))
    return Profile(
        name=name,
        holds_back_restricted=restricted == "held-back",
        gives_fingerprints=fingerprints == "on-request",
    )
