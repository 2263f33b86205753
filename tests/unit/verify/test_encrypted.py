"""Encrypted bundles: damage is seen, and no plaintext outlives the verifier."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyrage import x25519

from evidencekit.errors import KeyUnusable
from evidencekit.model.report import Verdict
from tests.tools.bundles import Handed, a_small_case, exported, flipped_at, handed


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("identity") / "key.txt"
    path.write_text(f"# created: today\n{x25519.Identity.generate()}\n")
    return path


@pytest.fixture(scope="session")
def encrypted(bundle: Handed, identity: Path) -> Path:
    return bundle.exported("handed.age", "zip", encrypt_to=[recipient_of(identity)])


def recipient_of(identity: Path) -> str:
    return str(x25519.Identity.from_str(identity.read_text().split()[-1]).to_public())


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Watch where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_encrypted_bundle_is_valid_and_leaves_nothing(
    bundle: Handed, encrypted: Path, identity: Path, temporary: Path
) -> None:
    assert bundle.verified(encrypted, identity=identity).verdict is Verdict.VALID
    assert list(temporary.iterdir()) == []


def test_without_an_identity_the_key_is_what_is_missing(bundle: Handed, encrypted: Path) -> None:
    with pytest.raises(KeyUnusable) as caught:
        bundle.verified(encrypted)
    assert caught.value.exit_code == 12


def test_wrong_identity_says_nothing_against_the_evidence(
    bundle: Handed, encrypted: Path, temporary: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(str(x25519.Identity.generate()))
    with pytest.raises(KeyUnusable) as caught:
        bundle.verified(encrypted, identity=other)
    assert caught.value.exit_code == 12
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("text", ["", "AGE-SECRET-KEY-1QQQ", "hello"])
def test_file_without_a_usable_identity_is_said_to_be_one(
    bundle: Handed, encrypted: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "none.txt").write_text(text)
    with pytest.raises(KeyUnusable):
        bundle.verified(encrypted, identity=tmp_path / "none.txt")


@pytest.mark.parametrize("kept", [30, 150, 5000, -1])
def test_truncated_encrypted_bundle_is_invalid(
    bundle: Handed, encrypted: Path, identity: Path, temporary: Path, kept: int
) -> None:
    cut = temporary.with_name("cut.age")
    cut.write_bytes(encrypted.read_bytes()[:kept])
    assert bundle.verified(cut, identity=identity).verdict is Verdict.INVALID
    assert list(temporary.iterdir()) == []


def test_flipped_encrypted_bundle_is_never_valid(
    bundle: Handed, encrypted: Path, identity: Path, temporary: Path, tmp_path: Path
) -> None:
    data, changed = encrypted.read_bytes(), tmp_path / "flipped.age"
    for at in [*range(22, 220, 7), *range(220, len(data), 997), len(data) - 1]:
        changed.write_bytes(flipped_at(data, at))
        try:
            verdict = bundle.verified(changed, identity=identity).verdict
        except KeyUnusable:
            continue  # the part that is for this recipient
        assert verdict is Verdict.INVALID, at
    assert list(temporary.iterdir()) == []


def test_encrypted_garbage_is_named_as_such(bundle: Handed, identity: Path, tmp_path: Path) -> None:
    from pyrage import encrypt

    from evidencekit.errors import FormatUnreadable

    to = x25519.Recipient.from_str(recipient_of(identity))
    (tmp_path / "letter.age").write_bytes(encrypt(b"Dear colleague", [to]))
    with pytest.raises(FormatUnreadable):
        bundle.verified(tmp_path / "letter.age", identity=identity)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_verifier_that_is_killed_leaves_no_plaintext(
    tmp_path: Path, identity: Path, how: signal.Signals
) -> None:
    built = a_small_case(tmp_path).with_file(b"secret" * 8_000_000, "large.bin").sealed()
    made = handed(built)
    path = exported(built, "large.age", "zip", encrypt_to=[recipient_of(identity)])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command: list[str | Path] = [sys.executable, "-m", "evidencekit", "verify", path]
    command += ["--identity", identity, "--trust", made.pems()[0]]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    seen = 0
    for wait_s in (0.05, 0.2, 0.3, 0.4, 0.5):
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(wait_s)
        seen += len(list(temporary.iterdir()))
        process.send_signal(how)
        process.wait(timeout=60)
        assert list(temporary.iterdir()) == []
    assert seen == 0, "plaintext had a name while the verifier was at work"
