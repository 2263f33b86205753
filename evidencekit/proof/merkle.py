"""The Merkle tree of a case (RFC 9162 §2.1), in memory that grows with its height only."""

import hashlib

from evidencekit.model.ids import Digest

_NODE = b"\x01"
EMPTY_ROOT = Digest(hashlib.sha256(b"").hexdigest())


class Tree:
    """Takes leaves in order; the root can be asked for at any time."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[
            tuple[int, bytes]
        ] = []  # (height, hash) of perfect subtrees, left to right

    def add(self, leaf: Digest) -> None:
        """Append one leaf, which is already hashed with its own prefix."""
        height, node = 0, bytes.fromhex(leaf)
        while self._peaks and self._peaks[-1][0] == height:
            node = _parent(self._peaks.pop()[1], node)
            height += 1
        self._peaks.append((height, node))
        self.size += 1

    def root(self) -> Digest:
        """Return the root over the leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = _parent(left, node)
        return Digest(node.hex())


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
