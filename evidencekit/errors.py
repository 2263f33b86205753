"""Every error this library raises on purpose, in three families.

::

    EvidencekitError
    ├── ActionNeeded        the caller must act          exit 10-19
    ├── EvidenceDoubted     the evidence must be doubted exit 20-29
    └── WorldUnavailable    the world did not answer     exit 30-39

``code`` is what scripts match and never changes; ``message`` is for people, in their language, and
may. Nothing here may carry victim content, keys or passphrases: errors end up in logs.
"""


class EvidencekitError(Exception):
    """Base of all; catch this at an edge. Raise one of the leaves below."""

    code = "error"
    exit_code = 70

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """The next step for the caller, one sentence, or None where there is no good one."""


class ActionNeeded(EvidencekitError):
    """The caller must do something different; nothing is wrong with the evidence."""

    code = "action-needed"
    exit_code = 10


class BadInput(ActionNeeded):
    """What was given cannot be used: a path, a URL, an option, an empty or unchanged case."""

    code = "bad-input"


class CaseLocked(ActionNeeded):
    """Another process is writing to the case; the message says which, where that is known."""

    code = "case-locked"
    exit_code = 11


class KeyUnusable(ActionNeeded):
    """A key or passphrase is missing, wrong, or of a kind that we do not sign with."""

    code = "key-unusable"
    exit_code = 12


class KeyUnsupported(KeyUnusable):
    """A key file is sound as far as it can be told, and of a form that this release cannot open."""

    code = "key-unsupported"


class CertificateUnsuitable(KeyUnusable):
    """A certificate must not sign now: not valid, revoked, too weak, or made for something else."""

    code = "certificate-unsuitable"


class PolicyForbids(ActionNeeded):
    """Consent, sensitivity or a safe default forbids it; the message names the rule."""

    code = "policy-forbids"
    exit_code = 13


class EvidenceDoubted(EvidencekitError):
    """Bytes are not what the record says they are."""

    code = "evidence-doubted"
    exit_code = 20


class SourceChanged(EvidenceDoubted):
    """A file changed while it was being read, so no digest of it means anything."""

    code = "source-changed"


class SourceUnreadable(EvidenceDoubted):
    """A source could not be read to its end; nothing is wrong with our own disk."""

    code = "source-unreadable"


class SourceRefused(SourceUnreadable):
    """Part of a source is not taken in, for a reason that has a name of its own."""

    code = "source-refused"

    def __init__(self, why: str) -> None:
        """Take the stable word of the reason (docs/format/ledger.md §4)."""
        super().__init__(why)
        self.why = why


class FormatUnreadable(EvidenceDoubted):
    """A document of ours is malformed, or of a version that this release does not read."""

    code = "format-unreadable"
    exit_code = 21


class WorldUnavailable(EvidencekitError):
    """Something outside this process did not answer; trying again may help."""

    code = "world-unavailable"
    exit_code = 30


class NetworkUnavailable(WorldUnavailable):
    """No usable answer from a host."""

    code = "network-unavailable"


class TsaUnavailable(WorldUnavailable):
    """A timestamping authority did not answer, refused, or gave a token that does not check."""

    code = "tsa-unavailable"
    exit_code = 31


class DiskUnavailable(WorldUnavailable):
    """The disk is full, read-only or failing; what was acknowledged before is safe."""

    code = "disk-unavailable"
    exit_code = 32


class BrowserUnavailable(WorldUnavailable):
    """No usable browser, or it died before it could say anything about the page."""

    code = "browser-unavailable"
    exit_code = 33


class VisitLost(BrowserUnavailable):
    """Browser or record was lost when the visit had begun: the site may have seen it.

    ``reason`` says so in a word, for the verdict.
    """

    def __init__(self, message: str, *, reason: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class Interrupted(KeyboardInterrupt):
    """We were asked to end, by the signal with this number. In no family: nothing went wrong."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
