"""JPEG: its segments, the facts in them, and a copy of the picture alone."""
