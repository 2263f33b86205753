"""Writes a copy of one file; runs in the sandbox, by the name ``metadata.rebuild``."""

import struct
from typing import BinaryIO

from evidencekit.metadata.calling import function
from evidencekit.metadata.kinds import KINDS
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Purpose, rebuilt_to_json, wish_of
from evidencekit.model.json import Json, JsonObject


def rebuild(stream: BinaryIO, out: BinaryIO, argument: Json) -> JsonObject:
    """Return the account of what was written, or ``refused`` with the reason.

    ``argument`` holds ``media_type``, ``purpose`` and whether it is to be ``as_pictures``.
    """
    match argument:
        case {"media_type": str(media_type), "purpose": str(purpose), "as_pictures": bool(drawn)}:
            kind = KINDS[media_type]
            place = kind.as_pictures if drawn else kind.rebuild
            if place is None:
                raise ValueError(f"{media_type} has no rebuilder")
        case _:
            raise ValueError("no media type, or no purpose")
    try:
        rebuilt = function(place)(stream, out, wish_of(Purpose(purpose)))
    except MalformedError as exc:
        return {"refused": str(exc)}
    except (LookupError, ArithmeticError, struct.error) as exc:
        # A table that points beyond what there is: which one, nobody need say.
        return {"refused": f"cut off, or out of order ({type(exc).__name__})"}
    out.flush()
    return rebuilt_to_json(rebuilt)
