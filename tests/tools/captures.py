"""Captures to write reports of: a full one, and one in which every text is an attack."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from evidencekit.capture.replay.check import replay_detail
from evidencekit.formats.artifact import artifact_line
from evidencekit.formats.times import write_time
from evidencekit.model.artifact import Sensitivity
from evidencekit.model.bundle import CaptureAccount, ShownArtifact, StampFact
from evidencekit.model.event import Actor
from evidencekit.model.find import Access
from evidencekit.model.hosting import HostName
from evidencekit.model.ids import ArtifactId, Digest
from evidencekit.model.json import Json
from evidencekit.model.replay import ReplayCheck
from tests.tools import accounts

SEQ = 5
LEAF, ABOVE = "1f" * 32, "2e" * 32
URL = "https://xn--pypal-4ve.example/view?id=7"


def a_capture(**changes: Any) -> CaptureAccount:
    """Return a capture with everything that a report can tell; ``detail`` changes its event."""
    detail = {**full_detail(), **changes.pop("detail", {})}
    files = tuple(
        replace(accounts.artifact(number, name, origin="capture", role=role), access=access)
        for number, (name, role, access) in enumerate(
            (
                ("capture.wacz", "wacz", Access.RESTRICTED),
                ("screenshot.png", "screenshot", Access.NORMAL),
                ("screenshot-stamped.png", "screenshot-stamped", Access.NORMAL),
            ),
            1,
        )
    )
    files = (*files[:2], replace(files[2], derived_from=ArtifactId(files[1].id)))
    entry = accounts.entry(
        SEQ, "capture", artifacts=[*map(artifact_line, files), None], detail=detail
    )
    assert entry.body is not None
    plain = CaptureAccount(
        about=accounts.about(),
        case=accounts.CASE,
        title="2026-동백 게시판 유포 건",
        language="ko",
        written_at=accounts.START + timedelta(hours=19),
        tool_version="0.1.0",
        line=entry.line,
        line_sha256=Digest("cd" * 32),
        body=entry.body,
        artifacts=tuple(ShownArtifact(artifact=one, path=f"data/{one.id}.bin") for one in files),
        asked=HostName(
            ascii="xn--pypal-4ve.example",
            unicode="pаypal.example",
            warnings=("mixed-scripts CYRILLIC+LATIN",),
        ),
        answered=HostName(ascii="board.example", unicode="board.example", warnings=()),
        hosting=accounts.entry(6, "route", detail=hosting_detail()).body,
        seal=accounts.seal(1),
        early=(StampFact(tsa="CN=Example TSA", gen_time=accounts.START + timedelta(minutes=5)),),
        early_broken=0,
    )
    return replace(plain, **changes)


def full_detail() -> dict[str, Json]:
    at = write_time(accounts.START + timedelta(minutes=4))
    return {
        "url": URL,
        "final_url": "https://board.example/view?id=7&page=2",
        "verdict": "partial",
        "reasons": ["resources-failed 2", "address-refused loopback 127.0.0.1 tracker.example"],
        "notes": [
            "clicked 1",
            "browser-version-untested 157.0",
            "through-proxy socks5://127.0.0.1:9050",
            "tls-not-verified board.example net::ERR_CERT_DATE_INVALID",
            "new-in-a-later-release 3",
        ],
        "engine": "browser",
        "title": "자유게시판 - 글 보기",
        "context": {
            "canonical": "https://board.example/view/7",
            "language": "ko",
            "statements": [
                {"about": "author", "value": "익명의 여우", "where": "meta[article:author]"},
                {"about": "published", "value": "2026-11-18T21:30", "where": "time[datetime]"},
            ],
            "media": [{"url": "https://cdn.example/v/1.mp4", "where": "video[src]"}],
            "omitted": ["media 812"],
        },
        "started_at": at,
        "ended_at": write_time(accounts.START + timedelta(minutes=4, seconds=9)),
        "credentials": {
            "rules": "1",
            "found": {"cookie": 3, "url-token": 1},
            "unchecked": 1,
            "passed_over": 0,
        },
        "facts": full_facts(at),
    }


def full_facts(at: str) -> dict[str, Json]:
    return {
        "settings": {"allow_private": True, "passive": False},
        "accepts_invalid_tls": True,
        "recorder": "protocol",
        "not_recorded": ["wire-bodies"],
        "browser": "Chromium 157.0.0.1",
        "status": 200,
        "proxy": "socks5://127.0.0.1:9050",
        "strangers_at_guard": 1,
        "peers": ["192.0.2.7:443"],
        "requests": 31,
        "exchanges": 29,
        "requests_failed": 2,
        "websockets": 0,
        "clock_offset": {
            "offset_ms": -12_345,
            "uncertainty_ms": 502,
            "date": "Fri, 20 Nov 2026 15:03:46 GMT",
            "source": "http-date",
        },
        "hops": [{"url": URL, "status": 302, "how": "http"}],
        "behaviours": [
            {"name": "scroll", "distribution": None, "version": None},
            {"name": "board-comments", "distribution": "centre-behaviours", "version": "1.2"},
        ],
        "clicks": [
            {
                "behaviour": "load-more",
                "text": "더 보기",
                "selector": "div.more > button",
                "at": at,
                "url_before": "https://board.example/view?id=7",
                "url_after": "https://board.example/view?id=7&page=2",
            }
        ],
        "clicks_omitted": 0,
        "resources": [
            {
                "url": "https://cdn.example/a.png",
                "why": "net::ERR_CONNECTION_RESET",
                "kind": "Image",
            },
            {"url": "https://cdn.example/b.js", "why": "http-status 404", "kind": "Script"},
        ],
        "resources_omitted": 7,
        "without_media": {
            "blocked": 1,
            "by_kind": {"Image": 1},
            "listed": [
                {
                    "url": "https://cdn.example/photo.jpg",
                    "at": at,
                    "kind": "Image",
                    "stage": "ended-at-head",
                    "declared": {"content-length": "123456"},
                }
            ],
            "omitted": 0,
        },
        "replay": dict(replay_detail(a_check())),
        "servers": [
            a_server("board.example", "192.0.2.7", tls=a_handshake()),
            {**a_server("tracker.example", None, tls=None), "refusal": "address-refused loopback"},
            {**a_server("inside.example", "10.0.0.9", tls=None), "ip_is": "private"},
        ],
        "servers_omitted": 2,
    }


def a_check() -> ReplayCheck:
    return ReplayCheck(
        viewport_alike_permille=1000,
        page_alike_permille=987,
        words_alike_permille=965,
        asked=30,
        answered=28,
        guessed=1,
        failed_before=4,
        missing=("https://cdn.example/v/1.mp4",),
        frames=3,
        frames_answered=2,
        videos=6,
        videos_ready=5,
    )


def a_server(host: str, ip: str | None, *, tls: Mapping[str, Json] | None) -> dict[str, Json]:
    return {
        "host": host,
        "port": 443,
        "ip": ip,
        "ip_is": None,
        "addresses": [*([ip] if ip else []), "192.0.2.8"],
        "dnssec": "not-authentic-says-resolver",
        "refusal": None,
        "connections": 3,
        "tls": tls,
    }


def a_handshake(error: str | None = "net::ERR_CERT_DATE_INVALID") -> dict[str, Json]:
    return {
        "version": "TLS 1.3",
        "cipher": "TLS_AES_128_GCM_SHA256",
        "alpn": "h2",
        "error": None,
        "chain": [LEAF, ABOVE],
        "certificate": {
            "sha256": LEAF,
            "subject": "CN=board.example",
            "issuer": "CN=Example CA,O=Example",
            "not_before": "2026-01-01T00:00:00.000000Z",
            "not_after": "2026-11-01T00:00:00.000000Z",
            "names": ["board.example"],
        },
        "verdict": {
            "by": "browser",
            "error": error,
            "flags": ["DATE_INVALID"] if error else [],
            "known_root": True,
        },
    }


def hosting_detail() -> dict[str, Json]:
    desk = {
        "roles": ["abuse"],
        "of": "registrar",
        "name": None,
        "organisation": "Example Registrar",
        "emails": ["abuse@registrar.example"],
        "phones": ["+1.5550100"],
        "address": None,
        "country": None,
    }
    return {
        "site": "https://board.example/",
        "host": {"ascii": "board.example", "unicode": "board.example", "warnings": []},
        "addresses": ["192.0.2.7"],
        "platform": {"name": "Example Board", "as_of": "2026-11"},
        "registrations": [
            {
                "kind": "domain",
                "asked": "board.example",
                "name": "board.example",
                "registrar": "Example Registrar",
                "country": "PA",
                "country_of": "registrant",
                "events": [{"action": "registration", "date": "2024-02-01T00:00:00Z"}],
                "nameservers": ["ns1.example"],
                "source": "https://rdap.example/domain/board.example",
                "to_ask": [desk],
            },
            {
                "kind": "ip",
                "asked": "192.0.2.7",
                "name": "EXAMPLE-NET",
                "network": "192.0.2.0 - 192.0.2.255",
                "country": "NL",
                "country_of": "network",
                "source": "https://rdap.example/ip/192.0.2.7",
                "to_ask": [{**desk, "emails": ["abuse@net.example"], "organisation": "Net B.V."}],
            },
        ],
        "inquiries": [
            {"kind": "domain", "asked": "www.board.example", "outcome": "not-registered"},
            {"kind": "ip", "asked": "192.0.2.7", "outcome": "answered"},
        ],
        "public_address": {
            "service": "https://ip.example/",
            "address": "198.51.100.7",
            "outcome": "answered",
        },
        "ended_at": write_time(accounts.START + timedelta(minutes=5)),
    }


def a_hostile_capture(text: str) -> CaptureAccount:
    """Return a capture in which ``text`` stands wherever somebody else's text can stand."""
    plain = a_capture()
    host = HostName(ascii=text, unicode=text, warnings=(f"{text} {text}",))
    hosting = accounts.entry(6, "route", detail=_poisoned(hosting_detail(), text)).body
    return replace(
        plain,
        about=accounts.about(recipient=text, purpose=text),
        title=text,
        body=replace(
            plain.body,
            detail=_poisoned(full_detail(), text),
            actor=Actor(alias=text, org=text, role=text),
            tool=replace(plain.body.tool, version=text, python=text, platform=text),
        ),
        artifacts=tuple(
            replace(
                item,
                artifact=replace(
                    item.artifact,
                    name=text,
                    media_type=text,
                    role=text,
                    sensitivity=Sensitivity.INTIMATE,
                ),
            )
            for item in plain.artifacts
        ),
        asked=host,
        answered=replace(host, ascii=text + "."),
        hosting=hosting,
        early=(StampFact(tsa=text, gen_time=accounts.START),),
        seal=replace(
            accounts.seal(1),
            signer_name=text,
            stamps=(StampFact(tsa=text, gen_time=accounts.START),),
        ),
    )


def _poisoned(value: Any, text: str) -> Any:
    """Put ``text`` in the place of every text, and beside it as the name of a member."""
    if isinstance(value, dict):
        return {**{name: _poisoned(one, text) for name, one in value.items()}, text: text}
    if isinstance(value, list):
        return [*(_poisoned(one, text) for one in value), text]
    return text if isinstance(value, str) else value
