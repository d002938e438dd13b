"""The plan's table of targets beside what was entered and what this base can count itself."""
