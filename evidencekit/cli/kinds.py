"""Short names for the columns of listings; records and scripts keep the code words."""

from evidencekit.cli.marks import N_
from evidencekit.model.artifact import Artifact
from evidencekit.text.catalog import _

_ACTS = {
    "init.investigation": N_("case opened"),
    "init.support": N_("case opened"),
    "add": N_("files added"),
    "capture": N_("page captured"),
    "route": N_("host looked up"),
    "strip": N_("stripped copy"),
    "fingerprint": N_("fingerprint"),
    "access": N_("previews looked at"),
    "seal": N_("sealed"),
    "countersign": N_("countersigned"),
    "key.rotate": N_("key changed"),
    "key.revoke": N_("key revoked"),
    "export.begin": N_("export begun"),
    "export.done": N_("export done"),
    "receive": N_("received"),
    "transfer": N_("handed over"),
    "purge": N_("destroyed"),
}
_ROLES = {
    "wacz": N_("exchange"),
    "warc": N_("exchange"),
    "warc-partial": N_("exchange (cut)"),
    "screenshot": N_("whole page"),
    "screenshot-viewport": N_("first view"),
    "screenshot-stamped": N_("stamped picture"),
    "dom": N_("page as HTML"),
    "mhtml": N_("page as MHTML"),
    "pdf": N_("page as PDF"),
    "fingerprint": N_("fingerprint"),
    "rdap-domain": N_("domain record"),
    "rdap-ip": N_("network record"),
    "redactions": N_("what is covered"),
    "wacz-redacted": N_("covered copy"),
    "warc-look-up": N_("look-ups"),
    "warc-partial-redacted": N_("covered copy"),
    "warc-redacted": N_("covered copy"),
}
_TYPES = {
    "application/pdf": "PDF",
    "application/zip": N_("archive"),
    "image": N_("picture"),
    "video": N_("video"),
    "audio": N_("sound"),
    "text": N_("text"),
    "message": N_("mail"),
}


def act_name(action: str) -> str:
    """Return an act in a few words; one of a later release stays as it is."""
    return _(_ACTS[action]) if action in _ACTS else action


def kind_name(artifact: Artifact) -> str:
    """Return what an artifact is, in a word or two."""
    if artifact.origin == "strip":
        return act_name("strip")
    if artifact.role in _ROLES:
        return _(_ROLES[artifact.role])
    media_type = artifact.media_type
    known = _TYPES.get(media_type) or _TYPES.get(media_type.partition("/")[0])
    return _(known) if known is not None else _("file")


def place_name(artifact: Artifact) -> str:
    """Return where an artifact came from: its page, its path, else its name; foreign text."""
    for member in ("url", "path"):
        place = artifact.source.get(member)
        if isinstance(place, str):
            return place
    return artifact.name
