"""What a writer brings along: clock, randomness, device key, and what it calls itself."""

import platform
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from evidencekit import __version__
from evidencekit.files.clock import system_clock
from evidencekit.model.event import Tool
from evidencekit.store.device import DeviceKey


def _this_tool() -> Tool:
    return Tool(
        name="evidencekit",
        version=__version__,
        python=platform.python_version(),
        platform=platform.system(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Given the same clock, randomness and key, a writer writes the same bytes."""

    device: DeviceKey
    clock: Callable[[], datetime] = system_clock
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    tool: Tool = field(default_factory=_this_tool)
