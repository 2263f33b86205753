"""Judge the documents' signature: that over the list of all tag files."""

from collections.abc import Iterable, Sequence

from evidencekit.files.tree import Entry, FileTree
from evidencekit.formats.bundle import TAG_LIST, TAG_SIGNATURE, unlisted_by_right
from evidencekit.model.report import Check, Verdict, failed, not_checked
from evidencekit.proof.cms import MAX_SIGNATURE_BYTES
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.reading import read_small
from evidencekit.verify.signature import Stamped, judge_signature
from evidencekit.verify.stamps import read_stamps


def judge_documents(
    tree: FileTree,
    entries: dict[str, Entry],
    tag_list: bytes,
    anchors: Anchors,
    *,
    says_signed: bool,
) -> list[Check]:
    """Judge signature and timestamps over ``tag_list``.

    ``says_signed`` is what ``bundle.json`` says, so that a signature cannot just be taken away.
    """
    name = "documents"
    is_signed = TAG_SIGNATURE in entries
    if not is_signed and says_signed:
        return [failed(name, Verdict.INVALID, _("the signature was removed"), path=TAG_SIGNATURE)]
    if not is_signed:
        detail = _("lists and reports are not signed; only the seals protect the evidence")
        return [not_checked(name, detail, consequence=Verdict.INDETERMINATE, path=TAG_LIST)]
    stamps = read_stamps(tree, entries, TAG_SIGNATURE)
    judged = judge_signature(
        name,
        content=tag_list,
        p7s=read_small(tree, TAG_SIGNATURE, MAX_SIGNATURE_BYTES),
        stamps=stamps,
        anchors=anchors,
        path=TAG_SIGNATURE,
        is_listed=False,
    )
    return [*judged.checks, *_strays(entries, stamps)]


def _strays(entries: Iterable[str], stamps: Sequence[Stamped]) -> list[Check]:
    """Every file beside the signature must belong to a timestamp that was read."""
    read = {TAG_LIST, TAG_SIGNATURE}
    read |= {path for stamp in stamps for path in (stamp.path, f"{stamp.path[:-1]}q")}
    return [
        failed("unlisted", Verdict.INVALID, _("belongs to no timestamp"), path=path)
        for path in sorted(unlisted_by_right(entries) - read)
    ]
