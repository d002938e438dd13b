"""Dated numbers with their document, and the working-day calendar."""
