"""What the database knows of its own data: without figures it takes the wrong index, and lists of 100,000 rows crawl."""

from sqlalchemy import text

from crm.kit import db

# Rows read of each index; enough for the figures to be right to a factor of two.
SAMPLE = 1_000


def refresh() -> None:
    """Count anew how the rows spread over the indexes; some milliseconds on SQLite, however large the base."""
    db.session.remove()
    with db.engine().execution_options(crm_write=True).connect() as connection:
        if db.is_sqlite():
            connection.execute(text(f"PRAGMA analysis_limit={SAMPLE}"))
        connection.execute(text("ANALYZE"))
        connection.commit()
