"""Presentations (ECMA-376-1 §19)."""
