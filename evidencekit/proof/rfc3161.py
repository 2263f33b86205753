"""RFC 3161 timestamps, as strictly as docs/format/seal.md §5 says.

What libraries leave unchecked is checked here: that the extended key usage is critical and alone,
that request and token agree in every field, that the wrapper holds nothing unsigned, that nothing
follows the end. Authorities are trusted only by the reader's own list.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import core, tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidencekit.errors import EvidenceDoubted
from evidencekit.proof.der import require_der, sequence
from evidencekit.proof.signed_data import HASHES, verify_signed_data

MAX_TOKEN_BYTES = 2**20  # docs/format/README.md §5
MAX_AHEAD = timedelta(minutes=5)  # docs/format/seal.md §5
MIN_NONCE_BITS = 32
_GRANTED = bytes.fromhex("3003020100")  # PKIStatusInfo { status granted(0) }


class OtherImprint(EvidenceDoubted):
    """The token stamps other bytes than these."""

    code = "other-imprint"

    def __init__(self, message: str, *, imprint: bytes, algorithm: str) -> None:
        super().__init__(message)
        self.imprint = imprint
        self.algorithm = algorithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token whose signature holds; whether its authority is anybody is another matter."""

    gen_time: datetime
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]
    serial: int
    policy: str


def build_request(message: bytes, *, nonce: int, policy: str | None = None) -> bytes:
    """Return a DER TimeStampReq over the SHA-256 of ``message`` that asks for certificates."""
    return _request("sha256", hashlib.sha256(message).digest(), nonce, policy)


def plain_response(response: bytes) -> bytes:
    """Return an authority's response as we keep it: status granted, and the token byte for byte.

    Raises :class:`EvidenceDoubted` with the authority's own words where it granted nothing.
    """
    try:
        # A refusal comes without a token, which asn1crypto holds for mandatory.
        status = tsp.PKIStatusInfo.load(core.Sequence.load(response, strict=True)[0].dump())
        if status["status"].native != "granted":
            said = "; ".join(status["status_string"].native or ())
            raise EvidenceDoubted(f"timestamp response: {status['status'].native} {said!r}")
        reply = tsp.TimeStampResp.load(response, strict=True)
        return _wrap(sequence(reply["time_stamp_token"].contents))
    except (ValueError, TypeError, LookupError) as exc:
        raise EvidenceDoubted("timestamp response: not one by RFC 3161") from exc


def read_token(response: bytes, request: bytes, message: bytes, *, what: str) -> Token:
    """Check a kept response against its request and the bytes that it should stamp.

    Raises :class:`OtherImprint`, or :class:`EvidenceDoubted` for everything else that is false.
    """
    if len(response) > MAX_TOKEN_BYTES or len(request) > MAX_TOKEN_BYTES:
        raise EvidenceDoubted(f"{what}: longer than a token may be")
    require_der(response, what=what)
    try:
        return _read(response, request, message, what)
    except (ValueError, TypeError, LookupError) as exc:
        raise EvidenceDoubted(f"{what}: not a timestamp token") from exc


def _read(response: bytes, request: bytes, message: bytes, what: str) -> Token:
    token = tsp.TimeStampResp.load(response, strict=True)["time_stamp_token"]
    if _wrap(sequence(token.contents)) != response:
        raise EvidenceDoubted(f"{what}: the wrapper holds more than the token")
    signed = token["content"]
    encapsulated = signed["encap_content_info"]
    if (
        token["content_type"].native != "signed_data"
        or signed["version"].native != "v3"
        or encapsulated["content_type"].native != "tst_info"
    ):
        raise EvidenceDoubted(f"{what}: not a timestamp token")
    if not isinstance(encapsulated["content"], core.ParsableOctetString):
        raise EvidenceDoubted(f"{what}: carries no statement")
    raw, stated = bytes(encapsulated["content"]), encapsulated["content"].parsed
    require_der(raw, what=what)
    signature = verify_signed_data(signed, raw, what=what)
    if signature.has_extras:
        raise EvidenceDoubted(f"{what}: holds attributes that nobody signed")
    _require_statement(stated, request, message, what)
    _require_timestamping_only(signature.signer, what)
    return Token(
        gen_time=stated["gen_time"].native.astimezone(UTC),
        signer=signature.signer,
        others=signature.others,
        serial=stated["serial_number"].native,
        policy=stated["policy"].native,
    )


def _require_statement(stated: tsp.TSTInfo, request: bytes, message: bytes, what: str) -> None:
    imprint = stated["message_imprint"]
    name, digest = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
    if name not in HASHES:
        raise EvidenceDoubted(f"{what}: digest {name} is not accepted")
    if hashlib.new(name, message).digest() != digest:
        raise OtherImprint(f"{what}: stamps other bytes", imprint=digest, algorithm=name)
    is_dated = isinstance(stated["gen_time"].native, datetime)  # the year 0 is none to Python
    if stated["version"].native != "v1" or stated["extensions"].native or not is_dated:
        raise EvidenceDoubted(f"{what}: of a form that we cannot judge")
    asked = tsp.TimeStampReq.load(request, strict=True)
    nonce, policy = asked["nonce"].native, asked["req_policy"].native
    if nonce is None or nonce.bit_length() < MIN_NONCE_BITS or nonce != stated["nonce"].native:
        raise EvidenceDoubted(f"{what}: does not answer its request (nonce)")
    if policy is not None and policy != stated["policy"].native:
        raise EvidenceDoubted(f"{what}: does not answer its request (policy)")
    if _request(name, digest, nonce, policy) != request:
        raise EvidenceDoubted(f"{what}: the request kept beside it asked something else")


def _require_timestamping_only(signer: x509.Certificate, what: str) -> None:
    # RFC 3161 §2.3: exactly one extended key usage, and critical.
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        usages, is_critical = [], False
    else:
        usages, is_critical = list(usage.value), usage.critical
    if usages != [ExtendedKeyUsageOID.TIME_STAMPING] or not is_critical:
        raise NotAnAuthority(f"{what}: signed by a certificate that is not for timestamping alone")


class NotAnAuthority(EvidenceDoubted):
    """The signer's certificate does not make it a timestamping authority."""

    code = "not-an-authority"


def _request(algorithm: str, digest: bytes, nonce: int, policy: str | None) -> bytes:
    fields: dict[str, object] = {
        "version": "v1",
        "message_imprint": {
            # RFC 8017 §B.1 wants NULL here, and authorities expect it.
            "hash_algorithm": {"algorithm": algorithm, "parameters": core.Null()},
            "hashed_message": digest,
        },
        "nonce": nonce,
        "cert_req": True,
    }
    if policy is not None:
        fields["req_policy"] = policy
    encoded: bytes = tsp.TimeStampReq(fields).dump()
    return encoded


def _wrap(token: bytes) -> bytes:
    return sequence(_GRANTED + token)


def ahead_of(token: Token, now: datetime) -> bool:
    """Tell whether a token claims a time that this clock has not reached."""
    return token.gen_time > now + MAX_AHEAD
