"""The one way in which our container walkers say no."""


class MalformedError(Exception):
    """Bytes that are not of the format they claim; says what is wrong, never what they hold."""
