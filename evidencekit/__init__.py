"""Preserve, seal, export and verify digital evidence.

The library entry point is :mod:`evidencekit.workflow`; the command line is a thin skin over it.
"""

__version__ = "0.1.0"
