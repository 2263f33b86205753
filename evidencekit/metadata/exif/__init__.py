"""Exif and TIFF: the facts, the position, which side is up."""
