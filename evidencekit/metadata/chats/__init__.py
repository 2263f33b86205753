"""Exports of messengers, mail and short messages, each message with the place where it stands."""
