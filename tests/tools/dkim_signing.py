"""Signs mails by RFC 6376, relaxed in head and body; with no part in what checks them."""

import base64
import hashlib
import re
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NAME = "sel._domainkey.example.com"


def record() -> str:
    """What the domain publishes."""
    public = KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(
    fields: Sequence[tuple[str, str]],
    body: str,
    *,
    more: str = "",
    covers: int | None = None,
    key: rsa.RSAPrivateKey = KEY,
) -> bytes:
    """Return a mail with its signature in front, lines ended by CR LF."""
    relaxed = _body(body).encode()
    part = relaxed if covers is None else relaxed[:covers]
    digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
    names = ":".join(name.lower() for name, _ in fields)
    length = f" l={covers};" if covers is not None else ""
    unsigned = (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel;{length}{more} h={names}; "
        f"bh={digest}; b="
    )
    data = "".join(f"{_field(name, value)}\r\n" for name, value in fields)
    data += _field("DKIM-Signature", unsigned)
    signature = key.sign(data.encode(), padding.PKCS1v15(), hashes.SHA256())
    head = [("DKIM-Signature", unsigned + base64.b64encode(signature).decode()), *fields]
    lines = "".join(f"{name}: {value}\r\n" for name, value in head)
    return (lines + "\r\n" + body.replace("\n", "\r\n")).encode()


def _field(name: str, value: str) -> str:
    """§3.4.2."""
    value = re.sub(r"[ \t]+", " ", value).strip()
    return f"{name.lower()}:{value}"


def _body(text: str) -> str:
    """§3.4.4."""
    lines = [re.sub(r"[ \t]+", " ", line).rstrip(" ") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return "".join(f"{line}\r\n" for line in lines)
