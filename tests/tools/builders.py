"""Cases to test with: ``a_case(tmp_path).with_file(b"x").sealed()``.

Clock, randomness and device key are fixed, so the same calls give the same ledger.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography import x509

from evidencekit.model.artifact import Artifact
from evidencekit.model.event import Actor
from evidencekit.model.ids import ArtifactId
from evidencekit.protocols import Signer, TimestampAuthority
from evidencekit.seal.certificate import self_signed
from evidencekit.seal.kinds import KeyKind, generate
from evidencekit.seal.signer import FileSigner
from evidencekit.store.case import Case, Kind, create_case
from evidencekit.store.device import DeviceKey, open_device_key
from evidencekit.store.machine import Machine
from evidencekit.store.writer import CaseWriter, Draft, open_writer
from evidencekit.workflow.ingest import Added, add
from evidencekit.workflow.seal import Sealed, seal
from evidencekit.workflow.setting import Setting
from tests.tools.fakes import START, FakeAuthority, FixedClock, SteadyBytes

ACTOR = Actor(alias="desk 3", org="Busan centre", role="investigator")
DEVICE = b"device key of the evidencekit te"  # 32 bytes


@dataclass(frozen=True, kw_only=True)
class SteadySetting(Setting):
    """A setting whose machine draws the same bytes in every run."""

    random_bytes: SteadyBytes = field(default_factory=SteadyBytes)

    def machine(self) -> Machine:
        return Machine(
            device=open_device_key(self.home), clock=self.clock, random_bytes=self.random_bytes
        )


@dataclass(frozen=True, kw_only=True)
class Built:
    """A case with what it was made with."""

    case: Case
    setting: SteadySetting
    clock: FixedClock
    signer: FileSigner
    authority: FakeAuthority
    added: tuple[Artifact, ...]
    seals: tuple[Sealed, ...]

    @property
    def root(self) -> Path:
        return self.case.root

    @contextmanager
    def writer(self) -> Iterator[CaseWriter]:
        machine = self.setting.machine()
        with open_writer(self.root, self.case.id, machine, command="test", wait_s=0) as writer:
            yield writer

    def add(self, *paths: Path) -> tuple[Artifact, ...]:
        outcomes = add(self.case, paths, setting=self.setting)
        return tuple(item.artifact for item in outcomes if isinstance(item, Added))

    def seal(self, *authorities: TimestampAuthority, again: bool = False) -> Sealed:
        return seal(
            self.case, self.signer, authorities=authorities, again=again, setting=self.setting
        )


@dataclass
class CaseBuilder:
    """Collects what a case shall hold; nothing is on disk before :meth:`built`."""

    folder: Path
    kind: Kind = Kind.INVESTIGATION
    clock: FixedClock = field(default_factory=FixedClock)
    files: list[tuple[str, bytes]] = field(default_factory=list)

    def with_file(self, data: bytes, name: str | None = None) -> Self:
        self.files.append((name or f"file-{len(self.files) + 1}.txt", data))
        return self

    def for_support(self) -> Self:
        self.kind = Kind.SUPPORT
        return self

    def built(self) -> Built:
        setting = a_setting(self.folder, clock=self.clock)
        case = create_case(
            self.folder / "case",
            title="Test",
            kind=self.kind,
            actor=ACTOR,
            machine=setting.machine(),
        )
        brought = self.folder / "brought"
        brought.mkdir()
        for name, data in self.files:
            (brought / name).write_bytes(data)
        outcomes = add(case, [brought], setting=setting) if self.files else ()
        return Built(
            case=case,
            setting=setting,
            clock=self.clock,
            signer=a_signer(),
            authority=FakeAuthority(clock=self.clock),
            added=tuple(item.artifact for item in outcomes if isinstance(item, Added)),
            seals=(),
        )

    def sealed(self, *, stamped: bool = True) -> Built:
        built = self.built()
        sealed = built.seal(*([built.authority] if stamped else []))
        return Built(
            case=built.case,
            setting=built.setting,
            clock=built.clock,
            signer=built.signer,
            authority=built.authority,
            added=built.added,
            seals=(sealed,),
        )


def a_case(folder: Path) -> CaseBuilder:
    return CaseBuilder(folder)


def a_setting(folder: Path, *, clock: FixedClock) -> SteadySetting:
    home = folder / "home"
    key = home / "device/ledger.key"
    key.parent.mkdir(parents=True, exist_ok=True)
    key.touch(mode=0o600)
    key.write_bytes(DEVICE)
    return SteadySetting(home=home, clock=clock)


def a_signer(kind: KeyKind = KeyKind.P256) -> FileSigner:
    key = generate(kind)
    pem = self_signed(key, "Busan centre, desk 3", at=START)
    return FileSigner(key, (x509.load_pem_x509_certificate(pem),))


def certificate_of(signer: Signer) -> x509.Certificate:
    return x509.load_der_x509_certificate(signer.certificates[0])


def a_device(folder: Path) -> DeviceKey:
    return open_device_key(folder)


def a_draft(writer: CaseWriter, data: bytes, name: str = "note.txt") -> Draft:
    """Spool ``data`` and return the artifact that it will be."""
    spooled = writer.spool.put_bytes(data)
    artifact = Artifact(
        id=ArtifactId("a0-0"),
        salt="0" * 64,
        sha256=spooled.digested.sha256,
        size=spooled.digested.size,
        media_type="text/plain",
        name=name,
        acquired_at=START,
        origin="intake",
        source={"kind": "file", "path": name, "modified": "2026-11-20T00:00:00.000000000Z"},
    )
    return Draft(artifact=artifact, spooled=(spooled,))
