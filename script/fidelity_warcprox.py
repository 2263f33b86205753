"""A plug-in for warcprox: lets it record from this machine, which it refuses and has no option for.

Runs inside warcprox (``--plugin``), in its Python.
"""

from typing import Any

from warcprox.warcproxy import WarcProxyHandler  # type: ignore[import-not-found]  # theirs


class AllowLoopback:
    """Changes one setting when it is loaded, and does nothing afterwards."""

    def __init__(self, options: Any = None) -> None:
        del options
        WarcProxyHandler.allow_localhost = True

    def notify(self, recorded_url: Any, records: Any) -> None:
        """Be a plug-in."""
