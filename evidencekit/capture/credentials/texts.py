"""The same marks in what an event says of a capture: addresses, reasons, facts."""

from collections.abc import Mapping, Sequence

from evidencekit.capture.credentials.everywhere import repeated
from evidencekit.capture.credentials.found import mark, outermost
from evidencekit.capture.credentials.urls import in_addresses
from evidencekit.model.json import Json


def marked(text: str, values: Sequence[bytes]) -> str:
    """Return ``text`` with marks over credentials of addresses in it and over ``values``."""
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    end = len(data)
    finds = outermost([*in_addresses(data, 0, end), *repeated(data, 0, end, values)])
    if not finds:
        return text
    for one in finds:
        data[one.start : one.end] = mark(bytes(data[one.start : one.end]))
    return data.decode("utf-8", "replace")


def marked_json(value: Json, values: Sequence[bytes]) -> Json:
    """Return ``value`` with every text in it marked; names of members are ours and stay."""
    if isinstance(value, str):
        return marked(value, values)
    if isinstance(value, Mapping):
        return {name: marked_json(item, values) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [marked_json(item, values) for item in value]
    return value
