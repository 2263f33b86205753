"""What a seal states of a case, and for whose device keys it vouches (docs/format/manifest.md).

A key that signed a line stands in every later manifest: the chain up to the seal cannot be
verified without it. What a signer can refuse is to vouch for a key that no seal knows.
"""

from collections.abc import Sequence

from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit import __version__
from evidencekit.errors import EvidenceDoubted, PolicyForbids
from evidencekit.formats.case import MANIFEST, SIGNATURE
from evidencekit.formats.hashing import sha256
from evidencekit.model.ids import Digest
from evidencekit.model.seal import Manifest
from evidencekit.proof.chain import Chain, accepted_keys
from evidencekit.proof.cms import read_signature
from evidencekit.protocols import Signer
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.workflow.chain import Listing
from evidencekit.workflow.seals import SealFolder


def state_case(
    case: Case,
    chain: Chain,
    listing: Listing,
    existing: Sequence[SealFolder],
    known: frozenset[bytes],
) -> Manifest:
    """Return the next manifest over a chain that was read; ``known`` keys may stand in it.

    Raises :class:`PolicyForbids` where another device key signed a line.
    """
    state = chain.state()
    strangers = state.keys - accepted_keys(chain, known)
    if strangers:
        named = ", ".join(sorted(key.hex() for key in strangers))
        raise PolicyForbids(
            _("ledger lines are signed by a device that no seal knows: {keys}").format(keys=named),
            hint=_("if it is one of yours: seal --accept-device {keys}").format(keys=named),
        )
    if state.head is None:
        raise EvidenceDoubted("the ledger is empty")
    return Manifest(
        case=case.id,
        seal=len(existing) + 1,
        artifact_count=state.leaf_count,
        root=state.root,
        artifacts_sha256=listing.sha256,
        ledger_size=state.size,
        head=state.head,
        keys=state.keys,
        previous_seal=sha256((existing[-1].path / MANIFEST).read_bytes()) if existing else None,
        tool_version=__version__,
    )


def sealed_heads(existing: Sequence[SealFolder]) -> dict[int, Digest]:
    """Return the head that earlier seals state, by the number of the line."""
    manifests = [folder.manifest() for folder in existing]
    return {manifest.ledger_size: manifest.head for manifest in manifests}


def vouched_keys(existing: Sequence[SealFolder], signer: Signer) -> frozenset[bytes]:
    """Check the signatures of earlier seals; returns the device keys that this signer vouched for.

    Whoever can write into the folder could have put a seal there. Raises :class:`EvidenceDoubted`
    where a signature does not hold; what another signer vouched for does not count here.
    """
    mine: frozenset[bytes] = frozenset()
    for folder in existing:
        signature = read_signature(
            (folder.path / SIGNATURE).read_bytes(),
            (folder.path / MANIFEST).read_bytes(),
            what=folder.path.name,
        )
        if signature.signer.public_bytes(Encoding.DER) == signer.certificates[0]:
            mine |= folder.manifest().keys
    return mine
