"""What our JSON documents may hold (docs/format/README.md §2): no fractions, no NaN."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = Mapping[str, "Json"] | Sequence["Json"] | str | int | bool | None
JsonObject: TypeAlias = Mapping[str, Json]
