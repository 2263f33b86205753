"""Fingerprints of pictures and films: known ones are found again without being kept."""
