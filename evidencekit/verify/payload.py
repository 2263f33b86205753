"""Hash what lies in a tree, as fast as the machine allows."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.streaming import CHUNK, digest_alone, digest_stream
from evidencekit.files.tree import Entry, FileTree, UnsafeInput
from evidencekit.formats.hashing import sha256
from evidencekit.model.ids import Digest
from evidencekit.protocols import Observer


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """A file that cannot be read to its end."""

    why: str


Outcome = Digest | Damaged


class Hasher:
    """Hashes files of a tree: large ones in the background, small ones when they are asked for.

    Small files cost more in the interpreter than in SHA-256, so threads would not help them.
    """

    def __init__(self, tree: FileTree, pool: ThreadPoolExecutor, observer: Observer) -> None:
        self._tree = tree
        self._pool = pool
        self._observer = observer
        self._entries: dict[str, Entry] | None = None
        self._large: dict[str, Future[Outcome]] = {}

    def start(self, folder: str) -> None:
        """Begin with the large files below ``folder``; they go on while all else is judged.

        Raises :class:`UnsafeInput` where the tree is not to be touched.
        """
        large = [
            entry
            for path, entry in self.entries().items()
            if entry.size > CHUNK and path.startswith(folder)
        ]
        digest = self._digest_alone if len(large) >= (os.cpu_count() or 1) else self._digest
        for entry in sorted(large, key=lambda item: -item.size):
            self._large[entry.path] = self._pool.submit(digest, entry.path)

    def entries(self) -> dict[str, Entry]:
        """Return the files of the tree, looked up once."""
        if self._entries is None:
            self._entries = self._tree.entries()
        return self._entries

    def digests(self, paths: Iterable[str], total: int) -> Iterator[tuple[str, Outcome]]:
        """Yield what each path holds; a file that is gone raises ``FileNotFoundError``."""
        for done, path in enumerate(paths, start=1):
            coming = self._large.get(path)
            yield path, coming.result() if coming is not None else self._digest_now(path)
            self._observer.on("verify", done, total)

    def _digest(self, path: str) -> Outcome:
        try:
            with self._tree.open(path) as stream:
                return digest_stream(stream).sha256
        except (EvidenceDoubted, OSError) as exc:
            return _damage(exc)

    def _digest_alone(self, path: str) -> Outcome:
        try:
            with self._tree.open(path) as stream:
                return digest_alone(stream)
        except (EvidenceDoubted, OSError) as exc:
            return _damage(exc)

    def _digest_now(self, path: str) -> Outcome:
        if self.entries()[path].size > CHUNK:
            return self._digest(path)
        try:
            return sha256(self._tree.read(path))
        except (EvidenceDoubted, OSError) as exc:
            return _damage(exc)


def _damage(exc: EvidenceDoubted | OSError) -> Damaged:
    if isinstance(exc, UnsafeInput):
        raise exc
    return Damaged(why=exc.message if isinstance(exc, EvidenceDoubted) else str(exc.strerror))


@contextmanager
def open_hasher(tree: FileTree, observer: Observer) -> Iterator[Hasher]:
    """Yield a hasher; its threads end with it."""
    pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="evidencekit-verify")
    try:
        yield Hasher(tree, pool, observer)
    finally:
        pool.shutdown(cancel_futures=True)
