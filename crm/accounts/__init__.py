"""Organisations, people, roles and sign-ins."""
