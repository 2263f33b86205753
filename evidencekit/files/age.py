"""age v1 encryption, streamed (age-encryption.org/v1, by the pyrage package)."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from evidencekit.errors import BadInput, EvidenceDoubted, KeyUnusable
from evidencekit.files.opening import open_regular, read_whole
from evidencekit.text.catalog import _

MAX_IDENTITY_FILE = 2**20
MAGIC = b"age-encryption.org/v1\n"


def parse_recipients(texts: Sequence[str]) -> list[Any]:
    """Return pyrage recipients; raises :class:`BadInput` naming the one that is none."""
    from pyrage import RecipientError, x25519  # noqa: PLC0415 (only where something is encrypted)

    recipients = []
    for text in texts:
        try:
            recipients.append(x25519.Recipient.from_str(text))
        except (RecipientError, ValueError) as exc:
            raise BadInput(
                _("{text!r} is not an age recipient").format(text=text[:80]),
                hint=_("a recipient begins with age1; ask the recipient for theirs"),
            ) from exc
    return recipients


def encrypt_stream(
    write: Callable[[IO[bytes]], None], target: IO[bytes], to: Sequence[str]
) -> None:
    """Encrypt what ``write`` writes into the stream that it is given, as it writes it.

    No plaintext touches the disk.
    """
    recipients = parse_recipients(to)
    read_fd, write_fd = os.pipe()
    with (
        ThreadPoolExecutor(1, thread_name_prefix="evidencekit-age") as pool,
        os.fdopen(read_fd, "rb") as source,
    ):
        encrypted = pool.submit(_encrypt, source, target, recipients)
        try:
            with os.fdopen(write_fd, "wb") as sink:
                write(sink)
        finally:
            encrypted.result()


def _encrypt(source: IO[bytes], target: IO[bytes], recipients: Sequence[Any]) -> None:
    from pyrage import EncryptError, encrypt_io  # noqa: PLC0415

    watched = _Watched(target)
    with source:  # closed on failure too: the writer must not wait for a reader who is gone
        try:
            encrypt_io(source, watched, recipients)
        except EncryptError as exc:
            raise watched.failure or exc from exc


class _Watched:
    """Remembers why writing failed: pyrage keeps only the words."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._target.write(data)
        except OSError as exc:
            self.failure = exc
            raise

    def flush(self) -> None:
        self._target.flush()


def decrypt_file(source: Path, target: IO[bytes], identity: Path) -> None:
    """Decrypt into ``target``, a file that has no name; raises where anything is false.

    Plaintext is written before the whole is authenticated, so nothing may read ``target`` until
    this has returned.
    """
    from pyrage import DecryptError, decrypt_io  # noqa: PLC0415

    identities = _identities(identity)
    try:
        with open_regular(source) as encrypted:
            decrypt_io(encrypted, target, identities)
    except (DecryptError, OSError) as exc:
        if isinstance(exc, OSError) and exc.errno is not None:
            raise
        if "matching" in str(exc).lower():
            raise KeyUnusable(
                _("the bundle is not encrypted to this identity"),
                hint=_("try the identity whose recipient (age1…) you gave to the sender"),
            ) from exc
        raise EvidenceDoubted(f"the encrypted file is damaged or cut off ({exc})") from exc


def is_age(path: Path) -> bool:
    """Tell whether a file says that it is age-encrypted."""
    with open_regular(path) as stream:
        return stream.read(len(MAGIC)) == MAGIC


def _identities(path: Path) -> list[Any]:
    from pyrage import IdentityError, x25519  # noqa: PLC0415

    try:
        lines = read_whole(path, limit=MAX_IDENTITY_FILE).decode("utf-8").split()
    except OSError as exc:
        raise KeyUnusable(_("{path}: {reason}").format(path=path, reason=exc.strerror)) from exc
    found = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
    try:
        identities = [x25519.Identity.from_str(line) for line in found]
    except (IdentityError, ValueError) as exc:
        raise KeyUnusable(_("{path}: a damaged identity").format(path=path)) from exc
    if not identities:
        raise KeyUnusable(_("{path}: no age identity in it").format(path=path))
    return identities
