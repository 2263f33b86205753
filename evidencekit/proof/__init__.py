"""The rules of evidence: bytes, roots and a time in, facts or doubts out. No I/O, no clock."""
