"""Charts in any document (ECMA-376-1 §21.2)."""
