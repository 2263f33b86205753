"""Make a copy without metadata: a new artifact, or a file beside one; the original untouched."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from evidencekit.errors import BadInput
from evidencekit.files.opening import RegularFile, open_regular
from evidencekit.files.streaming import HEAD
from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.identify.types import extension_for
from evidencekit.metadata.strip import Order, Stripped
from evidencekit.metadata.strip import strip as write_stripped
from evidencekit.metadata.workshop import Workshop, open_workshop
from evidencekit.model.artifact import Artifact
from evidencekit.model.event import Actor
from evidencekit.model.find import Find
from evidencekit.model.json import Json
from evidencekit.sandbox.runner import Worker
from evidencekit.store.case import Case
from evidencekit.store.writer import open_writer
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean
from evidencekit.workflow.drafting import draft_of
from evidencekit.workflow.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class StripResult:
    """The copy, and what was done to make it."""

    artifact: Artifact
    stripped: Stripped


def strip(
    case: Case,
    artifact_id: str,
    *,
    order: Order | None = None,
    actor: Actor | None = None,
    setting: Setting,
) -> StripResult:
    """Add a stripped copy of one artifact; raises :class:`~evidencekit.errors.BadInput`.

    Nothing is added unless the copy is proven clean (:mod:`evidencekit.metadata.strip`). Its name
    says nothing: the original's may be the victim's.
    """
    original, order = case.artifact(artifact_id), order or Order()
    machine = setting.machine()
    with (
        Worker() as worker,
        open_workshop(original.size, for_large=order.allows_large) as shop,
        open_writer(case.root, case.id, machine, command="strip") as writer,
        tempfile.TemporaryDirectory(dir=writer.spool.folder) as scratch,
    ):
        stripped = _copied(case, original, Path(scratch), order=order, shop=shop)
        derivation = derivation_of(stripped)
        find = Find(
            name=f"{original.id}-stripped.{extension_for(original.media_type)}",
            content=RegularFile(stripped.path),
            origin="strip",
            acquired_at=setting.clock(),
            derived_from=original.id,
            derivation=derivation,
            access=original.access,
        )
        with find.content.open() as copy:
            spooled = writer.spool.put(copy)
        draft = draft_of(find, spooled, writer, worker, sensitivity=original.sensitivity)
        committed = writer.commit(
            "strip",
            actor=actor or case.first_actor(),
            detail={"of": original.id, **derivation},
            drafts=[draft],
        )
    return StripResult(artifact=committed.artifacts[0], stripped=stripped)


def rehearse(case: Case, artifact_id: str, *, order: Order, setting: Setting) -> Stripped:
    """Make and judge the copy as :func:`strip` does, and keep nothing of it but the account."""
    original = case.artifact(artifact_id)
    with (
        open_workshop(original.size, for_large=order.allows_large) as shop,
        open_writer(case.root, case.id, setting.machine(), command="strip") as writer,
        tempfile.TemporaryDirectory(dir=writer.spool.folder) as scratch,
    ):
        return _copied(case, original, Path(scratch), order=order, shop=shop)


def _copied(
    case: Case, original: Artifact, folder: Path, *, order: Order, shop: Workshop
) -> Stripped:
    with case.open_object(original.sha256) as stream:
        return write_stripped(
            stream, folder, media_type=original.media_type, order=order, workshop=shop
        )


def rehearse_file(path: Path, *, order: Order) -> Stripped:
    """Make and judge the copy as :func:`strip_file` does, and keep nothing of it but the account.

    The copy lies beside the file for that time, not where all temporary files of a machine lie.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".evidencekit-") as scratch:
        return _copied_file(path, Path(scratch), order=order)


def strip_file(path: Path, target: Path, *, order: Order | None = None) -> Stripped:
    """Write a stripped copy of a file that is in no case; no act is recorded anywhere.

    ``target`` must not exist. Raises :class:`~evidencekit.errors.BadInput` as :func:`strip` does.
    """
    with (
        _reserved(target),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".evidencekit-") as scratch,
    ):
        stripped = _copied_file(path, Path(scratch), order=order or Order())
        stripped.path.replace(target)
        return replace(stripped, path=target)


def _copied_file(path: Path, folder: Path, *, order: Order) -> Stripped:
    with open_regular(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        media_type = identify(stream.read(HEAD), size=size).media_type
        with open_workshop(size, for_large=order.allows_large) as shop:
            return write_stripped(stream, folder, media_type=media_type, order=order, workshop=shop)


@contextmanager
def _reserved(target: Path) -> Iterator[None]:
    """Hold a name with an empty file, so that what replaces it never replaces somebody's."""
    try:
        target.touch(exist_ok=False)
    except FileExistsError as exc:
        raise BadInput(_("{path} is there already").format(path=clean(str(target)))) from exc
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise BadInput(
            _("{path}: there is no such file or folder").format(path=clean(str(target.parent)))
        ) from exc
    try:
        yield
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def derivation_of(stripped: Stripped) -> dict[str, Json]:
    """Return how the copy was made, as ledger and listings hold it."""
    return {
        "method": "strip",
        "purpose": stripped.purpose.value,
        "removed": list(stripped.removed),
        "kept": list(stripped.kept),
        "changed": list(stripped.changed),
        "lossless": not stripped.changed,
        "decoder": stripped.decoder,
        **({"as_pictures": True} if stripped.as_pictures else {}),
    }
