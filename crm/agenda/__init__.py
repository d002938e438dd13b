"""The calendar (日历): what has a day, asked of every room; and its address for a phone."""
