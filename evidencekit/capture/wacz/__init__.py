"""WACZ 1.1.1: one file that holds the record, its index and its digests."""
