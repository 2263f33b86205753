"""JSON of strangers, read without letting it exhaust us.

Raw size is the caller's to bound. Nesting is counted before parsing, since Python's parser
recurses. Duplicate keys, fractions and NaN are accepted: this is not evidence but a reading of it,
and the bytes themselves are kept.
"""

import json
import re

MAX_DEPTH = 40
# Always matches to the end of what it begins, so a string that never ends costs one pass.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse_bounded(text: str, *, max_depth: int = MAX_DEPTH) -> object:
    """Return the value of a JSON text; raises ``ValueError`` for nonsense and for deep nesting."""
    depth = 0
    for found in _TOKEN.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > max_depth:
                raise ValueError(f"nested more than {max_depth} deep")
        elif found[0] in "]}":
            depth -= 1
    value: object = json.loads(text, parse_constant=lambda _name: None)
    return value
