"""Credentials in recorded traffic: what is one, where it stands, and a copy without it."""
