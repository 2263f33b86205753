"""Workbooks (ECMA-376-1 §18)."""
