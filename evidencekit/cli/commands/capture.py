"""``capture``: web pages as they are now."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import click

from evidencekit.capture.guard.upstream import parse_upstream
from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.dates import note_date
from evidencekit.cli.hosts import one_line
from evidencekit.cli.interruptible import interruptible
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.progress import watching
from evidencekit.cli.reasons import reason, said
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.typed import typed
from evidencekit.errors import NetworkUnavailable
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.text.catalog import _
from evidencekit.workflow.capture import Captured, capture
from evidencekit.workflow.route import Routed

_PART_MISSING = 3
_REFUSED = re.compile("address-refused")
_SHOWN_NOTES = ("tls-not-verified", "host-in-other-letters", "mixed-scripts", "looks-latin")
"""Notes that change what a verdict means to whoever reads it; ``log`` has all."""
_CERTIFICATE = re.compile(r"(requisite )?tls-failed (?!protocol|net::ERR_(?!CERT_))")
"""A reason of a page that ``--accept-invalid-tls`` would mend; other errors of TLS it does not."""


@click.command(
    "capture",
    cls=ActingCommand,
    help=_(
        "Capture web pages with all that belongs to them, and record even a failure. The site "
        "sees a visit from this network."
    ),
)
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@click.option(
    "--engine",
    type=click.Choice(["browser", "http"]),
    help=_("browser runs the page's scripts and takes a picture; else what there is."),
)
@click.option(
    "--recorder",
    type=click.Choice(["netlog", "protocol"]),
    default="netlog",
    show_default=True,
    help=_(
        "What the browser's traffic is recorded by. protocol is for a browser whose network log "
        "cannot be read: bodies are stored unpacked, and more is lost; the record says what."
    ),
)
@click.option(
    "--passive",
    is_flag=True,
    help=_("Only look: scroll nothing, click nothing, not even away a cookie banner."),
)
@click.option(
    "--no-media",
    is_flag=True,
    help=_(
        "Fetch and keep no picture, film, sound or font, only what the page says; always so for "
        "csam_suspected."
    ),
)
@click.option("--allow-private", is_flag=True, help=_("Allow addresses inside this network."))
@click.option(
    "--accept-invalid-tls",
    is_flag=True,
    help=_(
        "Go on where a site's certificate cannot be verified, and state it in the evidence: "
        "somebody else may have answered in its place."
    ),
)
@click.option(
    "--proxy",
    metavar="URL",
    help=_(
        "Go through socks5://host:port or http://host:port, which looks names up too; answers of "
        "name servers and addresses of servers cannot be observed then."
    ),
)
@click.option(
    "--sensitivity",
    type=click.Choice([item.value for item in Sensitivity]),
    default=Sensitivity.NORMAL.value,
    show_default=True,
    help=_("How careful everybody has to be with all of it."),
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, max=24 * 60, min_open=True),
    metavar="MINUTES",
    help=_("How long one page may take; else 3 minutes, without a browser 30."),
)
@click.option(
    "--covert",
    is_flag=True,
    help=_("Send no request besides the page's own: no look-up of who hosts it, no dating."),
)
@click.option(
    "--public-ip",
    metavar="URL",
    help=_("Afterwards ask the service at URL which address this network shows, and record it."),
)
@pass_session
def command(
    session: Session,
    *,
    urls: tuple[str, ...],
    engine: Literal["browser", "http"] | None,
    recorder: Literal["netlog", "protocol"],
    passive: bool,
    no_media: bool,
    allow_private: bool,
    accept_invalid_tls: bool,
    proxy: str | None,
    sensitivity: str,
    time_limit: float | None,
    covert: bool,
    public_ip: str | None,
) -> int:
    """Print the outcome of each page as soon as it is durable."""
    if covert and public_ip is not None:
        raise click.UsageError(_("--covert and --public-ip exclude each other."))
    if engine == "http" and recorder != "netlog":
        raise click.UsageError(_("--engine http has no browser for --recorder to record."))
    case = opened(session)
    pages: list[PageCapture] = []
    with interruptible(session) as interruption, watching(session) as observer:
        for outcome in capture(
            case,
            urls,
            engine=engine,
            allow_private=allow_private,
            proxy=proxy,
            is_passive=passive,
            recorder=recorder,
            is_without_media=no_media,
            accepts_invalid_tls=accept_invalid_tls,
            actor=actor_of(session, case),
            sensitivity=Sensitivity(sensitivity),
            is_covert=covert,
            time_limit_s=time_limit * 60 if time_limit is not None else None,
            public_address_of=public_ip,
            setting=here(),
            observer=observer,
            interruption=interruption,
        ):
            observer.hide()
            if isinstance(outcome, Captured):
                pages.append(outcome.page)
                _tell(session, outcome)
            elif isinstance(outcome, Routed):
                _tell_host(session, outcome)
            else:
                note_date(session, outcome)
    cautions = {
        "--passive": passive,
        "--no-media": no_media,
        "--covert": covert,
        f"--sensitivity={sensitivity}": sensitivity != Sensitivity.NORMAL.value,
    }
    given = _Given(
        cautions=tuple(word for word, is_given in cautions.items() if is_given),
        allow_private=allow_private,
        accept_invalid_tls=accept_invalid_tls,
        proxy=proxy,
    )
    _name_what_would_help(session, pages, given)
    return _exit_code([page.verdict for page in pages])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """Options that a command to type next has to repeat."""

    cautions: tuple[str, ...]
    """Such as ``--no-media``: without them it would do what was not wanted."""
    allow_private: bool
    accept_invalid_tls: bool
    proxy: str | None

    def words(self) -> tuple[str, ...]:
        private = ("--allow-private",) if self.allow_private else ()
        invalid = ("--accept-invalid-tls",) if self.accept_invalid_tls else ()
        # Never a command that leaves the proxy out; its password is for the user to add.
        via = ("--proxy", parse_upstream(self.proxy).shown) if self.proxy is not None else ()
        return (*self.cautions, *private, *invalid, *via)


def _name_what_would_help(session: Session, pages: Sequence[PageCapture], given: _Given) -> None:
    private = [page for page in pages if _has_reason(page, _REFUSED)]
    if private and not given.allow_private:
        _hint(
            session,
            _("if you mean an address inside this network: {command}"),
            private,
            replace(given, allow_private=True),
        )
    invalid = [page for page in pages if _has_reason(page, _CERTIFICATE)]
    if invalid and not given.accept_invalid_tls:
        _hint(
            session,
            _(
                "nobody can tell whether it was the site that answered; to capture it all the "
                "same, with that stated in the evidence: {command}"
            ),
            invalid,
            replace(given, accept_invalid_tls=True),
        )


def _has_reason(page: PageCapture, which: re.Pattern[str]) -> bool:
    return any(which.match(text) for text in page.reasons)


def _hint(session: Session, text: str, pages: Sequence[PageCapture], given: _Given) -> None:
    again = typed(session, "capture", *given.words(), *(page.url for page in pages))
    quiet = session.quiet or session.json
    output.note(_("hint: {hint}"), quiet=quiet, hint=text.format(command=again))


def _exit_code(verdicts: Sequence[CaptureVerdict]) -> int:
    if all(verdict is CaptureVerdict.COMPLETE for verdict in verdicts):
        return 0
    if all(verdict is CaptureVerdict.FAILED for verdict in verdicts):
        return NetworkUnavailable.exit_code
    return _PART_MISSING


def _tell(session: Session, captured: Captured) -> None:
    page = captured.page
    if session.json:
        output.put_json(
            {
                "url": page.url,
                "final_url": page.final_url,
                "verdict": page.verdict.value,
                "reasons": list(page.reasons),
                "engine": page.engine,
                "artifacts": [artifact.id for artifact in captured.artifacts],
                "notes": list(page.notes),
                "title": page.title,
                "seq": captured.seq,
                "engine_reason": captured.engine_reason,
            }
        )
        return
    output.say("{verdict}: {url}", verdict=said("verdict", page.verdict.value), url=page.url)
    for text in (*page.reasons, *(one for one in page.notes if one.startswith(_SHOWN_NOTES))):
        output.say("  {reason}", reason=reason(text))
    for artifact in captured.artifacts:
        output.columns([("", 0), (artifact.id, 8), (_called(artifact), 0)])
    if captured.engine_reason is not None:
        output.note(_("without a browser: {why}"), quiet=session.quiet, why=captured.engine_reason)


def _tell_host(session: Session, routed: Routed) -> None:
    """Say it on stderr: it is no result of the capture, and ``log`` has all of it."""
    who = one_line(routed.hosting) or _("not answered")
    quiet = session.quiet or session.json
    output.note(_("hosted by {who} (evidencekit route has more)"), quiet=quiet, who=who)


def _called(artifact: Artifact) -> str:
    return said("role", artifact.role) if artifact.role is not None else artifact.name
