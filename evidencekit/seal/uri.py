"""Where a signing key is: ``file:KEY.pem``, ``p12:FILE``, ``npki:FOLDER`` or ``pkcs11:…``.

A bare path is a ``file:``. No secret stands in a URI: it is typed on command lines, which others
may list, and it is remembered.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path


class Scheme(StrEnum):
    """The kinds of place that a key may be in."""

    FILE = "file"
    P12 = "p12"
    NPKI = "npki"
    PKCS11 = "pkcs11"


@dataclass(frozen=True, slots=True)
class KeyUri:
    """A place, taken apart."""

    scheme: Scheme
    place: str
    """A path; for ``pkcs11`` the attributes of RFC 7512."""

    def __str__(self) -> str:
        return f"{self.scheme}:{self.place}"

    @property
    def path(self) -> Path:
        """Where it lies on disk; not for ``pkcs11``."""
        return Path(self.place)

    @property
    def name(self) -> str:
        """What people are told that the key is: the name of its file or folder, or all of it."""
        return str(self) if self.scheme is Scheme.PKCS11 else self.path.name or self.place

    def absolute(self) -> "KeyUri":
        """Return what means the same from any working folder."""
        if self.scheme is Scheme.PKCS11:
            return self
        return replace(self, place=str(self.path.absolute()))


def parse_key_uri(uri: str) -> KeyUri:
    """Take a URI apart; whatever has no scheme of ours is the path of a file."""
    for scheme in Scheme:
        if uri.startswith(f"{scheme}:"):
            return KeyUri(scheme, uri[len(scheme) + 1 :])
    return KeyUri(Scheme.FILE, uri)
