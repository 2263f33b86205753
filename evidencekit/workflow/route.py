"""Who hosts a page, in which country, and whom to ask: recorded in a case, or only shown.

Strangers are asked (an RDAP server, and the registries that it names), by the way that a capture
takes, and only about what belongs to the public internet. After a capture the address is the one
that answered; on its own, ``route`` looks the name up as it is now.
"""

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

from evidencekit.capture.address import Address, parse_url
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.names import resolve_host
from evidencekit.capture.guard.own_network import capture_guard
from evidencekit.capture.guard.upstream import Upstream
from evidencekit.capture.hosting.hosting import domain_names, hosting_document, is_public, look_up
from evidencekit.capture.hosting.public_address import (
    PublicAddress,
    ask_public_address,
    public_address_document,
)
from evidencekit.capture.hosting.rdap import MEDIA_TYPE, Answered, Rdap
from evidencekit.capture.http.own_requests import LOOK_UP_LIMITS, WARC_NAME, own_requests
from evidencekit.capture.http.server_trust import ServerTrust
from evidencekit.errors import BadInput
from evidencekit.files.durable import disk_errors
from evidencekit.files.opening import RegularFile
from evidencekit.formats.times import write_time
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.capture import PageCapture
from evidencekit.model.event import Actor
from evidencekit.model.find import Find
from evidencekit.model.hosting import Hosting, RegistryKind
from evidencekit.model.json import Json
from evidencekit.store.case import Case
from evidencekit.store.spool import open_spool
from evidencekit.text.catalog import _
from evidencekit.workflow.recording import record
from evidencekit.workflow.setting import Setting

DEFAULT_RDAP = "https://rdap.org/"
"""Sends on to the registry that IANA's tables name (docs/decisions/0018: not tried out by us)."""
ACTION = "route"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to reach others, as the capture does."""

    allow_private: bool = False
    upstream: Upstream | None = None
    public_address_of: str | None = None
    """URL of a service to ask which address we show; None: nobody is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Who hosts one URL."""

    url: str
    hosting: Hosting
    public_address: PublicAddress | None
    artifacts: tuple[Artifact, ...]
    """The answers as they came; empty where there is no case."""


def route(
    url: str, *, case: Case | None, actor: Actor | None = None, way: Way, setting: Setting
) -> Routed:
    """Ask who hosts ``url``; with ``case`` the answers are recorded, also that there were none.

    Raises :class:`~evidencekit.errors.BadInput` for what is no web address.
    """
    address = parse_url(url)
    require_usable(way, setting)
    with _folder(case) as folder:
        asked = _Asked(address=address, peer=None)
        found = _ask(asked, folder, way=way, setting=setting)
        artifacts = _recorded(case, address, found, actor=actor, setting=setting) if case else ()
    return Routed(
        url=url,
        hosting=found.hosting,
        public_address=found.public_address,
        artifacts=artifacts,
    )


def route_captured(
    case: Case, page: PageCapture, *, actor: Actor, way: Way, setting: Setting
) -> Routed | None:
    """Ask who hosts a page that was captured; None where there is nothing that may be asked."""
    try:
        address = parse_url(page.final_url)
    except BadInput:  # the page stands at no web address any more
        return None
    asked = _Asked(address=address, peer=page.peer)
    if way.public_address_of is None and not _is_worth_asking(asked, way, setting):
        return None
    with _folder(case) as folder:
        found = _ask(asked, folder, way=way, setting=setting)
        artifacts = _recorded(case, address, found, actor=actor, setting=setting)
    return Routed(
        url=page.url,
        hosting=found.hosting,
        public_address=found.public_address,
        artifacts=artifacts,
    )


def require_usable(way: Way, setting: Setting) -> None:
    """Raise :class:`BadInput` where a URL that was set up is none, before anything is asked."""
    _base(setting)
    if way.public_address_of is not None:
        parse_url(way.public_address_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    address: Address
    peer: str | None
    """The address that answered; None: look the name up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    hosting: Hosting
    public_address: PublicAddress | None
    finds: tuple[Find, ...]
    started_at: datetime
    ended_at: datetime


def _ask(asked: _Asked, folder: Path, *, way: Way, setting: Setting) -> _Found:
    started = setting.clock()
    dialer = Dialer(
        guard=capture_guard(allow_private=way.allow_private),
        resolve=resolve_host,
        observe=None,
        upstream=way.upstream,
        connect_s=LOOK_UP_LIMITS.connect_s,
        clock=setting.clock,
    )
    addresses, failure = _addresses(asked, dialer, way)
    with (
        disk_errors(str(folder)),
        own_requests(
            folder, dialer=dialer, trust=ServerTrust(), clock=setting.clock, new_id=_new_id
        ) as requests,
    ):
        hosting, answered = look_up(
            asked.address.host,
            addresses,
            rdap=Rdap(_base(setting), requests, clock=setting.clock),
            may_tell=lambda kind, one: _may_tell(kind, one, way, setting),
            clock=setting.clock,
            address_failure=failure,
        )
        public = None
        if way.public_address_of is not None:
            service = parse_url(way.public_address_of).url
            public = ask_public_address(service, requests, at=setting.clock())
    ended = setting.clock()
    with disk_errors(str(folder)):
        finds = _finds(folder, answered, at=ended)
    return _Found(
        hosting=hosting,
        public_address=public,
        finds=finds,
        started_at=started,
        ended_at=ended,
    )


def _addresses(asked: _Asked, dialer: Dialer, way: Way) -> tuple[Sequence[str], str | None]:
    if asked.peer is not None:
        return (asked.peer,), None
    if way.upstream is not None:  # only the proxy may know the name
        return (), "not-observed"
    found = dialer.names.look_up(asked.address.host, asked.address.port)
    return found.addresses, found.failure


def _is_worth_asking(asked: _Asked, way: Way, setting: Setting) -> bool:
    questions: list[tuple[RegistryKind, str]] = [
        ("domain", name) for name in domain_names(asked.address.host)
    ]
    if asked.peer is not None:
        questions.append(("ip", asked.peer))
    return any(_may_tell(kind, one, way, setting) for kind, one in questions)


def _may_tell(kind: RegistryKind, asked: str, way: Way, setting: Setting) -> bool:
    """Tell names and addresses of inner networks only to a server that somebody set up for it."""
    return is_public(kind, asked) or (way.allow_private and setting.rdap is not None)


def _base(setting: Setting) -> str:
    given = parse_url(setting.rdap or DEFAULT_RDAP).url
    if "?" in given:
        raise BadInput(_("the URL of an RDAP server has no query"))
    return given if given.endswith("/") else given + "/"


def _finds(folder: Path, answered: Sequence[Answered], *, at: datetime) -> tuple[Find, ...]:
    finds = [
        _find(folder / WARC_NAME, "application/warc+gzip", role="warc-look-up", url=None, at=at)
    ]
    for number, one in enumerate(answered, start=1):
        path = folder / f"rdap-{one.inquiry.kind}-{number}.json"
        path.write_bytes(one.content)
        role = f"rdap-{one.inquiry.kind}"
        finds.append(_find(path, MEDIA_TYPE, role=role, url=one.inquiry.url, at=at))
    return tuple(finds)


def _find(path: Path, media_type: str, *, role: str, url: str | None, at: datetime) -> Find:
    return Find(
        name=path.name,
        content=RegularFile(path),
        origin="capture",
        acquired_at=at,
        role=role,
        source={"kind": "url", "url": url} if url is not None else {},
        media_type=media_type,
    )


def _recorded(
    case: Case, address: Address, found: _Found, *, actor: Actor | None, setting: Setting
) -> tuple[Artifact, ...]:
    public = found.public_address
    detail: dict[str, Json] = {
        # No path and no query: who hosts it depends on neither, and either may hold a secret.
        "site": urljoin(address.url, "/"),
        **hosting_document(found.hosting),
        "public_address": public_address_document(public) if public is not None else None,
        "started_at": write_time(found.started_at),
        "ended_at": write_time(found.ended_at),
    }
    committed = record(
        case,
        ACTION,
        found.finds,
        detail=detail,
        actor=actor or case.first_actor(),
        sensitivity=Sensitivity.NORMAL,
        setting=setting,
    )
    return committed.artifacts


@contextmanager
def _folder(case: Case | None) -> Iterator[Path]:
    if case is None:
        with tempfile.TemporaryDirectory(prefix="evidencekit-") as path:
            yield Path(path)
        return
    with open_spool(case.root) as spool:
        yield spool.folder


def _new_id() -> str:
    return str(uuid.uuid4())
