"""The ``README`` beside an encrypted bundle: how to open it, and nothing about what is in it.

It is the same for every case, so that finding it tells nobody anything.
"""

from evidencekit.export.typeset import typeset


def readme_encrypted() -> str:
    """Return the text, Korean and then English; ``FILE`` stands for the file beside it."""
    return "".join(typeset("README.txt.j2"))
