"""Early dating: a token over a ledger line, as soon as the line is there (DESIGN §4).

It narrows the time in which the unsealed tail of a ledger could be rewritten. It is no event of
its own and no condition: an authority that is away loses nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evidencekit.errors import TsaUnavailable
from evidencekit.files.durable import write_durably
from evidencekit.formats.case import HEADS, stamp_name
from evidencekit.store.case import Case
from evidencekit.store.writer import Committed
from evidencekit.workflow.setting import Setting

if TYPE_CHECKING:
    from evidencekit.seal.tsa import HttpAuthority


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A ledger line has a token."""

    seq: int
    tsa: str
    gen_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Undated:
    """An authority was set, and gave no token for a ledger line."""

    seq: int
    tsa: str
    why: str


def date_early(case: Case, committed: Committed, setting: Setting) -> Iterator[Dated | Undated]:
    """Stamp the line just committed at every authority that is set; only its hash is sent."""
    for number, authority in enumerate(authorities((), (), setting), start=1):
        try:
            stamp = authority.stamp(committed.line)
        except TsaUnavailable as exc:
            yield Undated(seq=committed.seq, tsa=authority.name, why=exc.message)
            continue
        folder, name = case.root / HEADS, str(committed.seq)
        write_durably(folder / stamp_name(name, number, "tsq"), stamp.request)
        write_durably(folder / stamp_name(name, number, "tsr"), stamp.response)
        yield Dated(seq=committed.seq, tsa=stamp.tsa, gen_time=stamp.gen_time)


def authorities(
    urls: Sequence[str], roots: Sequence[Path], setting: Setting
) -> "tuple[HttpAuthority, ...]":
    """Return the authorities named, else those that are set; likewise the roots they must lead to.

    One rule for seals, for the documents of a bundle and for single events.
    """
    asked = urls or setting.tsa_urls
    if not asked:
        return ()
    # Loaded here: most acts ask nobody, and HTTP takes longer to load than a small file to add.
    from evidencekit.seal.tsa import HttpAuthority
    from evidencekit.workflow.anchors import read_anchors

    anchors = tuple(anchor for path in roots or setting.tsa_ca for anchor in read_anchors(path))
    return tuple(HttpAuthority(url, roots=anchors, clock=setting.clock) for url in asked)
