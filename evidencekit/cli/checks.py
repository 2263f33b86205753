"""What the checks of a report are called, for people; scripts match the names themselves."""

import re

from evidencekit.cli.marks import N_
from evidencekit.text.catalog import _

_TITLES = {
    "shape": N_("Form of the bundle"),
    "readable": N_("Readable"),
    "documents": N_("Signature of the documents"),
    "documents-signer": N_("Who signed the documents"),
    "documents-signer-revocation": N_("Whether that certificate was revoked"),
    "documents-timestamp": N_("Timestamp of the documents"),
    "tag-files": N_("Documents unchanged"),
    "foreign-file": N_("File that does not belong here"),
    "unlisted": N_("File that no list names"),
    "missing": N_("File that is missing"),
    "statement": N_("What the bundle says of itself"),
    "artifacts": N_("Artifacts as recorded"),
    "payload": N_("Files unchanged"),
    "objects": N_("Files unchanged"),
    "ledger": N_("Chain of custody"),
    "ledger-keys": N_("Devices that wrote the chain"),
    "ledger-tail": N_("Unfinished event"),
    "purge": N_("Purged evidence"),
    "unsealed": N_("Artifacts after the seal"),
    "seal-chain": N_("Certificates of the seal"),
    "ledger-clock": N_("Order of the times"),
    "early-dating": N_("Early timestamps"),
    "sealed": N_("Sealed"),
    "seals": N_("All seals there"),
    "time": N_("Time of sealing"),
    "seal": N_("Signature of the seal"),
    "seal-signer": N_("Who sealed"),
    "seal-signer-revocation": N_("Whether that certificate was revoked"),
    "seal-timestamp": N_("Timestamp of the seal"),
    "seal-order": N_("Order of the seals"),
    "seal-ledger": N_("What the seal covers"),
    "seal-key": N_("Key of the seal"),
    "seal-counter": N_("Countersignature"),
    "seal-counter-signer": N_("Who countersigned"),
    "seal-counter-signer-revocation": N_("Whether that certificate was revoked"),
    "revocation": N_("Revocation lists"),
    "seal-counter-timestamp": N_("Timestamp of the countersignature"),
    "seal-artifacts": N_("List of artifacts in the seal"),
}
_NUMBER = re.compile(r"-(\d+)")


def check_title(name: str) -> str:
    """Return ``Who sealed (2)`` for ``seal-2-signer``; a name that is new stays as it is."""
    numbers = _NUMBER.findall(name)
    known = _TITLES.get(_NUMBER.sub("", name))
    if known is None:
        return name
    return _(known) + (f" ({', '.join(numbers)})" if numbers else "")
