"""Texts of a word processor (ECMA-376-1 §17)."""
