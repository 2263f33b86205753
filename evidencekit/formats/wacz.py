"""The documents inside a WACZ 1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/), as bytes.

What we put into one, and why, is in docs/format/wacz.md.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from evidencekit.model.ids import Digest
from evidencekit.model.json import Json

VERSION = "1.1.1"
AUTH_VERSION = "0.1.0"
"""Of https://specs.webrecorder.net/wacz-auth/0.1.0/, which ``signedData`` follows."""
MEDIA_TYPE = "application/wacz"

ARCHIVE, EVIDENCE = "archive/", "evidence/"
INDEX_PATH = "indexes/index.cdxj"
PAGES_PATH = "pages/pages.jsonl"
PACKAGE_PATH = "datapackage.json"
DIGEST_PATH = "datapackage-digest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaczPage:
    """The page that a reader of the WACZ is shown first."""

    id: str
    url: str
    at: datetime
    title: str | None
    """As the page says it: hostile text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file inside."""

    path: str
    sha256: Digest
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaczSignature:
    """A signature over the text ``sha256:<hex>`` of ``datapackage.json``."""

    public_key: str
    """Base64 of a SubjectPublicKeyInfo on P-384."""
    signature: str
    """Base64 of r and s, 48 bytes each; SHA-256 inside."""


def encode_pages(page: WaczPage) -> bytes:
    """Encode ``pages/pages.jsonl``: a header line and our one page."""
    header: dict[str, Json] = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    entry: dict[str, Json] = {"id": page.id, "url": page.url, "ts": wacz_time(page.at)}
    if page.title:
        entry["title"] = _text(page.title)
    return b"".join(_encode(line) + b"\n" for line in (header, entry))


def encode_package(
    members: Sequence[Member], page: WaczPage, *, created: datetime, software: str
) -> bytes:
    """Encode ``datapackage.json``, which vouches for every other file."""
    return _encode(
        {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": _text(page.title or page.url),
            "created": wacz_time(created),
            "software": software,
            "mainPageUrl": page.url,
            "mainPageDate": wacz_time(page.at),
            "resources": [_resource(member) for member in members],
        },
        indent=2,
    )


def encode_digest(
    package: Digest, signature: WaczSignature | None, *, created: datetime, software: str
) -> bytes:
    """Encode ``datapackage-digest.json``; ``created`` must be that of the package."""
    document: dict[str, Json] = {"path": PACKAGE_PATH, "hash": signed_text(package)}
    if signature is not None:
        document["signedData"] = {
            "hash": signed_text(package),
            "created": wacz_time(created),
            "software": software,
            "version": AUTH_VERSION,
            "signature": signature.signature,
            "publicKey": signature.public_key,
        }
    return _encode(document, indent=2)


def signed_text(package: Digest) -> str:
    """Return what is signed, as UTF-8."""
    return f"sha256:{package}"


def wacz_time(moment: datetime) -> str:
    """Write an aware time to the second: the only form that all readers take."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _resource(member: Member) -> Json:
    return {
        "name": member.path.rpartition("/")[2],
        "path": member.path,
        "hash": f"sha256:{member.sha256}",
        "bytes": member.size,
    }


def _text(value: str) -> str:
    # A page can have half a surrogate pair in its title; JSON readers in other languages refuse it.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _encode(document: Mapping[str, Json], *, indent: int | None = None) -> bytes:
    return json.dumps(document, indent=indent, ensure_ascii=True).encode("ascii")
