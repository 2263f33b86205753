"""What a page says of the size of media that were not fetched: width, height, duration.

Only what stands in attributes of its elements, joined to the list of what was blocked by address.
"""

from collections.abc import Mapping
from pathlib import Path

from evidencekit.capture.without_media.blocked import MAX_DECLARED, MAX_DECLARED_CHARS

SCRIPT = Path(__file__).with_name("declared_sizes.js")


def declared_of(value: object) -> Mapping[str, Mapping[str, str]]:
    """Read what the script returned: by address, attributes and their values, cut to size."""
    members = value.items() if isinstance(value, dict) else ()
    return {str(url): _cut(told) for url, told in members if isinstance(told, dict)}


def _cut(told: Mapping[object, object]) -> Mapping[str, str]:
    return {
        str(name)[:MAX_DECLARED_CHARS]: str(said)[:MAX_DECLARED_CHARS]
        for name, said in list(told.items())[:MAX_DECLARED]
    }
