"""Who did what: an append-only, hash-chained trail, readable values beside it."""
