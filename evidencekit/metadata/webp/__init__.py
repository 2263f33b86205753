"""WebP: its chunks and the facts in them."""
