"""``route``: who hosts a page, in which country, and whom to ask."""

import click

from evidencekit.capture.guard.upstream import parse_upstream
from evidencekit.capture.hosting.hosting import hosting_document
from evidencekit.capture.hosting.public_address import public_address_document
from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.hosts import print_hosting, print_public_address
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.errors import NetworkUnavailable
from evidencekit.text.catalog import _
from evidencekit.workflow.route import Routed, Way, route

_PART_MISSING = 3


@click.command(
    "route",
    cls=ActingCommand,
    help=_(
        "Say who hosts the page at URL, in which country, and whom to ask, as public registries "
        "(RDAP) say it now. They see that somebody asks; the site itself is not visited. With -C "
        "the answers are kept in the case."
    ),
)
@click.argument("url", metavar="URL")
@click.option("--allow-private", is_flag=True, help=_("Allow addresses inside this network."))
@click.option(
    "--proxy",
    metavar="URL",
    help=_("Ask through this proxy (socks5://host:port); addresses are not seen then."),
)
@click.option(
    "--public-ip",
    metavar="URL",
    help=_("Also ask the service at URL which address this network shows, and record it."),
)
@pass_session
def command(
    session: Session, *, url: str, allow_private: bool, proxy: str | None, public_ip: str | None
) -> int:
    """Print what was found; the exit code says whether all of it was."""
    case = opened(session) if session.case is not None else None
    routed = route(
        url,
        case=case,
        actor=actor_of(session, case) if case is not None else None,
        way=Way(
            allow_private=allow_private,
            upstream=parse_upstream(proxy) if proxy is not None else None,
            public_address_of=public_ip,
        ),
        setting=here(),
    )
    if session.json:
        _put(routed)
    else:
        print_hosting(routed.hosting)
        print_public_address(routed.public_address)
        for artifact in routed.artifacts:
            output.note(
                _("kept as {id}: {name}"), quiet=session.quiet, id=artifact.id, name=artifact.name
            )
        _name_allow_private(session, routed)
    return _exit_code(routed)


def _name_allow_private(session: Session, routed: Routed) -> None:
    if any(one.outcome.startswith("address-refused") for one in routed.hosting.inquiries):
        output.note(
            _("hint: {hint}"),
            quiet=session.quiet,
            hint=_("a registry inside this network is asked with --allow-private only"),
        )


def _put(routed: Routed) -> None:
    public = routed.public_address
    output.put_json(
        {
            "url": routed.url,
            **hosting_document(routed.hosting),
            "public_address": public_address_document(public) if public is not None else None,
            "artifacts": [artifact.id for artifact in routed.artifacts],
        }
    )


def _exit_code(routed: Routed) -> int:
    hosting = routed.hosting
    open_questions = [one for one in hosting.inquiries if not one.is_settled]
    if not hosting.registrations and (open_questions or hosting.address_failure is not None):
        return NetworkUnavailable.exit_code
    if not hosting.registrations or open_questions or hosting.address_failure is not None:
        return _PART_MISSING
    return 0
