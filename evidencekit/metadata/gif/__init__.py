"""GIF (CompuServe, GIF89a specification)."""
