"""The installed browser: where it is, its process, its profile, its protocol."""
