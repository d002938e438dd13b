"""Duplicates: scans, the review desk, merging and its undoing."""
