"""Scalable Vector Graphics (SVG)."""
