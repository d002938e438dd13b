"""The pipeline: every project from first talk to full production."""
