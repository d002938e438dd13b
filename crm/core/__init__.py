"""Rules: no Flask, no database, no clock; what is today is an argument."""
