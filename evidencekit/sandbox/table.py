"""The only functions that a worker may be asked to run.

Names travel over the channel, never code and never module paths. The functions live in higher
layers, so they stand here as text and are imported in the worker process only. A parser has the
signature ``(stream, argument) -> Json``: ``stream`` is open for reading and seeking, at its start.
A writer has ``(stream, out, argument) -> Json``: ``out`` is an empty file, the only one that it can
write to, as far as the limits of the worker let it grow.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import BinaryIO, TypeAlias

from evidencekit.model.json import Json

Parser: TypeAlias = Callable[[BinaryIO, Json], Json]
Writer: TypeAlias = Callable[[BinaryIO, BinaryIO, Json], Json]

PARSERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "archive.library": ("evidencekit.intake.unpacking", "library"),
        "fingerprint.film": ("evidencekit.metadata.fingerprint.picture", "film"),
        "fingerprint.picture": ("evidencekit.metadata.fingerprint.picture", "picture"),
        "metadata.opinion": ("evidencekit.metadata.reading", "opinion"),
        "metadata.read": ("evidencekit.metadata.reading", "read"),
        "metadata.search": ("evidencekit.metadata.searching", "search"),
        "metadata.show": ("evidencekit.metadata.showing", "show"),
        "preview.make": ("evidencekit.metadata.preview", "make"),
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
WRITERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "archive.unpack": ("evidencekit.intake.unpacking", "unpack"),
        "chats.write": ("evidencekit.metadata.chats.writing", "write"),
        "metadata.rebuild": ("evidencekit.metadata.rebuilding", "rebuild"),
        "trial.copy": ("evidencekit.sandbox.trials", "copy"),
    }
)
