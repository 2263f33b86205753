"""``pkcs11:`` URIs: what is understood, and that a PIN never stands in one."""

import pytest

from evidencekit.errors import BadInput
from evidencekit.seal.token_uri import MAX_URI, TokenPlace, parse_token_uri


def test_every_attribute_that_names_a_key_is_taken() -> None:
    uri = (
        "token=Desk%203;serial=ab12;manufacturer=SoftHSM%20project;model=v2;slot-id=7;"
        "object=%EB%B4%89%EC%9D%B8;id=%01%FF;type=private?module-path=/usr/lib/x.so"
    )

    assert parse_token_uri(uri) == TokenPlace(
        token="Desk 3",
        serial="ab12",
        manufacturer="SoftHSM project",
        model="v2",
        slot=7,
        label="봉인",
        id=b"\x01\xff",
        module="/usr/lib/x.so",
    )


def test_an_empty_uri_names_whatever_there_is() -> None:
    assert parse_token_uri("") == TokenPlace()


@pytest.mark.parametrize(
    "uri", ["token=x?pin-value=1234", "token=x?pin-source=file:/pin", "token=x;pin-value=1234"]
)
def test_a_pin_in_a_uri_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(BadInput, match="others may read it") as caught:
        parse_token_uri(uri)

    assert "1234" not in caught.value.message
    assert "EVIDENCEKIT_PASSPHRASE" in str(caught.value.hint)


@pytest.mark.parametrize(
    "uri",
    [
        "token=a;token=b",
        "token",
        "colour=red",
        "x-vendor=1",
        "library-version=2",
        "module-path=/usr/lib/x.so",
        "token=x?token=y",
        "token=%",
        "token=%GG",
        "token=a b",
        "token=%FF",
        "slot-id=-1",
        "slot-id=%EF%BC%91",
        "type=public",
        "type=cert",
        "token=x?module-name=opensc",
    ],
)
def test_what_is_not_understood_is_refused(uri: str) -> None:
    with pytest.raises(BadInput):
        parse_token_uri(uri)


def test_a_uri_without_end_is_refused() -> None:
    with pytest.raises(BadInput):
        parse_token_uri("token=" + "x" * MAX_URI)
