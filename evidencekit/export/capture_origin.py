"""From where a capture came: the servers that were connected to, their TLS, and who hosts the site.

Names, addresses and certificates are what the recording machine saw on its own connections; a
registry says what its customers told it. The section says so.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from evidencekit.export.blocks import Cell, Foreign, Line, Part, Remark, Rows, Section, facts, told
from evidencekit.export.capture_hosting import hosting_parts
from evidencekit.export.members import (
    mapping_of,
    mappings_of,
    moment_of,
    number_of,
    text_of,
    texts_of,
)
from evidencekit.export.typeset import write_utc
from evidencekit.export.words import load_words, term, term_with_argument
from evidencekit.model.bundle import CaptureAccount
from evidencekit.model.json import JsonObject

_PORTS = {"http": 80, "https": 443}


def origin_section(account: CaptureAccount) -> Section:
    """Return the section on servers and hosts."""
    detail = account.body.detail
    found = mapping_of(detail, "facts")
    page = _host_and_port(text_of(detail, "final_url"))
    parts = (*_servers(found, page), *_around(found), *hosting_parts(account))
    return Section(name="origin", parts=parts)


def _servers(found: JsonObject, page: tuple[str, str] | None) -> Iterator[Part]:
    words, servers = load_words("capture"), mappings_of(found, "servers")
    if servers:
        caption = "servers.caption_page_first" if _is_first(page, servers) else "servers.caption"
        yield Rows(name="servers", rows=map(_server, servers), caption=words[caption])
        omitted = number_of(found, "servers_omitted")
        if omitted:
            yield Remark(words=words["omitted"].filled(count=omitted))
        yield Remark(words=words["servers.note"])
        return
    peers = texts_of(found, "peers")
    if peers:
        listed = tuple(Foreign(text=peer, form="code") for peer in peers)
        yield facts(told("servers.peers", *listed))
        yield Remark(words=words["servers.only_peers"])
    else:
        yield Remark(words=words["servers.none"])


def _is_first(page: tuple[str, str] | None, servers: Sequence[JsonObject]) -> bool:
    """Return whether the first row, and no other, is where the page came from."""
    at_page = [
        number
        for number, one in enumerate(servers)
        if (text_of(one, "host"), text_of(one, "port")) == page and not text_of(one, "refusal")
    ]
    return at_page == [0]


def _host_and_port(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname, str(port)) if parts.hostname and port else None


def _around(found: JsonObject) -> Iterator[Part]:
    strangers = number_of(found, "strangers_at_guard")
    words = load_words("capture")
    about = facts(
        told("servers.proxy", Foreign(text=text_of(found, "proxy"), form="code")),
        told(
            "servers.strangers",
            words["servers.strangers_value"].filled(count=strangers) if strangers else None,
        ),
    )
    if about.facts:
        yield about


def _server(one: JsonObject) -> tuple[Cell, ...]:
    times = "servers.attempts" if text_of(one, "refusal") else "servers.times"
    return (
        (
            Foreign(text=f"{text_of(one, 'host')}:{text_of(one, 'port')}"),
            load_words("capture")[times].filled(count=number_of(one, "connections") or 0),
        ),
        tuple(_address(one)),
        tuple(_tls(one)),
    )


def _address(one: JsonObject) -> Iterator[Line]:
    words, refusal, ip = load_words("capture"), text_of(one, "refusal"), text_of(one, "ip")
    if refusal:
        yield term_with_argument("reason", refusal)
        yield Foreign(text=refusal, form="code")
    elif ip:
        yield Foreign(text=ip, form="code")
    else:
        yield words["servers.no_ip"]
    if text_of(one, "ip_is"):
        yield term("address", text_of(one, "ip_is"))
    others = [address for address in texts_of(one, "addresses") if address != ip]
    if others:
        yield Foreign(text=", ".join(others), form="code", before=words["servers.others"])
    if text_of(one, "dnssec"):
        yield term("dnssec", text_of(one, "dnssec"))


def _tls(one: JsonObject) -> Iterator[Line]:
    tls, words = mapping_of(one, "tls"), load_words("capture")
    if not tls:
        yield words["servers.not_connected" if text_of(one, "refusal") else "servers.no_tls"]
        return
    yield Foreign(
        text=" · ".join(
            filter(None, (text_of(tls, name) for name in ("version", "cipher", "alpn")))
        )
    )
    if text_of(tls, "error"):
        yield Foreign(text=text_of(tls, "error"), form="code", before=words["servers.tls_error"])
    yield from _verdict(tls)
    yield from _certificate(mapping_of(tls, "certificate"))
    above = texts_of(tls, "chain")[1:]
    for digest in above:
        yield Foreign(text=digest, form="digest", before=words["servers.chain"])


def _verdict(tls: JsonObject) -> Iterator[Line]:
    words, verdict = load_words("capture"), mapping_of(tls, "verdict")
    if not verdict:
        yield words["servers.unjudged"]
        return
    error, by = text_of(verdict, "error"), term("judge", text_of(verdict, "by"))
    flags = " ".join(texts_of(verdict, "flags"))
    if error:
        yield words["servers.bad_certificate"].filled(by=by)
        yield Foreign(text=f"{error} {flags}".rstrip(), form="code")
        return
    yield words["servers.good_certificate"].filled(by=by)
    if verdict.get("known_root") is False:
        yield words["servers.local_root"]


def _certificate(one: JsonObject) -> Iterator[Line]:
    words = load_words("capture")
    for name in ("subject", "issuer"):
        if text_of(one, name):
            yield Foreign(text=text_of(one, name), before=words[f"servers.{name}"])
    first, last = moment_of(one, "not_before"), moment_of(one, "not_after")
    if first is not None and last is not None:
        span = f"{write_utc(first)} – {write_utc(last)}"
        yield Foreign(text=span, before=words["servers.validity"])
    if text_of(one, "sha256"):
        yield Foreign(text=text_of(one, "sha256"), form="digest", before=words["servers.leaf"])
