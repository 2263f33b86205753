"""TIFF: pages of pictures, each a directory of numbers and where its coded data lie."""
