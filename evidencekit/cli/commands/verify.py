"""``verify``: what a recipient may believe."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.progress import watching
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.typed import given, without_case
from evidencekit.cli.verdicts import exit_code_of, print_report, report_object
from evidencekit.errors import KeyUnusable
from evidencekit.text.catalog import _
from evidencekit.workflow.setting import default_setting
from evidencekit.workflow.verify import verify


@click.command(
    "verify",
    cls=Command,
    help=_(
        "Check a bundle (folder, zip or encrypted) or a case. Nothing inside it decides whom to "
        "trust: give the signer's certificate, got by another way, with --trust."
    ),
)
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "--identity",
    type=click.Path(path_type=Path),
    metavar="AGE_KEY",
    help=_("File with the age key that opens an encrypted bundle."),
)
@click.option(
    "--trust",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="CERT.pem",
    help=_("Certificate of a signer, or of its CA; repeatable."),
)
@click.option(
    "--tsa-trust",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PEM",
    help=_("Root of a timestamp authority; repeatable."),
)
@click.option("--require-time", is_flag=True, help=_("Not VALID unless the time is proven."))
@click.option(
    "--require-revocation", is_flag=True, help=_("Not VALID unless revocation was checked.")
)
@click.option(
    "--crl",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Revocation list of the signer's CA, got by you; repeatable."),
)
@click.option(
    "--ocsp",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("OCSP response about the signer's certificate, got by you; repeatable."),
)
@pass_session
def command(
    session: Session,
    *,
    path: Path,
    identity: Path | None,
    trust: tuple[Path, ...],
    tsa_trust: tuple[Path, ...],
    require_time: bool,
    require_revocation: bool,
    crl: tuple[Path, ...],
    ocsp: tuple[Path, ...],
) -> int:
    """Print the verdict, then what it rests on."""
    try:
        with watching(session) as observer:
            report = verify(
                path,
                trust=trust,
                tsa_trust=tsa_trust,
                identity=identity,
                require_time=require_time,
                require_revocation=require_revocation,
                crls=crl,
                ocsp=ocsp,
                setting=default_setting(),
                observer=observer,
            )
    except KeyUnusable as exc:
        if identity is not None or exc.hint is None:
            raise
        named = (*given("--trust", trust), *given("--tsa-trust", tsa_trust))
        again = without_case("verify", path, "--identity", "AGE_KEY", *named)
        hint = f"{exc.hint}: {again}"
        raise KeyUnusable(exc.message, hint=hint) from exc
    if session.json:
        output.put_json(report_object(report))
    else:
        print_report(report)
    return exit_code_of(report.verdict)
