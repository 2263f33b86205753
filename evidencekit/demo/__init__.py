"""A harmless sample site, a demonstration timestamp authority, and a guided walk through both."""
