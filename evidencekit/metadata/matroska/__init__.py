"""Matroska and WebM (RFC 9559), which are EBML (RFC 8794)."""
