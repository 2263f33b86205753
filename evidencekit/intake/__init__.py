"""Sources of files that somebody brings."""
