"""``pkcs11:``: a key that never leaves its token (smart card, USB token, HSM).

The token signs; digests and the form of the signature are made here, by the two mechanisms that
tokens have in common: CKM_RSA_PKCS over a DigestInfo, and CKM_ECDSA over a digest (PKCS #11 v2.40
§2.1.6, §2.3.6). Each signature is checked under the certificate before it is given out, so that a
certificate of another key, or a token that errs, is found at once. A session lasts for one
signature; the PIN is kept in memory as long as the signer, and sent to the token for each.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import KeyUnusable
from evidencekit.seal.kinds import require_public_kind
from evidencekit.seal.signer import chain_above
from evidencekit.seal.token_uri import TokenPlace
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

if TYPE_CHECKING:
    from pkcs11 import Session, Token

MODULE_VARIABLE = "EVIDENCEKIT_PKCS11_MODULE"
MAX_CERTIFICATES = 64  # on one token; each is tried as an authority above the signer
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # SHA-256, RFC 8017 §9.2
_PROBE = b"evidencekit: does this key belong to this certificate?"


class TokenSigner:
    """Signs on a token; satisfies :class:`~evidencekit.protocols.Signer`."""

    def __init__(
        self, place: TokenPlace, pin: str, key_id: bytes, path: Sequence[x509.Certificate]
    ) -> None:
        self._place, self._pin, self._id = place, pin, key_id
        self._path = tuple(path)
        self._public = require_public_kind(path[0].public_key(), what=name_of(place))

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER certificates, the signer's own first; a root above it is left out."""
        return tuple(item.public_bytes(Encoding.DER) for item in self._path)

    def sign(self, message: bytes) -> bytes:
        """Sign on the token; raises :class:`KeyUnusable` where it does not, or signs wrongly."""
        signature = self._signed(message)
        if not self._holds(signature, message):
            raise KeyUnusable(
                _("{what}: the key on the token does not belong to the certificate").format(
                    what=name_of(self._place)
                )
            )
        return signature

    def _signed(self, message: bytes) -> bytes:
        import pkcs11  # noqa: PLC0415 (an extra)

        with _session(self._place, self._pin) as session:
            key = _only_key(session, self._place, self._id)
            if isinstance(self._public, rsa.RSAPublicKey):
                block = _DIGEST_INFO + hashlib.sha256(message).digest()
                return bytes(key.sign(block, mechanism=pkcs11.Mechanism.RSA_PKCS))
            digest = hashlib.new(self._digest().name, message).digest()
            raw = bytes(key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    def _digest(self) -> hashes.HashAlgorithm:
        is_p384 = isinstance(self._public, ec.EllipticCurvePublicKey) and isinstance(
            self._public.curve, ec.SECP384R1
        )
        return hashes.SHA384() if is_p384 else hashes.SHA256()

    def _holds(self, signature: bytes, message: bytes) -> bool:
        try:
            if isinstance(self._public, rsa.RSAPublicKey):
                self._public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            else:
                self._public.verify(signature, message, ec.ECDSA(self._digest()))
        except InvalidSignature:
            return False
        return True


def open_token(place: TokenPlace, pin: str | None) -> TokenSigner:
    """Find the key, its certificate and those above on the token, and try it once.

    Raises :class:`KeyUnusable`. A wrong PIN is sent once only: tokens count them.
    """
    if pin is None:
        raise KeyUnusable(
            _("{what}: the key needs its passphrase or PIN").format(what=name_of(place)),
            hint=_("give the PIN when asked, or by --passphrase-file or EVIDENCEKIT_PASSPHRASE"),
        )
    with _session(place, pin) as session:
        key_id = _id_of(_only_key(session, place, place.id))
        path = _path(_certificates(session), key_id, place)
    signer = TokenSigner(place, pin, key_id, path)
    signer.sign(_PROBE)
    return signer


def certificates_on_token(place: TokenPlace) -> tuple[x509.Certificate, ...]:
    """Return the certificate that a URI names, and those above; no PIN is needed."""
    with _session(place, None) as session:
        listed = _certificates(session)
    named = [
        item
        for item in listed
        if place.id in (None, item[0])
        and place.label in (None, item[1])
        and not _is_authority(item[2])
    ]
    if len(named) != 1:
        raise _unclear(place, len(named))
    return _path(listed, named[0][0], place)


def name_of(place: TokenPlace) -> str:
    """Return what people are told that the key is."""
    return clean("/".join(filter(None, (place.token, place.label))) or _("token"))


def _path(
    listed: Sequence[tuple[bytes, str, x509.Certificate]], key_id: bytes, place: TokenPlace
) -> tuple[x509.Certificate, ...]:
    own = [certificate for identity, _label, certificate in listed if identity == key_id]
    if not own:
        raise KeyUnusable(
            _("{what}: no certificate on the token belongs to the key").format(what=name_of(place))
        )
    return (own[0], *chain_above(own[0], [certificate for _, _, certificate in listed]))


def _certificates(session: "Session") -> list[tuple[bytes, str, x509.Certificate]]:
    import pkcs11  # noqa: PLC0415 (an extra)

    found: list[tuple[bytes, str, x509.Certificate]] = []
    for item in session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}):
        if len(found) >= MAX_CERTIFICATES:
            break
        try:
            certificate = x509.load_der_x509_certificate(bytes(item[pkcs11.Attribute.VALUE]))
        except (ValueError, pkcs11.PKCS11Error):
            continue  # of another kind (WTLS, attribute certificate)
        found.append((_id_of(item), str(item[pkcs11.Attribute.LABEL]), certificate))
    return found


def _only_key(session: "Session", place: TokenPlace, key_id: bytes | None) -> Any:
    import pkcs11  # noqa: PLC0415 (an extra)

    wanted: dict[pkcs11.Attribute, Any] = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
        pkcs11.Attribute.SIGN: True,
    }
    if place.label is not None:
        wanted[pkcs11.Attribute.LABEL] = place.label
    if key_id is not None:
        wanted[pkcs11.Attribute.ID] = key_id
    found = list(session.get_objects(wanted))
    if len(found) != 1:
        raise _unclear(place, len(found))
    return found[0]


def _id_of(item: Any) -> bytes:
    import pkcs11  # noqa: PLC0415 (an extra)

    return bytes(item[pkcs11.Attribute.ID])


def _unclear(place: TokenPlace, count: int) -> KeyUnusable:
    return KeyUnusable(
        _("{what}: {n} keys or certificates on the token fit; it has to be one").format(
            what=name_of(place), n=count
        ),
        hint=_("name it by object= or id= in the pkcs11: URI"),
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return constraints.value.ca


@contextmanager
def _session(place: TokenPlace, pin: str | None) -> Iterator["Session"]:
    """Open the token; whatever it answers but a signature is :class:`KeyUnusable`."""
    try:
        import pkcs11  # noqa: PLC0415 (an extra)
    except ImportError as exc:
        raise KeyUnusable(
            _("keys on tokens need a part that is not installed"),
            hint=_("install the extra: evidencekit[pkcs11]"),
        ) from exc
    what = name_of(place)
    try:
        with _token(place).open(user_pin=pin) as session:
            yield session
    except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid) as exc:
        raise KeyUnusable(
            _("{what}: wrong PIN").format(what=what),
            hint=_("a token locks itself after a few wrong ones"),
        ) from exc
    except pkcs11.PinLocked as exc:
        raise KeyUnusable(
            _("{what}: the PIN is locked").format(what=what),
            hint=_("whoever gave out the token can unlock it"),
        ) from exc
    except pkcs11.PKCS11Error as exc:
        reason = type(exc).__name__
        raise KeyUnusable(
            _("{what}: the token refuses ({reason})").format(what=what, reason=reason)
        ) from exc


def _token(place: TokenPlace) -> "Token":
    import pkcs11  # noqa: PLC0415 (an extra)

    module = place.module or os.environ.get(MODULE_VARIABLE)
    if not module:
        raise KeyUnusable(
            _("which library speaks to the token is not said"),
            hint=_("module-path= in the pkcs11: URI, or {variable}").format(
                variable=MODULE_VARIABLE
            ),
        )
    try:
        tokens = [token for token in pkcs11.lib(module).get_tokens() if _fits(token, place)]
    except (RuntimeError, OSError) as exc:
        raise KeyUnusable(
            _("{path}: not a PKCS #11 library that works here").format(path=clean(module))
        ) from exc
    if len(tokens) != 1:
        raise KeyUnusable(
            _("{n} tokens fit; it has to be one").format(n=len(tokens)),
            hint=_("is it plugged in? name it by token= or serial= in the pkcs11: URI"),
        )
    return tokens[0]


def _fits(token: "Token", place: TokenPlace) -> bool:
    stated = (
        (place.token, token.label),
        (place.serial, token.serial.decode("utf-8", "replace")),
        (place.manufacturer, token.manufacturer_id),
        (place.model, token.model),
        (place.slot, token.slot.slot_id),
    )
    return all(wanted is None or wanted == found for wanted, found in stated)
