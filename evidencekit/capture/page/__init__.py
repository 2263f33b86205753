"""One page: shown, scrolled, clicked with care, watched, and looked at."""
