"""Finds, in a worker, the function that a :class:`~evidencekit.metadata.kinds.Kind` names."""

from functools import cache
from importlib import import_module
from typing import Any

_PACKAGE = "evidencekit.metadata"


@cache
def function(place: str) -> Any:
    """Return what ``module:name`` stands for; the table says which signature it has."""
    module, _, name = place.partition(":")
    return getattr(import_module(f"{_PACKAGE}.{module}"), name)
