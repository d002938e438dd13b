"""Commands of the room: measure find_similar, build its index again."""

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

matching = AppGroup("matching", help="Finding companies by name.")
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@matching.command()
@click.option("--registry", required=True, type=_FILE, help="CSV of the companies in the base.")
@click.option("--queries", required=True, type=_FILE, help="CSV of the names asked for.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="CSV to write.")
@click.option("--database", help="An empty database to use; a temporary SQLite file by default.")
@click.option("--crowd", type=_FILE, help="Gzipped CSV of names that fill the base up.")
@click.option("--limit", default=1_000_000, show_default=True, help="Companies in the base with --crowd.")
@click.option("--split", type=_FILE, help="CSV of query_id and part: ask only the queries of --part.")
@click.option("--part", default="held", show_default=True, help="The part of --split to ask.")
def evaluate(**options: Any) -> None:
    """Load REGISTRY into a fresh database, ask find_similar for each of QUERIES, write candidates and print times."""
    from crm.companies.evaluate import Task
    from crm.companies.evaluate import evaluate as measure
    from crm.core.errors import Invalid

    try:
        measured = measure(Task(**options))
    except Invalid as error:
        raise click.ClickException(str(error)) from error
    for line in measured.lines():
        click.echo(line)


@matching.command()
def reindex() -> None:
    """Compute parts and grams of all names again: after a change of the rules or tables that make them.

    Broken off, it goes on where it stood when called again.
    """
    from crm.companies.index import rebuild

    done = 0
    for done in rebuild():
        click.echo(f"{done} names", err=True)
    click.echo(f"{done} names indexed")
