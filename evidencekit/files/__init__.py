"""Disk work that must be right: opening without surprises, hashing while copying, durability."""
