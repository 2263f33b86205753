"""Which names a bundle may hold (docs/format/bundle.md §1, §5)."""

import re

MAX_NAME = 200  # docs/format/README.md §5
_SAFE = re.compile(r"(?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]+")
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
_FOREIGN = re.compile(r"(?:^|.*/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)")


def is_safe(path: str) -> bool:
    """Tell whether a path is plain ASCII, relative, and stays where it is."""
    if len(path) > MAX_NAME or _SAFE.fullmatch(path) is None:
        return False
    return "." not in path or _DOTS.search(path) is None


def is_foreign(path: str) -> bool:
    """Tell whether a file is a system's leftover: noted, and no evidence. In ``data/`` none is."""
    return not path.startswith("data/") and _FOREIGN.fullmatch(path) is not None
