"""What was done to one file, counted and listed (docs/format/redactions.md §3): never a value."""

from collections import Counter
from collections.abc import Sequence

from evidencekit.capture.credentials.everywhere import Budget
from evidencekit.capture.credentials.found import MARK, RULES, entry
from evidencekit.capture.credentials.packing import Packed
from evidencekit.capture.credentials.recorded import Edit
from evidencekit.formats.canonical import encode
from evidencekit.model.json import Json

FORMAT = "evidencekit/redactions/2"
URN = "urn:evidencekit:redactions"
MAX_LISTED = 50_000


class Tally:
    """Of one file; beyond :data:`MAX_LISTED` entries are only counted."""

    def __init__(self) -> None:
        self.replaced: Counter[str] = Counter()
        self.packed: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.budget = Budget()
        self.original = ""
        """Id of the first record, which no other file has: a digest of the original would let
        short values be guessed, whose length the marks tell."""
        self._replaced: list[Json] = []
        self._packed: list[Json] = []
        self._left: list[Json] = []
        self._listed = 0
        self._unlisted = 0

    def replace(self, record: str, edit: Edit) -> None:
        """Take down a mark."""
        self.replaced[edit.found.kind] += 1
        self._list(self._replaced, entry(record, edit.found))

    def pack(self, record: str, anew: Packed) -> None:
        """Take down a packed body, and the marks in it where it is still one."""
        self.packed[anew.how] += 1
        held: dict[str, int] = dict(sorted(Counter(str(one.kind) for one in anew.finds).items()))
        self._list(self._packed, {"record": record, "how": anew.how, "held": held})
        for one in anew.finds if anew.how == "repacked" else ():
            self.replaced[one.kind] += 1
            self._list(self._replaced, {**entry(record, one), "unpacked": True})

    def leave(self, record: str, why: str) -> None:
        """Take down what could not be searched."""
        self.left[why] += 1
        self._list(self._left, {"record": record, "why": why})

    def _list(self, listed: list[Json], item: Json) -> None:
        if self._listed < MAX_LISTED:
            self._listed += 1
            listed.append(item)
        else:
            self._unlisted += 1

    def document(self, name: str) -> dict[str, Json]:
        """Return what the list says of the file, under the name of its copy."""
        return {
            "name": name,
            "of": self.original,
            "replaced": self._replaced,
            "packed": self._packed,
            "left": self._left,
            "unlisted": self._unlisted,
        }


def listing(files: Sequence[Json]) -> bytes:
    """Return the list for the copies of the files of one capture."""
    return encode(list_of(files))


def list_of(files: Sequence[Json]) -> Json:
    """Return it as the document that it is."""
    return {"format": FORMAT, "rules": RULES, "mark": MARK.decode("ascii"), "files": list(files)}
