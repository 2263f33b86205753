"""PDF (ISO 32000-2), by qpdf in pikepdf; imported in worker processes only."""
