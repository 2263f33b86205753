"""Windows bitmaps (BMP), as they lie in documents of Hangul."""
