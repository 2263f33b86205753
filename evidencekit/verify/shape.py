"""Judge the shape of a bundle: what has to be there, under which names, on which list.

Nothing is compared with a digest here; that everything is named exactly once comes first.
"""

from collections.abc import Mapping

from evidencekit.files.tree import Entry, FileTree
from evidencekit.formats.bundle import (
    BAGIT,
    BAGIT_TXT,
    BUNDLE_FILE,
    FETCH,
    PAYLOAD,
    PAYLOAD_LIST,
    TAG_LIST,
    unlisted_by_right,
)
from evidencekit.formats.case import BODIES, LEDGER
from evidencekit.formats.paths import MAX_NAME, is_safe
from evidencekit.model.ids import Digest
from evidencekit.model.report import Check, Verdict, failed, not_checked, passed
from evidencekit.text.catalog import _
from evidencekit.verify.reading import read_small

_NEEDED = (BAGIT_TXT, PAYLOAD_LIST, TAG_LIST, BUNDLE_FILE, LEDGER, BODIES)
_MAX_LINE = len(f"{'0' * 64}  \n") + MAX_NAME
_FREE_LIST_BYTES = 2**26  # docs/format/bundle.md §5; some 700,000 names of ours


def judge_shape(tree: FileTree, entries: Mapping[str, Entry]) -> list[Check]:
    """Judge whether this is a bag at all; what is not is judged no further."""
    if FETCH in entries:
        return [failed("shape", Verdict.REFUSED, _("asks to fetch files"), path=FETCH)]
    missing = [name for name in _NEEDED if name not in entries]
    if missing:
        return [failed("shape", Verdict.INCOMPLETE, _("is missing"), path=name) for name in missing]
    if read_small(tree, BAGIT_TXT, len(BAGIT)) != BAGIT:
        return [failed("shape", Verdict.INVALID, _("is not BagIt 1.0"), path=BAGIT_TXT)]
    excessive = [
        name for name in (TAG_LIST, PAYLOAD_LIST) if entries[name].size > max_list_bytes(entries)
    ]
    if excessive:
        detail = _("longer than the files here account for: some that it names are missing")
        return [failed("shape", Verdict.INCOMPLETE, detail, path=name) for name in excessive]
    return [passed("shape", _("a BagIt 1.0 bag, {n} files").format(n=len(entries)))]


def max_list_bytes(entries: Mapping[str, Entry]) -> int:
    """Return how long a list may be to be read whole.

    A longer one has more lines than there are files, each line naming another, so that something
    is missing without its being read. Memory stays in proportion to what the tree really holds.
    """
    return max(_FREE_LIST_BYTES, _MAX_LINE * len(entries))


def judge_names(
    entries: Mapping[str, Entry], tags: Mapping[str, Digest], payload: Mapping[str, Digest]
) -> list[Check]:
    """Judge whether each file stands in the one list where it belongs."""
    unsafe = [path for path in (*tags, *payload) if not is_safe(path)]
    if unsafe:
        return [
            failed("unlisted", Verdict.REFUSED, _("a name that bundles must not have"), path=path)
            for path in unsafe
        ]
    tag_files = {path for path in entries if not path.startswith(PAYLOAD)}
    stray_payload = entries.keys() - tag_files - payload.keys()
    stray_tags = tag_files - tags.keys() - unlisted_by_right(tag_files)
    checks = [
        failed("unlisted", Verdict.INVALID, _("no list names this file"), path=path)
        for path in sorted(stray_payload | stray_tags)
    ]
    misplaced = [path for path in payload if not path.startswith(PAYLOAD)]
    misplaced += [
        path for path in tags if path.startswith(PAYLOAD) or path in unlisted_by_right(tags)
    ]
    checks += [
        failed("unlisted", Verdict.INVALID, _("stands in the wrong list"), path=path)
        for path in misplaced
    ]
    if PAYLOAD_LIST not in tags or BUNDLE_FILE not in tags:
        checks.append(
            failed("tag-files", Verdict.INVALID, _("the list is not whole"), path=TAG_LIST)
        )
    return checks


def judge_foreign(tree: FileTree) -> list[Check]:
    """Note what an operating system left behind; it decides nothing."""
    detail = _("left by an operating system, not evidence")
    return [not_checked("foreign-file", detail, path=path) for path in tree.foreign()]
