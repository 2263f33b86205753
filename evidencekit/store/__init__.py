"""The case on disk: the only place that appends to a ledger (docs/format/case.md)."""
