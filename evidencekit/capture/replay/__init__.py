"""The record shown again without a network, and compared."""
