"""Persons at companies: secret to the unit that met them, masked by default."""
