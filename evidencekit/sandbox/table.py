"""The only functions that a worker may be asked to run.

Names travel over the channel, never code and never module paths. The functions live in higher
layers, so they stand here as text and are imported in the worker process only. Each has the
signature ``(stream, argument) -> Json``: ``stream`` is open for reading and seeking, at its start.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import BinaryIO, TypeAlias

from evidencekit.model.json import Json

Parser: TypeAlias = Callable[[BinaryIO, Json], Json]

PARSERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "metadata.read": ("evidencekit.metadata.reading", "read"),
        "trial.echo": ("evidencekit.sandbox.trials", "echo"),
        "trial.spin": ("evidencekit.sandbox.trials", "spin"),
        "trial.burn": ("evidencekit.sandbox.trials", "burn"),
        "trial.hoard": ("evidencekit.sandbox.trials", "hoard"),
        "trial.die": ("evidencekit.sandbox.trials", "die"),
        "trial.fail": ("evidencekit.sandbox.trials", "fail"),
        "trial.flood": ("evidencekit.sandbox.trials", "flood"),
        "trial.write": ("evidencekit.sandbox.trials", "write"),
        "trial.spawn": ("evidencekit.sandbox.trials", "spawn"),
    }
)
