"""Signed and not started (签约未开工清单): since when, and why. Source: domain.md §6 item 6."""
