"""The guided walk: everything once, offline, with samples that harm nobody.

A page and some files become a sealed, timestamped, encrypted bundle; then the recipient's side
checks it, and finds the one byte that somebody changed. Key, authority and case are new each time.
"""

import os
import secrets
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyrage

from evidencekit.demo import authority, site
from evidencekit.errors import BadInput, BrowserUnavailable
from evidencekit.export.typeset import write_kst, write_utc
from evidencekit.export.words import term_with_argument
from evidencekit.model.event import Actor
from evidencekit.model.report import Report, Status, Verdict
from evidencekit.seal.kinds import KeyKind
from evidencekit.seal.opening import open_signer
from evidencekit.store.case import Case
from evidencekit.text.catalog import _, language
from evidencekit.text.clean import clean
from evidencekit.workflow.capture import Captured, EngineName, capture
from evidencekit.workflow.cases import init
from evidencekit.workflow.dating import authorities
from evidencekit.workflow.export import export
from evidencekit.workflow.ingest import Added, add
from evidencekit.workflow.keys import new_key
from evidencekit.workflow.metadata import show
from evidencekit.workflow.seal import seal
from evidencekit.workflow.setting import Setting
from evidencekit.workflow.strip import strip
from evidencekit.workflow.verify import verify

SAMPLES = Path(__file__).with_name("samples")
_COMMAND = "EVIDENCEKIT_COMMAND"  # how script/run was called, so that the last line can be typed
_ENGINES: tuple[EngineName, ...] = ("http", "browser")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where everything of one walk lies."""

    out: Path
    case: Path
    key: Path
    certificate: Path
    tsa_root: Path
    identity: Path
    clear: Path
    sealed: Path
    tampered: Path


def walk(out: Path, *, say: Callable[[str], None], browser: bool) -> int:
    """Walk in the folder ``out``, new or empty; returns 0 if all went as it should, else 1."""
    if out.exists() and any(out.iterdir()):
        raise BadInput(_("{path} is not empty").format(path=out))
    out.mkdir(parents=True, exist_ok=True)
    places = _places(out)
    clock = Setting(home=out / "home").clock
    stamper = authority.DemoAuthority(clock=clock)
    places.tsa_root.write_bytes(stamper.root.pem)
    with authority.serve(stamper) as url:
        setting = Setting(home=out / "home", tsa_urls=(url,), tsa_ca=(places.tsa_root,))
        case = _fill(places, setting, say, browser=browser)
        _seal_and_export(case, places, setting, say)
    is_right = _check_as_recipient(places, setting, say)
    _say_where(places, say)
    return 0 if is_right else 1


def _places(out: Path) -> _Places:
    return _Places(
        out=out,
        case=out / "case",
        key=out / "desk.pem",
        certificate=out / "desk.crt",
        tsa_root=out / "demo-tsa-root.pem",
        identity=out / "recipient-identity.txt",
        clear=out / "bundle",
        sealed=out / "bundle.zip.age",
        tampered=out / "bundle-one-byte-changed",
    )


def _fill(places: _Places, setting: Setting, say: Callable[[str], None], *, browser: bool) -> Case:
    say(_("1. A case is opened: {path}").format(path=places.case))
    actor = Actor(alias="desk 3", org=_("Demonstration centre"), role=_("counsellor"))
    case = init(places.case, title=_("Demonstration"), actor=actor, setting=setting)
    if browser:
        say(_("2. A sample site is captured: without a browser, then with one if there is one"))
    else:
        say(_("2. A sample site is captured without a browser"))
    with site.serve() as url:
        for engine in _ENGINES if browser else _ENGINES[:1]:
            _capture(case, f"{url}old", engine, setting, say)
    say(_("3. A folder of sample files is taken in; the originals are only read"))
    added = [
        item.artifact for item in add(case, [SAMPLES], setting=setting) if isinstance(item, Added)
    ]
    for artifact in added:
        say(f"   {artifact.id:8} {artifact.media_type:16} {clean(artifact.name)}")
    say(_("4. Pictures are copied without what they give away"))
    for artifact in added:
        if artifact.media_type in ("image/jpeg", "image/png"):
            _strip(case, artifact.id, setting, say)
    return case


def _capture(
    case: Case, url: str, engine: EngineName, setting: Setting, say: Callable[[str], None]
) -> None:
    try:
        found = list(capture(case, [url], engine=engine, allow_private=True, setting=setting))
    except BrowserUnavailable as exc:
        said = _("   with a browser: left out ({why}); everything else works without one")
        say(said.format(why=exc.message))
        return
    for item in found:
        if isinstance(item, Captured):
            roles = ", ".join(_word("role", artifact.role or "") for artifact in item.artifacts)
            verdict = _word("verdict", item.page.verdict.value)
            said = _("   {engine}: {verdict}, kept: {roles}")
            say(said.format(engine=_word("engine", engine), verdict=verdict, roles=roles))


def _strip(case: Case, artifact_id: str, setting: Setting, say: Callable[[str], None]) -> None:
    found = show(case, artifact_id).summary
    copy = strip(case, artifact_id, setting=setting)
    told = found.where if found is not None and found.where is not None else _("none")
    gone = ", ".join(_word("part", words) for words in copy.stripped.removed)
    said = _("   {id}: place {place}; copy {copy} without: {gone}")
    say(said.format(id=artifact_id, place=clean(told), copy=copy.artifact.id, gone=clean(gone)))


def _seal_and_export(
    case: Case, places: _Places, setting: Setting, say: Callable[[str], None]
) -> None:
    passphrase = secrets.token_urlsafe(24)  # never needed again: the walk's key is for the walk
    made = new_key(
        places.key, name="evidencekit demonstration", kind=KeyKind.P256, passphrase=passphrase,
        csr=False, setting=setting,
    )  # fmt: skip
    signer = open_signer(f"file:{places.key}", passphrase)
    stampers = authorities(setting.tsa_urls, setting.tsa_ca, setting)
    sealed = seal(case, signer, authorities=stampers, setting=setting)
    say(_("5. The case is sealed with a fresh key, and the seal is timestamped (RFC 3161)"))
    say(f"   SHA-256 {made.fingerprint}")
    for stamp in sealed.stamps:
        write = write_kst if language() == "ko" else write_utc
        say(_("   demo authority: {time}").format(time=write(stamp.gen_time)))
    identity = pyrage.x25519.Identity.generate()
    places.identity.touch(mode=0o600)
    places.identity.write_text(f"{identity}\n", encoding="ascii")
    for out, recipients in ((places.clear, ()), (places.sealed, (str(identity.to_public()),))):
        export(
            case, profile="police", out=out, form="zip" if recipients else "bag",
            encrypt_to=recipients, signer=signer, authorities=stampers, language=language(),
            setting=setting,
        )  # fmt: skip
    say(_("6. A police bundle is exported, in clear and encrypted"))


def _check_as_recipient(places: _Places, setting: Setting, say: Callable[[str], None]) -> bool:
    say(_("7. The recipient verifies both, trusting only the two certificates named"))
    received = (places.clear, places.sealed)
    verdicts = [_tell(_check(path, places, setting), path, say) for path in received]
    say(_("8. One byte of one file is changed"))
    _change_one_byte(places)
    changed = _tell(_check(places.tampered, places, setting), places.tampered, say)
    return verdicts == [Verdict.VALID] * 2 and changed is Verdict.INVALID


def _check(path: Path, places: _Places, setting: Setting) -> Report:
    return verify(
        path,
        trust=[places.certificate],
        tsa_trust=[places.tsa_root],
        identity=places.identity,
        setting=setting,
    )


def _change_one_byte(places: _Places) -> None:
    shutil.copytree(places.clear, places.tampered)
    victim = next(iter(sorted((places.tampered / "data").glob("*.jpg"))))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)


def _tell(report: Report, path: Path, say: Callable[[str], None]) -> Verdict:
    finding = _word("finding", report.verdict.name.lower())
    say(f"   {path.name}: {report.verdict.name} – {finding}")
    for check in report.checks:
        if check.status is Status.FAIL:
            say(f"      {check.path}: {check.detail}")
    return report.verdict


def _say_where(places: _Places, say: Callable[[str], None]) -> None:
    listed = (
        (places.case, _("the case")),
        (places.clear, _("the bundle; begin with report/report.html and VERIFY.txt")),
        (places.sealed, _("the same, encrypted so that only the recipient can open it")),
        (
            places.identity,
            _("the recipient's private age key, which opens it"),
        ),
        (places.tampered, _("the bundle with the changed byte")),
        (places.certificate, _("the sealing key's certificate, for --trust")),
        (places.tsa_root, _("the demo authority's root certificate, for --tsa-trust")),
        (places.out / "home", _("the demo's own settings and device key; yours are untouched")),
    )
    say("")
    say(_("What lies where, in {path}").format(path=places.out))
    for path, what in listed:
        say(f"   {path.name:24} {what}")
    words = [os.environ.get(_COMMAND) or "evidencekit", "verify", str(places.clear)]
    words += ["--trust", str(places.certificate), "--tsa-trust", str(places.tsa_root)]
    say(_("Next, try it yourself:"))
    say(f"   {shlex.join(words)}")


def _word(kind: str, code: str) -> str:
    pair = term_with_argument(kind, code)
    return pair.ko if language() == "ko" else pair.en
