"""Accounts to write documents from: a plain one, and one in which every text is an attack."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from evidencekit.formats.artifact import artifact_line
from evidencekit.formats.times import write_time
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.bundle import (
    Account,
    BundleFile,
    CustodyEntry,
    SealFact,
    ShownArtifact,
    StampFact,
)
from evidencekit.model.event import Actor, ArtifactLine, Body, Line, Tool
from evidencekit.model.find import Access, Origin
from evidencekit.model.ids import ArtifactId, CaseId, Digest
from evidencekit.model.json import Json

START = datetime(2026, 11, 20, 14, 59, 58, 250_000, tzinfo=UTC)  # another day in Seoul
CASE = CaseId("0123456789abcdef" * 2)
FINGERPRINT = ":".join(f"{number:02X}" for number in range(0, 256, 8))
URL = "https://board.example/view?id=7&page=2"

SCRIPT = "<script>alert(1)</script>"
TEMPLATE = "{{7*7}}{% raw %}{0}{title}"
FORMULA = "=cmd|' /C calc'!A1"
TURNED = "photo\u202egpj.exe"
MARKUP = "[red]주의[/red]"
ESCAPE = "\x1b[2J\x1b]0;x\x07"
ATTRIBUTE = '"><img src=https://evil.example/x onerror=alert(1)>'
STYLE = "</style><style>@import url(https://evil.example/)</style>"
LINES = "name\r\n    $ rm -rf .\r\n"
LONG = "긴이름" * 3_000
NFD = "\u1112\u1161\u11ab\u1100\u1173\u11af.jpg"  # 한글, taken apart
EMOJI = "👩‍👩‍👧‍👦 가족.png"
WIDE_FORMULA = "＝SUM(A1)"
ZALGO = "z" + "\u0335" * 200
HOSTILE = (
    SCRIPT, TEMPLATE, FORMULA, TURNED, MARKUP, ESCAPE, ATTRIBUTE, STYLE, LINES, LONG, NFD, EMOJI,
    WIDE_FORMULA, ZALGO, "+1", "-1", "@x", "\ttab", "\rcr", "", "javascript:alert(1)", "'quote",
)  # fmt: skip


T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Lazy(Generic[T]):
    """Makes its items as they are asked for, each time anew, and notes which it has made."""

    make: Callable[[int], T]
    count: int
    made: list[int] = field(default_factory=list)

    def __iter__(self) -> Iterator[T]:
        for number in range(1, self.count + 1):
            self.made.append(number)
            yield self.make(number)


def artifact(
    number: int, name: str, *, origin: Origin = "intake", role: str | None = None
) -> Artifact:
    return Artifact(
        id=ArtifactId(f"a2-{number}"),
        salt=f"{number:064x}",
        sha256=Digest(f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC834:064x}"[-64:]),
        size=number * 12_345,
        media_type="image/jpeg",
        name=name,
        acquired_at=START + timedelta(seconds=number),
        origin=origin,
        role=role,
        source={"kind": "file", "path": f"/home/victim-real-name/{number}"},
    )


def shown(one: Artifact) -> ShownArtifact:
    return ShownArtifact(artifact=one, path=f"data/{one.id}.jpg")


def entry(
    seq: int,
    action: str,
    *,
    artifacts: Sequence[ArtifactLine | None] = (),
    detail: dict[str, Json] | None = None,
    actor: Actor | None = None,
) -> CustodyEntry:
    zero = Digest("0" * 64)
    line = Line(
        seq=seq,
        prev=zero if seq > 1 else None,
        at=START + timedelta(minutes=seq),
        case=CASE,
        key=bytes(32),
        action=action,
        leaves=(zero,) * len(artifacts),
        body_commit=zero,
        sig=bytes(64),
    )
    body = Body(
        seq=seq,
        salt="1" * 64,
        actor=actor or Actor(alias="동백 3", org="부산 여성폭력방지종합지원센터", role="상담원"),
        artifacts=tuple(artifacts),
        detail=detail or {},
        tool=Tool(name="evidencekit", version="0.1.0", python="3.11.7", platform="Linux"),
    )
    return CustodyEntry(line=line, body=body)


def withheld(seq: int, action: str, leaves: int = 0) -> CustodyEntry:
    told = entry(seq, action, artifacts=(None,) * leaves)
    return replace(told, body=None)


def capture(seq: int, url: str, verdict: str, reasons: Sequence[str], **more: Json) -> CustodyEntry:
    files = [artifact(10 + number, "capture", origin="capture") for number in range(3)]
    detail: dict[str, Json] = {
        "url": url,
        "final_url": url + "#top",
        "verdict": verdict,
        "reasons": list(reasons),
        "notes": [],
        "engine": "browser",
        "title": "자유게시판 - 글 보기",
        "started_at": write_time(START + timedelta(minutes=seq)),
        "ended_at": write_time(START + timedelta(minutes=seq, seconds=8)),
        **more,
    }
    return entry(seq, "capture", artifacts=[artifact_line(one) for one in files], detail=detail)


def seal(number: int, *, stamps: int = 1, ledger_size: int = 6) -> SealFact:
    tokens = (
        StampFact(tsa="https://tsa.example/tsr", gen_time=START + timedelta(minutes=6, seconds=n))
        for n in range(stamps)
    )
    return SealFact(
        number=number,
        manifest_sha256=Digest("ab" * 32),
        signer_name="Busan centre, desk 3",
        signer_fingerprint=FINGERPRINT,
        stamps=tuple(tokens),
        ledger_size=ledger_size,
        artifact_count=9,
    )


def about(**changes: object) -> BundleFile:
    plain = BundleFile(
        bundle="fedcba9876543210" * 2,
        case=CASE,
        created_at=START + timedelta(hours=19),
        profile="police",
        purpose="수사 자료 임의제출",
        recipient="부산경찰청 사이버수사과",
        seal=1,
        shown=4,
        held_back=2,
        ledger_size=8,
        whole_case=False,
        language="ko",
        is_signed=True,
        tool_version="0.1.0",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test names real members


def an_account(
    *,
    artifacts: Iterable[ShownArtifact] | None = None,
    custody: Iterable[CustodyEntry] | None = None,
    seals: tuple[SealFact, ...] | None = None,
    title: str = "2026-동백 게시판 유포 건",
    **changes: object,
) -> Account:
    return Account(
        about=about(**changes),
        title=title,
        kind="support",
        exporter=Actor(alias="동백 3", org="부산 여성폭력방지종합지원센터", role="상담원"),
        seals=(seal(1),) if seals is None else seals,
        artifacts=plain_artifacts() if artifacts is None else artifacts,
        custody=plain_custody() if custody is None else custody,
    )


def a_hostile_account() -> Account:
    """Every text that can come from outside is an attack, in every place."""
    names = [artifact(number, name) for number, name in enumerate(HOSTILE, 1)]
    custody = [
        entry(
            number,
            "init.support",
            detail={"title": text},
            actor=Actor(alias=text, org=text, role=text),
        )
        for number, text in enumerate(HOSTILE, 1)
    ]
    start = len(HOSTILE) + 1
    for seq, text in enumerate(HOSTILE, start):
        custody.append(
            capture(
                seq, text, text, [text], final_url=text + "/", title=text, notes=[text], engine=text
            )
        )
    plain = an_account(title=ATTRIBUTE, profile=SCRIPT, purpose=FORMULA, recipient=STYLE)
    stamp = StampFact(tsa=SCRIPT, gen_time=START)
    return replace(
        plain,
        kind=TEMPLATE,
        exporter=Actor(alias=SCRIPT, org=ESCAPE, role=TURNED),
        seals=(replace(seal(1), signer_name=LINES, stamps=(stamp,)),),
        artifacts=[
            replace(shown(one), artifact=replace(one, role=one.name or None)) for one in names
        ],
        custody=custody,
    )


def plain_artifacts() -> tuple[ShownArtifact, ...]:
    first = artifact(1, "KakaoTalk_20261118_213015.jpg")
    return (
        shown(replace(first, sensitivity=Sensitivity.INTIMATE, access=Access.RESTRICTED)),
        shown(replace(artifact(2, NFD), type={"extension_mismatch": True})),
        shown(replace(artifact(3, "사본.jpg", origin="strip"), derived_from=ArtifactId("a2-2"))),
        shown(
            replace(
                artifact(4, "page.warc.gz", origin="capture", role="warc"),
                media_type="application/warc",
            )
        ),
    )


def plain_custody() -> tuple[CustodyEntry, ...]:
    files = [artifact_line(item.artifact) for item in plain_artifacts()]
    many = [artifact_line(artifact(number, "many")) for number in range(20, 60)]
    refused: list[Json] = [{"name": "x", "why": "symlink"}, {"name": "y", "why": "unreadable"}]
    sealing: dict[str, Json] = {"seal": 1, "timestamps": [{"tsa": "x", "gen_time": "y"}]}
    handed: dict[str, Json] = {
        "bundle": "fedcba9876543210" * 2,
        "profile": "police",
        "recipient": "부산경찰청 사이버수사과",
        "shown": 4,
        "held_back": 2,
    }
    return (
        entry(1, "init.support", detail={"title": "2026-동백 게시판 유포 건"}),
        entry(2, "add", artifacts=[*files[:2], None, *many], detail={"refused": refused}),
        capture(3, URL, "partial", ["http-status 404", "timed-out idle 3"]),
        capture(4, "https://other.example/gallery/1029384756", "complete", []),
        entry(5, "strip", artifacts=files[2:3], detail={"of": "a2-2", "purpose": "share"}),
        entry(6, "seal", detail=sealing),
        withheld(7, "add", 2),
        entry(8, "export.begin", detail=handed),
    )
