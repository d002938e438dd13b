"""Alembic's folder: env.py, the triggers that autogenerate cannot see, and versions/."""
