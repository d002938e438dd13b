"""The plan as data, in editions."""
