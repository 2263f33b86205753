"""Mark a text for translation where it stands, to be translated where it is shown."""


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Return ``message`` itself; ``script/messages`` finds the call."""
    return message
