"""Verification: streams and trust anchors in, a report out. No network, nothing written.

Imports nothing of store, seal, export or plugins: the recipient runs this and nothing else.
"""
