"""The signature of a WACZ in the anonymous form of wacz-auth 0.1.0.

The key is made for one WACZ and forgotten (docs/decisions/0015-wacz-signature.md): it proves that
nothing inside was changed since, and nobody's authorship. What says who made it, and when, is the
ledger line that fixes the digest of the whole WACZ.
"""

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from evidencekit.formats.wacz import WaczSignature

WaczSigner = Callable[[str], WaczSignature]
"""Signs the text that stands as ``hash`` in the digest file."""
_CURVE = ec.SECP384R1()  # ReplayWeb.page and ArchiveWeb.page know no other


def sign_once(text: str) -> WaczSignature:
    """Sign with a fresh key, which nothing keeps."""
    return sign_with(ec.generate_private_key(_CURVE), text)


def sign_with(key: ec.EllipticCurvePrivateKey, text: str) -> WaczSignature:
    """Sign with ``key``, which must be on P-384."""
    size = (key.curve.key_size + 7) // 8
    pair = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    # r and s side by side, as browsers verify (Web Cryptography §23.7), not as DER.
    plain = b"".join(number.to_bytes(size) for number in pair)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return WaczSignature(public_key=_base64(public), signature=_base64(plain))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
