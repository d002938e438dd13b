"""A claim to its end: its clock, extensions, pauses, recall, expiry, the pool, and who stands in for a verifier."""
