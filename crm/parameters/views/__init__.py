"""Pages of the numbers, and of the calendar."""
