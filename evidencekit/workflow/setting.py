"""Where this installation keeps its things, and what it was told to use every time."""

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from evidencekit.errors import BadInput
from evidencekit.files.clock import system_clock
from evidencekit.text.catalog import _

if TYPE_CHECKING:
    from evidencekit.store.machine import Machine

_CONFIG = "config.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What commands need besides their arguments; tests and scripts may put in their own."""

    home: Path
    """``EVIDENCEKIT_HOME``: device key, remembered signing keys, configuration."""
    tsa_urls: tuple[str, ...] = ()
    """Authorities for early dating, and for seals and bundles that name none."""
    tsa_ca: tuple[Path, ...] = ()
    """PEM files with the roots of these authorities."""
    rdap: str | None = None
    """URL of the RDAP server to ask who hosts something; None: the one that comes with us."""
    clock: Callable[[], datetime] = field(default=system_clock)

    def machine(self) -> "Machine":
        """Return what a writer brings along; makes the device key on first use."""
        # Loaded here: who only verifies needs no key, and is kept waiting by none.
        from evidencekit.store.device import open_device_key
        from evidencekit.store.machine import Machine

        return Machine(device=open_device_key(self.home), clock=self.clock)


def default_setting() -> Setting:
    """Read the environment and ``config.toml``; raises :class:`BadInput` for a broken one."""
    home = Path(os.environ.get("EVIDENCEKIT_HOME") or platformdirs.user_config_path("evidencekit"))
    config = _read_config(home / _CONFIG)
    urls = os.environ.get("EVIDENCEKIT_TSA", "").split() or _strings(config, "tsa")
    roots = os.environ.get("EVIDENCEKIT_TSA_CA", "").split() or _strings(config, "tsa_ca")
    return Setting(
        home=home,
        tsa_urls=tuple(urls),
        tsa_ca=tuple(Path(root) for root in roots),
        rdap=os.environ.get("EVIDENCEKIT_RDAP", "").strip() or _string(config, "rdap"),
    )


def _read_config(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as exc:
        raise BadInput(_("{path}: {reason}").format(path=path, reason=exc)) from exc


def _string(config: dict[str, object], name: str) -> str | None:
    value = config.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInput(_("{path}: {name} is a string").format(path=_CONFIG, name=name))
    return value or None


def _strings(config: dict[str, object], name: str) -> list[str]:
    value = config.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadInput(_("{path}: {name} is a list of strings").format(path=_CONFIG, name=name))
    return value
