"""Take typed members out of a decoded document, or say which member is wrong."""

import base64
import binascii
import re
from datetime import datetime
from typing import Never

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.times import read_time
from evidencekit.model.ids import ArtifactId, CaseId, Digest
from evidencekit.model.json import Json, JsonObject

_HEX_32 = re.compile(r"[0-9a-f]{64}")
_HEX_16 = re.compile(r"[0-9a-f]{32}")
_ARTIFACT_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Fields:
    """The members of one document; getters raise :class:`FormatUnreadable` naming the member."""

    def __init__(self, members: JsonObject, what: str) -> None:
        self._members = members
        self._what = what

    def text(self, name: str) -> str:
        """Return a string member."""
        value = self._members.get(name)
        return value if isinstance(value, str) else self._fail(name)

    def text_or_none(self, name: str) -> str | None:
        """Return a string member, or None where it is null or absent."""
        return None if self._members.get(name) is None else self.text(name)

    def count(self, name: str) -> int:
        """Return an integer member that is not negative."""
        value = self._members.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self._fail(name)
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean member."""
        value = self._members.get(name)
        return value if isinstance(value, bool) else self._fail(name)

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        """Return a string member that matches as a whole."""
        value = self.text(name)
        return value if pattern.fullmatch(value) else self._fail(name)

    def digest(self, name: str) -> Digest:
        """Return a SHA-256 in lower-case hexadecimal."""
        return Digest(self.matching(name, _HEX_32))

    def digest_or_none(self, name: str) -> Digest | None:
        """Return a SHA-256, or None where the member is null."""
        return None if self._members.get(name, name) is None else self.digest(name)

    def digests(self, name: str) -> tuple[Digest, ...]:
        """Return an array of SHA-256 digests."""
        items = self.array(name)
        if not all(isinstance(item, str) and _HEX_32.fullmatch(item) for item in items):
            self._fail(name)
        return tuple(Digest(str(item)) for item in items)

    def case_id(self, name: str) -> CaseId:
        """Return 16 bytes in hexadecimal."""
        return CaseId(self.matching(name, _HEX_16))

    def artifact_id(self, name: str) -> ArtifactId:
        """Return an artifact id."""
        return ArtifactId(self.matching(name, _ARTIFACT_ID))

    def artifact_id_or_none(self, name: str) -> ArtifactId | None:
        """Return an artifact id, or None where the member is null."""
        return None if self._members.get(name, name) is None else self.artifact_id(name)

    def raw(self, name: str, size: int | None = None) -> bytes:
        """Return base64 bytes, of a given length where ``size`` says so."""
        value = decode_base64(self.text(name))
        if value is None or (size is not None and len(value) != size):
            self._fail(name)
        return value

    def time(self, name: str) -> datetime:
        """Return a time of ours."""
        try:
            return read_time(self.text(name))
        except ValueError:
            return self._fail(name)

    def array(self, name: str) -> list[Json]:
        """Return an array member, undecoded."""
        value = self._members.get(name)
        return value if isinstance(value, list) else self._fail(name)

    def object(self, name: str) -> dict[str, Json]:
        """Return an object member, undecoded."""
        value = self._members.get(name)
        return value if isinstance(value, dict) else self._fail(name)

    def object_or_empty(self, name: str) -> dict[str, Json]:
        """Return an object member; an absent one is empty."""
        return self.object(name) if name in self._members else {}

    def nested(self, name: str) -> "Fields":
        """Return the fields of an object member."""
        return Fields(self.object(name), f"{self._what}: {name}")

    def _fail(self, name: str) -> Never:
        raise FormatUnreadable(f"{self._what}: member {name!r} is missing or not as specified")


def decode_base64(text: str) -> bytes | None:
    """Decode canonical base64; None for anything else (stray bits, white space, no padding)."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if base64.b64encode(value).decode("ascii") == text else None


def encode_base64(data: bytes) -> str:
    """Encode with padding, on one line."""
    return base64.b64encode(data).decode("ascii")
