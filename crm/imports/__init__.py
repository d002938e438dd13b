"""Imports: batches, rows and their fates; the engine that every room's import runs on."""
