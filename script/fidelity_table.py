"""The comparison as Markdown: what was kept, of what kinds, and each exception by name."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from fidelity_replay import Replayed

from tests.tools.fidelity import KINDS, Body, Findings, Head

_COUNTED = (
    *("recorder", "spoken", "completed", "recorded", "bodies as delivered", "decoded"),
    *("cut, and said so", "different", "heads of answers", "heads of requests", "posted bodies"),
)
_PRESENT = ("recorder", *KINDS, "event stream", "WebSocket", "address", "certificates", "replayed")
_HEADS = (Head.EXACT, Head.REGROUPED, Head.LOSSY)
_LISTED = 12


@dataclass(frozen=True, kw_only=True)
class Row:
    """One recorder and one protocol."""

    protocol: str
    recorder: str
    failure: str | None = None
    """Why there is nothing to compare."""
    findings: Findings | None = None
    spoken: str = ""
    replay: Replayed | None = None
    certificates_of: int = 0


Cells = Callable[[Row, Findings], list[str]]


def tables(rows: Sequence[Row], versions: Iterable[tuple[str, str | None]]) -> str:
    """Return everything as one text."""
    parts = [
        "Heads: exact / regrouped or spelt otherwise / lossy.\n",
        *_versions(versions),
    ]
    for protocol, group in groupby(rows, key=lambda one: one.protocol):
        of_it = list(group)
        parts += [f"\n### {protocol}\n", *_table(_COUNTED, of_it, _counted)]
        parts += ["", *_table(_PRESENT, of_it, _present), "", *_exceptions(of_it)]
    return "\n".join(parts)


def _versions(versions: Iterable[tuple[str, str | None]]) -> list[str]:
    return [f"- {name}: {version or 'not run here'}" for name, version in versions]


def _table(columns: Sequence[str], rows: Iterable[Row], cells: Cells) -> list[str]:
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    for row in rows:
        if row.findings is None:
            lines.append(" | ".join([row.recorder, row.failure or "", *[""] * (len(columns) - 2)]))
        else:
            lines.append(" | ".join(cells(row, row.findings)))
    return [f"| {line} |" for line in lines]


def _counted(row: Row, found: Findings) -> list[str]:
    count = {kind: len(found.bodies(kind)) for kind in Body}
    total = len(found.pairs)
    recorded = sum(one.recorded is not None for one in found.pairs)
    return [
        *(row.recorder, row.spoken, str(total), str(recorded), str(count[Body.SAME])),
        *(str(count[Body.DECODED]), str(count[Body.CUT]), str(count[Body.DIFFERENT])),
        *(_heads(found, "response"), _heads(found, "request"), _of(found.uploads())),
    ]


def _heads(found: Findings, of: str) -> str:
    return " / ".join(str(found.heads(kind, of=of)) for kind in _HEADS)


def _of(pair: tuple[int, int]) -> str:
    return f"{pair[0]} of {pair[1]}" if pair[1] else "-"


def _present(row: Row, found: Findings) -> list[str]:
    recorded = sum(one.recorded is not None for one in found.pairs)
    return [
        row.recorder,
        *(_of(found.kept(kind)) for kind in KINDS),
        *(found.stream, found.socket, _of((found.addresses, recorded))),
        _of((found.certificates, row.certificates_of)),
        "-" if row.replay is None else _of((row.replay.same, row.replay.of)),
    ]


def _exceptions(rows: Iterable[Row]) -> list[str]:
    lines = []
    for row in rows:
        if row.findings is not None:
            named = {
                **{kind.value: row.findings.bodies(kind) for kind in (Body.CUT, Body.DIFFERENT)},
                "missing": row.findings.bodies(Body.MISSING),
                "recorded, never sent": row.findings.invented,
                "not replayed": row.replay.others if row.replay is not None else (),
            }
            said = [f"{what}: {_listed(names)}" for what, names in named.items() if names]
            lines += [f"- {row.recorder}: {'; '.join(said)}."] if said else []
    return lines


def _listed(names: Sequence[str]) -> str:
    counted = Counter(names)
    shown = [f"{name} ×{count}" if count > 1 else name for name, count in counted.items()]
    rest = len(shown) - _LISTED
    return ", ".join(f"`{one}`" for one in shown[:_LISTED]) + (
        f" and {rest} more" if rest > 0 else ""
    )
