"""Have a signature dated; an authority that is away is reported and stops nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from evidencekit.errors import TsaUnavailable
from evidencekit.files.durable import write_durably
from evidencekit.formats.case import stamp_name
from evidencekit.model.seal import Stamp
from evidencekit.protocols import TimestampAuthority


def ask_each(
    authorities: Sequence[TimestampAuthority], signature: bytes
) -> Iterator[Stamp | TsaUnavailable]:
    """Yield what each authority gave, or why it gave nothing."""
    for authority in authorities:
        try:
            stamp = authority.stamp(signature)
        except TsaUnavailable as exc:
            yield exc
        else:
            yield stamp


def stamp_beside(
    signed: Path, signature: bytes, authorities: Sequence[TimestampAuthority], *, first: int
) -> tuple[tuple[Stamp, ...], tuple[TsaUnavailable, ...]]:
    """Keep each token beside the file ``signed`` as it comes, numbered from ``first``."""
    stamps: list[Stamp] = []
    missing: list[TsaUnavailable] = []
    for answer in ask_each(authorities, signature):
        if isinstance(answer, TsaUnavailable):
            missing.append(answer)
            continue
        number = first + len(stamps)
        for suffix, data in (("tsq", answer.request), ("tsr", answer.response)):
            write_durably(signed.with_name(stamp_name(signed.name, number, suffix)), data)
        stamps.append(answer)
    return tuple(stamps), tuple(missing)
