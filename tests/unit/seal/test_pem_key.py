"""``file:``: a key in PEM and the certificate beside it."""

from pathlib import Path

import pytest

from evidencekit.errors import KeyUnusable
from evidencekit.seal.certificate import self_signed
from evidencekit.seal.kinds import KeyKind, generate
from evidencekit.seal.opening import open_signer
from evidencekit.seal.pkcs8 import encrypt_key
from tests.tools.fakes import START

PASSPHRASE = "correct horse battery"


def key_on_disk(folder: Path) -> str:
    key = generate(KeyKind.P256)
    (folder / "KEY.pem").write_bytes(encrypt_key(key, PASSPHRASE))
    (folder / "KEY.crt").write_bytes(self_signed(key, "desk 3", at=START))
    return f"file:{folder / 'KEY.pem'}"


def test_a_bare_path_is_a_file(tmp_path: Path) -> None:
    uri = key_on_disk(tmp_path)

    assert open_signer(uri.removeprefix("file:"), PASSPHRASE).certificates


def test_a_certificate_of_another_key_makes_the_key_unusable(tmp_path: Path) -> None:
    uri = key_on_disk(tmp_path)
    (tmp_path / "KEY.crt").write_bytes(self_signed(generate(KeyKind.P256), "other", at=START))

    with pytest.raises(KeyUnusable, match="does not belong"):
        open_signer(uri, PASSPHRASE)


def test_a_key_without_its_certificate_is_unusable_and_the_hint_says_so(tmp_path: Path) -> None:
    uri = key_on_disk(tmp_path)
    (tmp_path / "KEY.crt").unlink()

    with pytest.raises(KeyUnusable) as caught:
        open_signer(uri, PASSPHRASE)

    assert "KEY.crt" in str(caught.value.hint)
