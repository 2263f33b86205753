"""How long a list may be before it is no longer read."""

from evidencekit.files.tree import Entry
from evidencekit.formats.bundle import PAYLOAD_LIST, TAG_LIST, list_line
from evidencekit.formats.paths import MAX_NAME
from evidencekit.model.ids import Digest
from evidencekit.model.report import Verdict
from evidencekit.verify.shape import judge_shape, max_list_bytes
from tests.tools.bundles import Handed, MemoryTree

MANY = {f"data/a{n}.txt": Entry(f"data/a{n}.txt", 0) for n in range(300_000)}


def test_every_list_that_names_only_what_is_there_is_read() -> None:
    longest = list_line("a" * MAX_NAME, Digest("0" * 64))

    assert max_list_bytes(MANY) == len(longest) * len(MANY)


def test_a_list_of_what_is_mostly_missing_is_read_up_to_a_size_that_hurts_nobody() -> None:
    assert max_list_bytes({}) == 2**26


def test_a_list_longer_than_the_files_account_for_is_incomplete_and_not_read(
    bundle: Handed,
) -> None:
    for path in (TAG_LIST, PAYLOAD_LIST):
        tree = MemoryTree(bundle.files)
        entries = {**tree.entries(), path: Entry(path, 2**26 + 1)}
        found = judge_shape(tree, entries)
        assert [(check.consequence, check.path) for check in found] == [(Verdict.INCOMPLETE, path)]
