"""Servers whose certificate cannot be verified, and the http engine told to go on all the same."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from evidencekit.capture.http.server_trust import ServerTrust
from evidencekit.capture.tls_notes import MAX_HOSTS, not_verified
from evidencekit.model.capture import CaptureVerdict, PageCapture
from tests.tools.authority import LONG_AGO, Authority
from tests.tools.hostile_server import HostileServer, page, says
from tests.unit.capture.test_http_engine import capture, metadata, records, response_to, to_loopback

pytestmark = pytest.mark.network

NAME = "site.example"
BAD: dict[str, tuple[dict[str, Any], str, int, str]] = {
    "expired": ({"valid": LONG_AGO}, "certificate has expired", 10, "not valid at"),
    "wrong-name": (
        {"host": "other.example"},
        f"Hostname mismatch, certificate is not valid for '{NAME}'.",
        62,
        "subject",
    ),
    "self-signed": ({"is_self_signed": True}, "self-signed certificate", 18, NAME),
}
"""By name: how the server is made, what OpenSSL says and its number, what the chain is found to."""


def accepting(folder: Path, server: HostileServer, **options: Any) -> PageCapture:
    return capture(
        folder,
        server.url(host=NAME),
        resolve=to_loopback,
        accepts_invalid_tls=True,
        **options,
    )


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_certificate_is_accepted_where_asked_and_stated_with_its_chain(
    tmp_path: Path, kind: str
) -> None:
    made, why, code, found = BAD[kind]
    authority = Authority()
    answers = {"/": says(page(b"<img src=a>")), "/a": says(page(b""))}
    ca_file = authority.save(tmp_path / "ca.pem")
    with HostileServer(answers, tls=authority.server(tmp_path, **made), keeps=True) as server:
        result = accepting(tmp_path / "x", server, ca_file=ca_file)

    assert (result.verdict, result.reasons) == (CaptureVerdict.COMPLETE, ())
    assert result.notes == (f"tls-not-verified {NAME} {why}",)
    assert result.detail["accepts_invalid_tls"] is True
    assert response_to(tmp_path / "x", server.url(host=NAME))[1] == server.talk("/").sent
    for one in metadata(tmp_path / "x"):
        assert one["tls"]["verified"] is False
        assert one["tls"]["refused_before"] == {"error": why, "code": code}
        assert found in one["tls"]["wrong_with_chain"]
        assert one["tls"]["chain_sha256"]
    ((_, info),) = records(tmp_path / "x", "warcinfo")
    assert b"invalidCertificates: accepted" in info


def test_a_certificate_of_an_unknown_authority_is_accepted_and_its_chain_kept(
    tmp_path: Path,
) -> None:
    authority = Authority()
    with HostileServer({"/": says(page(b"x"))}, tls=authority.server(tmp_path)) as server:
        result = accepting(tmp_path / "x", server)

    assert result.verdict == CaptureVerdict.COMPLETE
    (note,) = result.notes
    assert note == f"tls-not-verified {NAME} self-signed certificate in certificate chain"
    (one,) = metadata(tmp_path / "x")
    ours = authority.certificate.fingerprint(hashes.SHA256()).hex()
    assert one["tls"]["chain_sha256"][1] == ours
    assert len(one["tls"]["chain_der_base64"]) == 2


def test_a_good_certificate_is_verified_also_where_bad_ones_are_accepted(tmp_path: Path) -> None:
    authority = Authority()
    ca_file = authority.save(tmp_path / "ca.pem")
    with HostileServer({"/": says(page(b"x"))}, tls=authority.server(tmp_path)) as server:
        result = accepting(tmp_path / "x", server, ca_file=ca_file)

    assert (result.verdict, result.notes) == (CaptureVerdict.COMPLETE, ())
    (one,) = metadata(tmp_path / "x")
    assert one["tls"]["verified"] is True
    assert "refused_before" not in one["tls"]


def test_another_port_of_a_host_that_was_refused_is_verified(tmp_path: Path) -> None:
    authority = Authority()
    ca_file = authority.save(tmp_path / "ca.pem")
    for name in ("good", "bad"):
        (tmp_path / name).mkdir()
    good_tls = authority.server(tmp_path / "good")
    bad_tls = authority.server(tmp_path / "bad", valid=LONG_AGO)
    with HostileServer({"/a": says(page(b"x"))}, tls=good_tls) as good:
        body = f"<img src='{good.url('/a', host=NAME)}'>".encode()
        with HostileServer({"/": says(page(body))}, tls=bad_tls) as bad:
            result = accepting(tmp_path / "x", bad, ca_file=ca_file)
            ports = {bad.port: False, good.port: True}

    assert result.verdict == CaptureVerdict.COMPLETE
    assert result.notes == (f"tls-not-verified {NAME} certificate has expired",)
    told = {one["peer"]["port"]: one["tls"] for one in metadata(tmp_path / "x")}
    assert {port: tls["verified"] for port, tls in told.items()} == ports
    assert [port for port, tls in told.items() if "refused_before" in tls] == [bad.port]


def test_a_failure_of_tls_that_is_none_of_the_certificate_is_refused(tmp_path: Path) -> None:
    with HostileServer({"/": says(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)}) as server:
        url = server.url().replace("http:", "https:")
        result = capture(tmp_path / "x", url, accepts_invalid_tls=True)

    assert result.verdict == CaptureVerdict.FAILED
    assert result.reasons[0].startswith(("tls-failed protocol", "timed-out connect"))
    assert result.notes == ()


def test_a_chain_is_looked_at_without_a_server(tmp_path: Path) -> None:
    trust = ServerTrust(Authority().save(tmp_path / "ca.pem"))
    assert trust.look_at((), NAME)
    assert trust.look_at((b"no certificate",), NAME) != "nothing"


def test_hosts_that_are_named_have_a_limit() -> None:
    hosts = [(f"{number}.example", "why") for number in range(MAX_HOSTS + 3)]
    *named, more = not_verified(hosts)
    assert len(named) == MAX_HOSTS
    assert more == "tls-not-verified-more 3"
