"""Parks and zones, and which organisation recruits for which."""
