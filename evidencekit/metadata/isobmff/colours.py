"""How the colours of films and pictures are to be read (ISO/IEC 14496-12 §12.1.5)."""

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.icc import is_srgb, make_profile, read_profile
from evidencekit.metadata.isobmff.boxes import Part, box

_BY_NUMBER = {b"nclx": 11, b"nclc": 10}
_PROFILES = frozenset({b"prof", b"rICC"})


def rebuild_colours(part: Part, gone: Gone) -> bytes:
    """Encode ``colr``: colours by number as they are, a profile anew from its numbers.

    Empty for a profile that says what every viewer assumes, and for a kind that is not known.
    Raises ``MalformedError`` for a profile that is not understood.
    """
    kind = part.data[:4]
    if kind in _BY_NUMBER:
        return box(b"colr", part.data[: _BY_NUMBER[kind]])
    if kind not in _PROFILES:
        gone.note("box colr")
        return b""
    profile = read_profile(part.data[4:])
    written = b"" if is_srgb(profile) else make_profile(profile)
    gone.when(written != part.data[4:], "colour-profile")
    return box(b"colr", b"prof", written) if written else b""
