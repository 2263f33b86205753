"""AVI: heads of streams, and their chunks one after the other in a RIFF file."""
