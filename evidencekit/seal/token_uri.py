"""``pkcs11:`` URIs: the part of RFC 7512 that names a key on a token.

Taken are ``token``, ``serial``, ``manufacturer``, ``model``, ``slot-id``, ``object``, ``id`` and
``module-path``. A PIN in a URI would stand on command lines, so ``pin-value`` and ``pin-source``
are refused, like anything else: what is not understood could have meant another key.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from evidencekit.errors import BadInput
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

MAX_URI = 4096
_PATH = frozenset({"token", "serial", "manufacturer", "model", "slot-id", "object", "id", "type"})
_QUERY = frozenset({"module-path"})
_PIN = frozenset({"pin-value", "pin-source"})
_VALUE = re.compile(r"(?:[A-Za-z0-9\-._~:\[\]@!$'()*+,=/&?|]|%[0-9A-Fa-f]{2})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlace:
    """Which key on which token; None stands for "whichever there is"."""

    token: str | None = None
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    slot: int | None = None
    label: str | None = None
    id: bytes | None = None
    module: str | None = None
    """The shared library that speaks to the token."""


def parse_token_uri(attributes: str) -> TokenPlace:
    """Take apart what follows ``pkcs11:``; raises :class:`BadInput` naming what is wrong."""
    if len(attributes) > MAX_URI:
        raise BadInput(_("a pkcs11: URI is longer than {n} characters").format(n=MAX_URI))
    path, _mark, query = attributes.partition("?")
    found = {**_taken(path, ";", _PATH), **_taken(query, "&", _QUERY)}
    if found.pop("type", b"private") != b"private":
        raise BadInput(_("a pkcs11: URI of a signing key has type=private or no type"))
    texts = {name: _text(name, value) for name, value in found.items() if name != "id"}
    slot = texts.get("slot-id")
    if slot is not None and not (slot.isascii() and slot.isdigit()):
        raise _bad("slot-id")
    return TokenPlace(
        token=texts.get("token"),
        serial=texts.get("serial"),
        manufacturer=texts.get("manufacturer"),
        model=texts.get("model"),
        slot=int(slot) if slot is not None else None,
        label=texts.get("object"),
        id=found.get("id"),
        module=texts.get("module-path"),
    )


def _taken(part: str, separator: str, known: frozenset[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for attribute in filter(None, part.split(separator)):
        name, equals, value = attribute.partition("=")
        if name in _PIN:
            raise BadInput(
                _("{name} in a pkcs11: URI is refused: others may read it").format(name=name),
                hint=_(
                    "give the PIN when asked, or by --passphrase-file or EVIDENCEKIT_PASSPHRASE"
                ),
            )
        if name not in known or name in found or not equals or not _VALUE.fullmatch(value):
            raise _bad(name)
        found[name] = unquote_to_bytes(value)
    return found


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise _bad(name) from exc


def _bad(name: str) -> BadInput:
    return BadInput(
        _("pkcs11: URI: {name} is not understood here, stands twice, or has no such value").format(
            name=clean(name, limit=40)
        ),
        hint=_(
            "for example pkcs11:token=Desk%203;object=seal?module-path=/usr/lib/opensc-pkcs11.so"
        ),
    )
