"""Fingerprint an artifact: what it looks like, and digests that a form asks for.

On request only, never when something comes in: a fingerprint of an intimate picture is personal
data. The document that is made is an artifact of restricted access, which profiles hold back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from evidencekit.errors import BadInput
from evidencekit.files.opening import HeldBytes
from evidencekit.formats.canonical import decode_object, encode
from evidencekit.metadata.raster import MAX_LARGE, MAX_PIXELS
from evidencekit.model.artifact import Artifact
from evidencekit.model.event import Actor
from evidencekit.model.find import Access, Find
from evidencekit.model.json import Json, JsonObject
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import ParserFailed, Worker
from evidencekit.store.case import Case
from evidencekit.store.writer import open_writer
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean
from evidencekit.workflow.drafting import draft_of
from evidencekit.workflow.setting import Setting

FORMAT = "evidencekit/fingerprint/1"
ROLE = "fingerprint"
DIGESTS = ("md5", "sha1")
_LIMITS = Limits(wall_s=120.0, cpu_s=100, memory_bytes=3 * 2**30)
_PIECE, _MAX_DOCUMENT = 2**20, 2**24


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a fingerprint is to be made of."""

    crop: tuple[int, int, int, int] | None = None
    """Left, top, width and height in pixels: of a picture inside a screenshot."""
    digests: tuple[str, ...] = ()
    """Weak digests besides SHA-256, for forms that ask for them."""
    allows_large: bool = False


def fingerprint(
    case: Case,
    artifact_id: str,
    asked: Asked,
    *,
    actor: Actor | None = None,
    setting: Setting,
) -> tuple[Artifact, JsonObject]:
    """Add the fingerprint of one artifact; returns it with what it says.

    Raises :class:`BadInput` for what is no picture and no film, and for one that does not decode.
    """
    original = case.artifact(artifact_id)
    said = _made(case, original, asked)
    machine = setting.machine()
    with (
        Worker() as worker,
        open_writer(case.root, case.id, machine, command="fingerprint") as writer,
    ):
        find = Find(
            name=f"{original.id}-fingerprint.json",
            content=HeldBytes(encode(said)),
            origin="fingerprint",
            acquired_at=setting.clock(),
            media_type="application/json",
            role=ROLE,
            access=Access.RESTRICTED,
            derived_from=original.id,
            derivation={"method": "fingerprint"},
        )
        with find.content.open() as content:
            spooled = writer.spool.put(content)
        draft = draft_of(find, spooled, writer, worker, sensitivity=original.sensitivity)
        committed = writer.commit(
            "fingerprint",
            actor=actor or case.first_actor(),
            detail={"of": original.id},
            drafts=[draft],
        )
    return committed.artifacts[0], said


def fingerprints_of(case: Case) -> list[tuple[Artifact, JsonObject]]:
    """Return all fingerprints of a case with the artifact that each is of."""
    found = []
    for row in case.rows():
        if row.origin == "fingerprint" and row.derived_from is not None:
            with case.open_object(row.sha256) as stream:
                said = decode_object(stream.read(_MAX_DOCUMENT), what=ROLE, form=FORMAT)
            found.append((case.artifact(row.derived_from), said))
    return found


def forms_in(said: JsonObject) -> list[tuple[tuple[str, ...], int | None]]:
    """Return what a document holds of a picture, or of each key frame of a film, and where it is.

    The first form is what was seen, the others what it would be turned and mirrored; documents of
    films once held only the first.
    """
    hashes, frames = said.get("hashes"), said.get("frames")
    if isinstance(hashes, list) and hashes:
        return [(tuple(map(str, hashes)), None)]
    found: list[tuple[tuple[str, ...], int | None]] = []
    for one in frames if isinstance(frames, list) else []:
        if isinstance(one, dict):
            more, ms = one.get("hashes"), one["ms"]
            forms = tuple(map(str, more)) if isinstance(more, list) else (str(one["hash"]),)
            found.append((forms, ms if isinstance(ms, int) else None))
    return found


def _made(case: Case, original: Artifact, asked: Asked) -> JsonObject:
    kind = original.media_type.partition("/")[0]
    if kind not in {"image", "video"}:
        raise BadInput(_("{id} is neither a picture nor a film").format(id=original.id))
    if kind == "video" and asked.crop is not None:
        raise BadInput(_("a film has no crop"))
    seen = _seen(case, original, asked, is_film=kind == "video")
    return {
        "format": FORMAT,
        "of": original.id,
        "sha256": original.sha256,
        "crop": list(asked.crop) if asked.crop is not None else None,
        **seen,
        **_digests(case, original, (*asked.digests, *(("md5",) if kind == "video" else ()))),
    }


def _seen(case: Case, original: Artifact, asked: Asked, *, is_film: bool) -> JsonObject:
    wanted: Json = {
        "crop": list(asked.crop) if asked.crop is not None else None,
        "pixels": MAX_LARGE if asked.allows_large else MAX_PIXELS,
    }
    with case.open_object(original.sha256) as stream, Worker(_LIMITS) as worker:
        parser = "fingerprint.film" if is_film else "fingerprint.picture"
        answer = worker.call(parser, stream, wanted)
    if answer is None:
        raise BadInput(
            _("films are not decoded here"), hint=_("install the extra: evidencekit[video]")
        )
    if isinstance(answer, ParserFailed) or not isinstance(answer, dict):
        why = answer.detail or answer.why if isinstance(answer, ParserFailed) else "?"
        raise BadInput(
            _("{id} could not be decoded ({why})").format(id=original.id, why=clean(why, limit=200))
        )
    return answer


def _digests(case: Case, original: Artifact, names: Sequence[str]) -> JsonObject:
    engines = {name: hashlib.new(name, usedforsecurity=False) for name in dict.fromkeys(names)}
    if not engines:
        return {}
    with case.open_object(original.sha256) as stream:
        while piece := stream.read(_PIECE):
            for engine in engines.values():
                engine.update(piece)
    return {name: engine.hexdigest() for name, engine in engines.items()}
