"""``pkcs11:``: what a token holds and what it lacks, on SoftHSM (``softhsm2-util``)."""

import sys
from pathlib import Path

import pytest

from evidencekit.errors import BadInput, KeyUnusable
from evidencekit.seal.kinds import KeyKind
from evidencekit.seal.opening import open_signer, read_certificates
from evidencekit.seal.token import MODULE_VARIABLE
from evidencekit.workflow.keys import show_key
from tests.contract.test_signer import holds
from tests.tools.agency import Agency, Held
from tests.tools.softhsm import SoftToken

PIN = "472 911"


@pytest.fixture(scope="module")
def agency() -> Agency:
    return Agency()


@pytest.fixture(scope="module")
def held(agency: Agency) -> Held:
    return agency.desk()


@pytest.fixture
def token() -> SoftToken:
    return SoftToken(PIN)


def unusable(uri: str, pin: str = PIN) -> KeyUnusable:
    with pytest.raises(KeyUnusable) as caught:
        open_signer(uri, pin)
    return caught.value


@pytest.mark.parametrize("kind", [KeyKind.P384, KeyKind.RSA3072])
def test_further_kinds_of_keys_sign(token: SoftToken, agency: Agency, kind: KeyKind) -> None:
    held = agency.desk(kind)
    token.put_key(held.key, label="seal")
    token.put_certificate(held.certificate, label="seal", number=1)

    signer = open_signer(token.uri(), PIN)

    holds(signer, b"message", signer.sign(b"message"))


def test_a_certificate_of_another_key_is_found_before_anything_is_signed(
    token: SoftToken, held: Held, agency: Agency
) -> None:
    token.put_key(held.key, label="seal")
    token.put_certificate(agency.desk().certificate, label="seal", number=1)

    assert "does not belong to the certificate" in unusable(token.uri()).message


def test_a_key_without_certificate_is_unusable(token: SoftToken, held: Held) -> None:
    token.put_key(held.key, label="seal")
    token.put_certificate(held.certificate, label="seal", number=2)

    assert "no certificate on the token belongs" in unusable(token.uri()).message


def test_of_two_keys_the_uri_has_to_name_one(token: SoftToken, held: Held, agency: Agency) -> None:
    other = agency.desk(name="Desk 8")
    for number, item in enumerate((held, other), start=1):
        token.put_key(item.key, label=f"key {number}", number=number)
        token.put_certificate(item.certificate, label=f"key {number}", number=number)

    assert "2 keys" in unusable(token.uri()).message
    assert "object=" in str(unusable(token.uri()).hint)
    assert open_signer(token.uri(object="key%202"), PIN).certificates[0] == other.der
    assert open_signer(token.uri(id="%01"), PIN).certificates[0] == held.der
    assert read_certificates(token.uri(id="%02"), None)[0] == other.certificate
    with pytest.raises(KeyUnusable, match="2 keys"):
        read_certificates(token.uri(), None)


def test_the_certificate_is_shown_without_a_pin(token: SoftToken, held: Held) -> None:
    token.put_key(held.key, label="seal")
    token.put_certificate(held.certificate, label="seal", number=1)

    assert show_key(token.uri()).subject == "CN=Desk 7"


def test_an_empty_token_has_no_key(token: SoftToken) -> None:
    assert "0 keys" in unusable(token.uri()).message


def test_of_many_tokens_the_uri_has_to_name_one(token: SoftToken) -> None:
    SoftToken(PIN)

    assert "tokens fit" in unusable(f"pkcs11:?module-path={token.module}").message


def test_the_library_is_taken_from_the_environment(
    token: SoftToken, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    token.put_key(held.key, label="seal")
    token.put_certificate(held.certificate, label="seal", number=1)
    monkeypatch.setenv(MODULE_VARIABLE, token.module)

    assert open_signer(token.uri().partition("?")[0], PIN).certificates == (held.der,)


def test_without_a_library_the_key_is_unusable_and_the_hint_names_the_variable() -> None:
    pytest.importorskip("pkcs11")

    assert MODULE_VARIABLE in str(unusable("pkcs11:token=x").hint)


@pytest.mark.parametrize("content", [None, b"not a library"])
def test_what_is_no_library_is_named(tmp_path: Path, content: bytes | None) -> None:
    pytest.importorskip("pkcs11")
    path = tmp_path / "module.so"
    if content is not None:
        path.write_bytes(content)

    assert "module.so: not a PKCS #11 library" in unusable(f"pkcs11:?module-path={path}").message


def test_without_the_extra_the_key_is_unusable_and_the_hint_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)

    assert "evidencekit[pkcs11]" in str(unusable("pkcs11:token=x").hint)


def test_a_pin_in_the_uri_is_refused(token: SoftToken) -> None:
    with pytest.raises(BadInput):
        open_signer(f"{token.uri()}&pin-value={PIN}", None)
