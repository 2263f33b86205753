"""The lists of a bundle as CSV, for a spreadsheet: UTF-8 with a byte-order mark, CRLF, all quoted.

Excel runs a cell that begins like a formula, so such a cell gets a leading apostrophe; the headings
say so. Lists are for people: what counts is ``artifacts.jsonl`` and the ledger.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from evidencekit.export.acts import Act, read_act, sealed_part
from evidencekit.export.typeset import write_kst
from evidencekit.export.words import Pair, load_words, term
from evidencekit.formats.times import write_time
from evidencekit.model.bundle import Account, ShownArtifact
from evidencekit.text.clean import clean

MAX_CELL = 32_000  # characters; Excel cuts a cell at 32,767 without a word
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_ROWS_IN_PIECE = 200


def artifact_list(account: Account) -> Iterator[bytes]:
    """Yield ``lists/artifacts.csv`` in pieces, reading the artifacts once and lazily."""
    rows = (_artifact(number, item) for number, item in enumerate(account.artifacts, 1))
    return _pieces("artifacts", rows)


def custody_list(account: Account) -> Iterator[bytes]:
    """Yield ``lists/custody.csv`` in pieces, reading the custody once and lazily."""
    sealed = sealed_part(account)
    return _pieces("custody", (_act(read_act(entry, sealed)) for entry in account.custody))


def cell(text: str) -> str:
    """Return foreign text as a cell: clean, on one line, and never a formula."""
    shown = clean(text, limit=MAX_CELL - 1)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def _artifact(number: int, item: ShownArtifact) -> Sequence[str]:
    one = item.artifact
    return (
        str(number),
        one.id,
        one.name,
        item.path,
        one.media_type,
        str(one.size),
        one.sha256,
        write_kst(one.acquired_at).removesuffix(" KST"),
        write_time(one.acquired_at),
        _both(term("origin", one.origin)),
        _both(term("role", one.role)) if one.role else "",
        one.derived_from or "",
        _both(term("sensitivity", one.sensitivity)),
        _both(term("access", one.access)),
    )


def _act(act: Act) -> Sequence[str]:
    actor = act.actor
    return (
        str(act.seq),
        write_kst(act.at).removesuffix(" KST"),
        write_time(act.at),
        _both(act.action),
        act.code,
        actor.alias if actor else "",
        (actor.org or "") if actor else "",
        (actor.role or "") if actor else "",
        " ".join(act.ids),
        str(act.added),
        "; ".join(_both(remark) for remark in act.remarks),
    )


def _pieces(table: str, rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(_headings(table))
    for number, row in enumerate(rows, 1):
        writer.writerow([cell(text) for text in row])
        if number % _ROWS_IN_PIECE == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode("utf-8")
    buffer.seek(0)
    buffer.truncate()
    return piece


def _headings(table: str) -> list[str]:
    words = load_words("lists")
    return [_both(pair) for name, pair in words.items() if name.startswith(f"{table}.")]


def _both(pair: Pair) -> str:
    return pair.ko if pair.ko == pair.en else f"{pair.ko} / {pair.en}"
