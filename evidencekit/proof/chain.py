"""The rules of the chain of custody (docs/format/ledger.md §1).

1. Every line is canonical and of a version that we read.
2. ``seq`` counts from 1 without gaps; ``case`` is that of line 1.
3. ``prev`` is the hash of the line before.
4. ``sig`` verifies under the line's own ``key``.
5. Line 1, and no other, is an ``init``.

Whether the keys are anybody's is decided elsewhere (:func:`accepted_keys`): only a manifest with a
trusted signature can say so. Tree and head are kept up to date while lines are read, in memory
that does not grow with their number.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.hashing import line_hash, line_message
from evidencekit.formats.ledger import decode_line, signed_part
from evidencekit.model.event import Line
from evidencekit.model.ids import CaseId, Digest
from evidencekit.proof.merkle import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """A chain up to some line: what a manifest states."""

    size: int
    head: Digest | None
    leaf_count: int
    root: Digest
    keys: frozenset[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """A line that says which further device key shall count."""

    seq: int
    by: bytes
    key: bytes


class Chain:
    """Reads lines in order; whatever :meth:`feed` returned is whole up to there."""

    def __init__(self) -> None:
        self.size = 0
        self.case: CaseId | None = None
        self.head: Digest | None = None
        self.tree = Tree()
        self.first_use: dict[bytes, int] = {}
        self.last_use: dict[bytes, int] = {}
        """For each device key the last line that it signed."""
        self.introductions: list[Introduction] = []
        self.set_back: list[int] = []
        """Lines whose clock stands before that of the line above."""
        self._last: Line | None = None

    def feed(self, data: bytes) -> Line:
        """Check the next line (without LF); raises :class:`EvidenceDoubted` naming it."""
        line = self._decode(data)
        self._require_place(line)
        self._require_signature(line, data)
        self._take(line, data)
        return line

    def state(self) -> ChainState:
        """Return what a manifest would state now."""
        return ChainState(
            size=self.size,
            head=self.head,
            leaf_count=self.tree.size,
            root=self.tree.root(),
            keys=frozenset(self.last_use),
        )

    def _decode(self, data: bytes) -> Line:
        try:
            return decode_line(data)
        except EvidenceDoubted as exc:
            exc.message = f"ledger line {self.size + 1}: {exc.message}"
            exc.args = (exc.message,)
            raise

    def _require_place(self, line: Line) -> None:
        expected = self.size + 1
        if line.seq != expected:
            raise EvidenceDoubted(f"ledger line {expected}: numbered {line.seq}")
        if line.prev != self.head:
            raise EvidenceDoubted(f"ledger line {expected}: does not continue the line before")
        if self.case is not None and line.case != self.case:
            raise EvidenceDoubted(f"ledger line {expected}: belongs to another case")
        if line.action.startswith("init.") != (expected == 1):
            raise EvidenceDoubted(f"ledger line {expected}: a case begins once, at line 1")

    def _require_signature(self, line: Line, data: bytes) -> None:
        try:
            key = Ed25519PublicKey.from_public_bytes(line.key)
            key.verify(line.sig, line_message(signed_part(data)))
        except InvalidSignature as exc:
            raise EvidenceDoubted(f"ledger line {line.seq}: signature is false") from exc

    def _take(self, line: Line, data: bytes) -> None:
        if self._last is not None and line.at < self._last.at:
            self.set_back.append(line.seq)
        if line.new_key is not None:
            self.introductions.append(Introduction(seq=line.seq, by=line.key, key=line.new_key))
        for leaf in line.leaves:
            self.tree.add(leaf)
        self.first_use.setdefault(line.key, line.seq)
        self.last_use[line.key] = line.seq
        self.size, self.case, self.head = line.seq, line.case, line_hash(data)
        self._last = line


def accepted_keys(chain: Chain, vouched: frozenset[bytes]) -> frozenset[bytes]:
    """Return the keys that count: those vouched for, and those they introduced before any use."""
    accepted = set(vouched)
    for introduction in chain.introductions:
        is_new = chain.first_use.get(introduction.key, introduction.seq + 1) > introduction.seq
        if introduction.by in accepted and is_new:
            accepted.add(introduction.key)
    return frozenset(accepted)


def unaccepted_after(chain: Chain, size: int, accepted: frozenset[bytes]) -> frozenset[bytes]:
    """Return the keys outside ``accepted`` that signed a line after line ``size``."""
    return frozenset(
        key for key, last in chain.last_use.items() if last > size and key not in accepted
    )
