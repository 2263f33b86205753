"""What HTML and CSS name; hostile, and never run."""
