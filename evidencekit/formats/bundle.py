"""``bundle.json`` and the lists of a bag between bytes and model (docs/format/bundle.md)."""

import re
from collections.abc import Iterable

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.canonical import decode_object, encode
from evidencekit.formats.fields import Fields
from evidencekit.formats.times import write_time
from evidencekit.model.bundle import BundleFile
from evidencekit.model.ids import Digest

FORMAT = "evidencekit/bundle/1"
BUNDLE_FILE = "bundle.json"
BAGIT_TXT = "bagit.txt"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
BAG_INFO = "bag-info.txt"
PAYLOAD_LIST = "manifest-sha256.txt"
TAG_LIST = "tagmanifest-sha256.txt"
TAG_SIGNATURE = "tagmanifest-sha256.txt.p7s"
FETCH = "fetch.txt"
PAYLOAD = "data/"
SEALS = "seal"
METADATA = "metadata"
CAPTURES = "captures"
"""Reports of captures, ``<number of the act>.html``."""
MAX_BUNDLE_FILE = 2**20  # docs/format/README.md §5

_UNLISTED = re.compile(rf"{re.escape(TAG_LIST)}(?:\.p7s(?:\.[1-9][0-9]*\.ts[rq])?)?")
_LIST_LINE = re.compile(rb"([0-9a-f]{64})  ([!-~]{1,200})")


def encode_bundle_file(bundle: BundleFile) -> bytes:
    """Encode ``bundle.json``."""
    return encode(
        {
            "format": FORMAT,
            "bundle": bundle.bundle,
            "case": bundle.case,
            "created_at": write_time(bundle.created_at),
            "profile": bundle.profile,
            "purpose": bundle.purpose,
            "recipient": bundle.recipient,
            "seal": bundle.seal,
            "shown": bundle.shown,
            "held_back": bundle.held_back,
            "ledger": bundle.ledger_size,
            "whole_case": bundle.whole_case,
            "language": bundle.language,
            "signed": bundle.is_signed,
            "tool": {"name": "evidencekit", "version": bundle.tool_version},
        }
    )


def decode_bundle_file(data: bytes) -> BundleFile:
    """Decode ``bundle.json``; raises :class:`FormatUnreadable`."""
    fields = Fields(decode_object(data, what=BUNDLE_FILE, form=FORMAT), BUNDLE_FILE)
    return BundleFile(
        bundle=fields.case_id("bundle"),
        case=fields.case_id("case"),
        created_at=fields.time("created_at"),
        profile=fields.text("profile"),
        purpose=fields.text_or_none("purpose"),
        recipient=fields.text_or_none("recipient"),
        seal=fields.count("seal"),
        shown=fields.count("shown"),
        held_back=fields.count("held_back"),
        ledger_size=fields.count("ledger"),
        whole_case=fields.flag("whole_case"),
        language=fields.text("language"),
        is_signed=fields.flag("signed"),
        tool_version=fields.nested("tool").text("version"),
    )


def list_line(path: str, sha256: Digest) -> bytes:
    """Return one line of a manifest of a bag, as ``sha256sum -c`` reads it."""
    return f"{sha256}  {path}\n".encode("ascii")


def decode_list(data: bytes, *, what: str) -> dict[str, Digest]:
    """Read a manifest of a bag: sorted, no path twice; raises :class:`FormatUnreadable`."""
    if data and not data.endswith(b"\n"):
        raise FormatUnreadable(f"{what}: its last line is cut off")
    found: dict[str, Digest] = {}
    last = ""
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        match = _LIST_LINE.fullmatch(line)
        path = match[2].decode("ascii") if match is not None else ""
        if match is None or path <= last:
            raise FormatUnreadable(f"{what}: line {number} is not as specified")
        found[path], last = Digest(match[1].decode("ascii")), path
    return found


def unlisted_by_right(paths: Iterable[str]) -> frozenset[str]:
    """Return the tag files that no list can hold: the list itself and what signs it."""
    return frozenset(path for path in paths if _UNLISTED.fullmatch(path))


def payload_path(artifact_id: str, extension: str) -> str:
    """Return where an artifact lies in a bundle; no name from outside becomes a path."""
    return f"{PAYLOAD}{artifact_id}.{extension}"
