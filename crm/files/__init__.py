"""Stored files: random names, content checked, served by the rights of what they hang on."""
