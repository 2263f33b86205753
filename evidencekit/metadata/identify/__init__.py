"""Of which type a file is, by what it holds; and what others think of it."""
