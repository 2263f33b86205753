import hashlib
import re
import subprocess
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from evidencekit.demo.authority import DemoAuthority
from evidencekit.export.readme_encrypted import readme_encrypted
from evidencekit.export.verify_text import verify_text
from evidencekit.model.bundle import StampFact
from evidencekit.proof.cms import sign_detached
from evidencekit.proof.rfc3161 import build_request, plain_response
from evidencekit.seal.certificate import self_signed
from evidencekit.seal.signer import FileSigner
from tests.tools import accounts
from tests.tools.accounts import a_hostile_account, an_account

LIST_SIGNATURE = (
    "openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s"
    " -content tagmanifest-sha256.txt -CAfile ca.pem -out /dev/null"
)


def commands(text: str) -> list[str]:
    """Return the commands of one language; both languages must give the same."""
    korean, _, english = text.partition("=" * 78)
    found = [re.findall(r"^    \$ (.+)$", part, re.MULTILINE) for part in (korean, english)]
    assert found[0] == found[1]
    return list(found[0])


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def seal_signature(number: int) -> str:
    folder = f"seal/{number:04d}"
    return (
        f"openssl cms -verify -binary -inform DER -in {folder}/manifest.p7s"
        f" -content {folder}/manifest.json -CAfile ca.pem -out /dev/null"
    )


def test_commands_stand_in_the_order_of_the_format() -> None:
    seals = (accounts.seal(1, stamps=2), accounts.seal(2, stamps=0))
    found = commands(verify_text(an_account(seals=seals)))
    stamp = "openssl ts -verify -data seal/0001/manifest.p7s -in seal/0001/manifest.p7s.{}.tsr"
    assert found[1:8] == [
        LIST_SIGNATURE,
        "sha256sum -c --strict tagmanifest-sha256.txt",
        "sha256sum -c --strict manifest-sha256.txt",
        seal_signature(1),
        seal_signature(2),
        stamp.format(1) + " -CAfile tsa-root.pem",
        stamp.format(2) + " -CAfile tsa-root.pem",
    ]
    assert found[-1] == "evidencekit verify PATH --trust ca.pem --tsa-trust tsa-root.pem"


def test_unsigned_documents_leave_the_first_step_out_and_say_what_that_means() -> None:
    text = verify_text(an_account(is_signed=False))
    assert "tagmanifest-sha256.txt.p7s" not in text
    assert "아무것도 증명하지 못합니다" in text
    assert "steps 1 and 2\nprove nothing" in text


def test_case_never_sealed_has_no_seal_to_check() -> None:
    text = verify_text(an_account(seals=(), seal=0))
    assert "seal/" not in text
    assert "never sealed" in text


def test_seal_without_timestamp_offers_no_time_for_an_expired_signer() -> None:
    text = verify_text(an_account(seals=(accounts.seal(1, stamps=0),)))
    assert "-attime" not in text
    assert "This bundle has no timestamp" in text


def test_text_fits_a_terminal() -> None:
    lines = verify_text(an_account()).splitlines() + verify_text(a_hostile_account()).splitlines()
    too_wide = [line for line in lines if width(line) > 78 and not line.startswith("    $ ")]
    assert too_wide == []


def test_signer_cannot_add_a_command() -> None:
    hostile = verify_text(a_hostile_account())
    assert "name[U+000D][U+000A]" in hostile
    assert not [command for command in commands(hostile) if "rm -rf" in command]


def test_text_calls_nothing_verified() -> None:
    text = verify_text(an_account())
    assert not re.search("verified|검증됨|검증되었", text, re.IGNORECASE)


def test_readme_beside_an_encrypted_bundle_opens_it_in_both_languages() -> None:
    text = readme_encrypted()
    assert text.count("    age -d -i KEY -o bundle.zip FILE\n") == 2
    assert text.count("    evidencekit verify FILE --identity KEY --trust CERT.pem\n") == 2
    assert max(map(width, text.splitlines())) <= 78


@dataclass(frozen=True, kw_only=True)
class Made:
    """A folder with everything that the commands of ``text`` touch."""

    folder: Path
    text: str

    def run(self) -> list[int]:
        run = [command for command in commands(self.text) if not command.startswith("evidencekit")]
        return [
            subprocess.run(
                ["sh", "-c", command], cwd=self.folder, capture_output=True, check=False
            ).returncode
            for command in run
        ]


def sha256_line(folder: Path, name: str) -> str:
    return f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"


def a_signer(at: datetime) -> tuple[FileSigner, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = self_signed(key, "Busan centre, desk 3", at=at)
    return FileSigner(key, (x509.load_pem_x509_certificate(pem),)), pem


def make_bundle(folder: Path, signed_at: datetime) -> Made:
    signer, pem = a_signer(signed_at)
    authority = DemoAuthority(clock=lambda: signed_at)
    (folder / "data").mkdir()
    (folder / "seal/0001").mkdir(parents=True)
    (folder / "ca.pem").write_bytes(pem)
    (folder / "tsa-root.pem").write_bytes(authority.root.pem)
    (folder / "data/a2-1.jpg").write_bytes(b"picture")
    manifest = b'{"format":"evidencekit/manifest/1"}'
    signature = sign_detached(manifest, signer, at=signed_at)
    (folder / "seal/0001/manifest.json").write_bytes(manifest)
    (folder / "seal/0001/manifest.p7s").write_bytes(signature)
    token = plain_response(authority.answer(build_request(signature, nonce=1 << 64)))
    (folder / "seal/0001/manifest.p7s.1.tsr").write_bytes(token)
    stamp = StampFact(tsa="demo", gen_time=signed_at.replace(microsecond=0))
    text = verify_text(an_account(seals=(replace(accounts.seal(1), stamps=(stamp,)),)))
    (folder / "VERIFY.txt").write_text(text, encoding="utf-8")
    (folder / "manifest-sha256.txt").write_text(sha256_line(folder, "data/a2-1.jpg"))
    sign_documents(folder, signer, signed_at)
    return Made(folder=folder, text=text)


def sign_documents(folder: Path, signer: FileSigner, at: datetime) -> None:
    names = ("VERIFY.txt", "manifest-sha256.txt", "seal/0001/manifest.json")
    listed = "".join(sha256_line(folder, name) for name in names).encode()
    (folder / "tagmanifest-sha256.txt").write_bytes(listed)
    (folder / "tagmanifest-sha256.txt.p7s").write_bytes(sign_detached(listed, signer, at=at))


@pytest.mark.openssl
def test_every_command_runs_and_passes_on_a_good_bundle(tmp_path: Path) -> None:
    assert make_bundle(tmp_path, datetime.now(UTC)).run() == [0] * 9


@pytest.mark.openssl
def test_forger_who_rewrites_every_list_fails_at_the_first_step(tmp_path: Path) -> None:
    made = make_bundle(tmp_path, datetime.now(UTC))
    (tmp_path / "data/a2-1.jpg").write_bytes(b"another picture")
    (tmp_path / "manifest-sha256.txt").write_text(sha256_line(tmp_path, "data/a2-1.jpg"))
    forger, _ = a_signer(datetime.now(UTC))
    sign_documents(tmp_path, forger, datetime.now(UTC))
    results = made.run()
    assert results[1] != 0
    assert results[2:4] == [0, 0]


@pytest.mark.openssl
def test_expired_signer_passes_only_as_of_the_time_of_the_token(tmp_path: Path) -> None:
    made = make_bundle(tmp_path, datetime.now(UTC) - timedelta(days=4 * 365))
    named = dict(zip(commands(made.text), made.run(), strict=False))
    assert named[seal_signature(1)] != 0
    (as_of_then,) = [code for command, code in named.items() if "-attime" in command]
    assert as_of_then == 0
