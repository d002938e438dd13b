"""Dated contacts with a company and what follows."""
