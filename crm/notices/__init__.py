"""The bell: events for people."""
