"""A court checks with tools that it has: every command of ``VERIFY.txt``, and others that fit."""

import io
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import brotli
import pytest
from pyrage import x25519

from evidencekit.capture.warc import Block, Exchange, WarcWriter
from evidencekit.seal.kinds import KeyKind, generate
from evidencekit.seal.pkcs8 import encrypt_key
from tests.tools.builders import a_signer
from tests.tools.bundles import Handed, a_small_case, handed, relisted, resigned, write_files
from tests.tools.fakes import START, FakeAuthority, FixedClock
from tests.tools.forging import signed_with

pytestmark = pytest.mark.openssl
NOTE, LISTS = "data/a2-2.txt", ("tagmanifest-sha256.txt", "manifest-sha256.txt")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    folder = tmp_path_factory.mktemp("stock")
    built = a_small_case(folder).with_file(a_warc(folder), "page.warc.gz").sealed()
    made = handed(built)
    made.pems()
    return made


def a_warc(folder: Path) -> bytes:
    """A page whose body is packed by brotli, as servers send it."""
    body = brotli.compress(b"<html>hello</html>" * 20)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n\r\n"
    path = folder / "page.warc.gz"
    numbers = itertools.count()

    def new_id() -> str:
        return f"00000000-0000-4000-8000-{next(numbers):012d}"

    with WarcWriter(path, software="test", settings={}, clock=lambda: START, new_id=new_id) as warc:
        warc.write_exchange(
            Exchange(
                url="http://example.org/",
                at=START,
                request=Block(head=b"GET / HTTP/1.1\r\n\r\n", body=None, body_size=0),
                response=Block(head=head, body=io.BytesIO(body), body_size=len(body)),
                ip="192.0.2.7",
                protocols=("http/1.1",),
                truncated=None,
            )
        )
    return path.read_bytes()


def commands(folder: Path) -> list[str]:
    """Return what ``VERIFY.txt`` says, in one of its two languages."""
    text = (folder / "VERIFY.txt").read_text(encoding="utf-8")
    found: list[str] = re.findall(r"^    \$ (.+)$", text, re.MULTILINE)
    assert found[: len(found) // 2] == found[len(found) // 2 :], "the languages differ"
    return found[: len(found) // 2]


def run(command: str, folder: Path, trusted: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with the reader's own files in place of the names in the text."""
    for name in ("ca.pem", "tsa-root.pem"):
        command = command.replace(name, str(trusted / name))
    if command.startswith("evidencekit"):
        command = command.replace("evidencekit", f"{sys.executable} -m evidencekit", 1)
        command = command.replace("PATH", ".")
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


def first_failure(folder: Path, trusted: Path) -> str | None:
    """Follow VERIFY.txt up to the first command that fails."""
    for command in commands(folder):
        if run(command, folder, trusted).returncode:
            return command
    return None


def forged(bundle: Handed, folder: Path, files: dict[str, bytes]) -> str | None:
    return first_failure(write_files(folder / "forged", files), bundle.folder.parent)


def test_every_command_of_the_bundle_succeeds(bundle: Handed) -> None:
    listed = commands(bundle.folder)
    assert len(listed) == 10
    for command in listed:
        done = run(command, bundle.folder, bundle.folder.parent)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_steps_say_what_verify_txt_says_they_say(bundle: Handed) -> None:
    trusted = bundle.folder.parent
    said = [run(c, bundle.folder, trusted) for c in commands(bundle.folder)[:6]]
    assert "sha256 Fingerprint=" in said[0].stdout
    assert [("CMS Verification successful" in done.stderr) for done in said] == [
        False, True, False, False, True, False,
    ]  # fmt: skip
    assert "Verification: OK" in said[5].stdout + said[5].stderr


def test_checking_leaves_nothing_behind_in_the_bundle(bundle: Handed) -> None:
    first_failure(bundle.folder, bundle.folder.parent)
    assert bundle.verified(bundle.folder).verdict.name == "VALID"


def test_forger_without_the_key_fails_at_the_first_step(bundle: Handed, tmp_path: Path) -> None:
    failed = forged(bundle, tmp_path, relisted(bundle.having({NOTE: b"I confess"})))
    assert failed is not None
    assert "-in tagmanifest-sha256.txt.p7s" in failed


def test_forger_with_a_key_of_his_own_fails_at_the_first_step(
    bundle: Handed, tmp_path: Path
) -> None:
    failed = forged(bundle, tmp_path, resigned(bundle.having({NOTE: b"I confess"}), a_signer()))
    assert failed is not None
    assert "-in tagmanifest-sha256.txt.p7s" in failed


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("report/report.html", "sha256sum -c --strict tagmanifest-sha256.txt"),
        ("ledger.jsonl", "sha256sum -c --strict tagmanifest-sha256.txt"),
        ("manifest-sha256.txt", "sha256sum -c --strict tagmanifest-sha256.txt"),
        (NOTE, "sha256sum -c --strict manifest-sha256.txt"),
    ],
)
def test_changed_file_fails_at_its_list(
    bundle: Handed, tmp_path: Path, path: str, step: str
) -> None:
    data = bundle.files[path]
    changed = bundle.having({path: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]})
    assert forged(bundle, tmp_path, changed) == step


def test_seal_of_a_stranger_fails_at_the_fourth_step(bundle: Handed, tmp_path: Path) -> None:
    manifest = bundle.files["seal/0001/manifest.json"]
    changed = bundle.having({"seal/0001/manifest.p7s": signed_with(manifest, a_signer())})
    failed = forged(bundle, tmp_path, resigned(changed, bundle.built.signer))
    assert failed is not None
    assert "-in seal/0001/manifest.p7s" in failed


def test_token_over_something_else_fails_at_the_fifth_step(bundle: Handed, tmp_path: Path) -> None:
    other = bundle.built.authority.stamp(b"something else").response
    changed = bundle.having({"seal/0001/manifest.p7s.1.tsr": other})
    failed = forged(bundle, tmp_path, resigned(changed, bundle.built.signer))
    assert failed is not None
    assert failed.startswith("openssl ts -verify")


def test_token_of_a_look_alike_authority_fails_at_the_fifth_step(
    bundle: Handed, tmp_path: Path
) -> None:
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    shutil.copy(bundle.folder.parent / "ca.pem", trusted)
    (trusted / "tsa-root.pem").write_bytes(FakeAuthority(clock=FixedClock()).demo.root.pem)
    failed = first_failure(bundle.folder, trusted)
    assert failed is not None
    assert failed.startswith("openssl ts -verify")


def ran(command: Sequence[str | Path], *, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout + done.stderr


def test_bagit_validates_the_bundle(bundle: Handed) -> None:
    assert "is valid" in ran([sys.executable, "-m", "bagit", "--validate", bundle.folder])


def test_bagit_refuses_a_changed_bundle(bundle: Handed, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "changed", bundle.having({NOTE: b"jello"}))
    done = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", folder], capture_output=True, check=False
    )
    assert done.returncode != 0


# warcio 1.8.1 sets an attribute on the decompressor of the brotli package, which from 1.2 on takes
# none: "warcio check" dies at the first body with Content-Encoding br, though it needs no decoded
# body for its digests. Without its entry for br it reads the body as it is.
_WARCIO = """
import sys
from warcio.bufferedreaders import BufferedReader
from warcio.cli import main
BufferedReader.DECOMPRESSORS.pop("br", None)
sys.exit(main(["check", "-v", *sys.argv[1:]]))
"""


def test_warcio_finds_every_digest_of_a_captured_page_right(bundle: Handed) -> None:
    (warc,) = [path for path in bundle.folder.glob("data/*") if ".warc" in path.name]
    said = ran([sys.executable, "-c", _WARCIO, warc])
    assert said.count("digest pass") == 3  # warcinfo, request, response
    assert "fail" not in said


@pytest.mark.skipif(shutil.which("age") is None, reason="no age command")
@pytest.mark.skipif(shutil.which("unzip") is None, reason="no unzip command")
def test_age_opens_an_encrypted_bundle(bundle: Handed, tmp_path: Path) -> None:
    identity = x25519.Identity.generate()
    key = tmp_path / "key.txt"
    key.write_text(f"{identity}\n")
    path = bundle.exported("stock.age", "zip", encrypt_to=[str(identity.to_public())])
    ran(["age", "-d", "-i", key, "-o", tmp_path / "bundle.zip", path])
    assert "No errors detected" in ran(["unzip", "-t", tmp_path / "bundle.zip"])
    assert bundle.verified(tmp_path / "bundle.zip").verdict.name == "VALID"


@pytest.mark.skipif(shutil.which("unzip") is None, reason="no unzip command")
def test_unzip_finds_no_error(bundle: Handed) -> None:
    assert "No errors detected" in ran(["unzip", "-t", bundle.exported("stock.zip", "zip")])


def test_objects_of_a_case_are_named_by_their_digests(bundle: Handed, tmp_path: Path) -> None:
    objects = bundle.built.root / "objects/sha256"
    listed = [f"{path.name}  {path.relative_to(objects)}\n" for path in objects.glob("*/*")]
    (tmp_path / "list").write_text("".join(listed))
    assert len(listed) == 5
    ran(["sha256sum", "-c", "--strict", tmp_path / "list"], cwd=objects)


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384, KeyKind.RSA3072])
def test_openssl_opens_our_keys(tmp_path: Path, kind: KeyKind) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(encrypt_key(generate(kind), "correct horse"))
    ran(["openssl", "pkey", "-in", path, "-passin", "pass:correct horse", "-noout"])
    done = subprocess.run(
        ["openssl", "pkey", "-in", path, "-passin", "pass:wrong", "-noout"],
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
