"""Commands of the room: scan the base for duplicates."""

import sys

import click
from flask.cli import AppGroup

duplicates = AppGroup("duplicates", help="Companies that may be one.")


@duplicates.command()
@click.option("--changed", is_flag=True, help="Look only at what changed since the last finished scan.")
@click.option("--limit", type=click.IntRange(min=1), help="Look at about so many names now; the next call goes on.")
def scan(changed: bool, limit: int | None) -> None:
    """Compare every company with its likes and put what may be one company on the review desk.

    A scan that was broken off, whoever began it, is gone on with. The command works at low priority beside users.
    """
    from crm.duplicates import scans
    from crm.duplicates.models import Scan, ScanKind
    from crm.duplicates.scanning import running
    from crm.kit import db

    with db.transaction():
        begun = scans.unfinished()
        row: Scan = begun or scans.open_scan(ScanKind.CHANGED if changed else ScanKind.FULL)
    if begun is not None:
        click.echo(f"going on with the scan begun {row.started_at:%Y-%m-%d %H:%M} UTC")
    else:
        click.echo("scanning what changed since the last" if row.kind is ScanKind.CHANGED else "scanning all companies")
    number, bar = row.id, Bar()
    try:
        done = scans.quietly(lambda: running.run(number, bar.show, limit))
    except running.Elsewhere as error:
        raise click.ClickException("Another process goes on with this scan, or somebody ended it.") from error
    finally:
        bar.close()
    with db.transaction():
        row = db.session.get_one(Scan, number, populate_existing=True)
    if not done:
        click.echo("not finished; call again to go on")
        return
    for name in ("companies", "names", "compared", "same", "likely", "related", "clusters", "new", "gone", "seconds"):
        click.echo(f"{name:<10} {row.counts.get(name, 0)}")


class Bar:
    """How far it is, on a terminal; nothing where nobody looks."""

    def __init__(self) -> None:
        self.shown = ""
        self.terminal = sys.stdout.isatty()

    def show(self, done: int, total: int) -> None:
        """Draw the bar anew."""
        if not self.terminal:
            return
        text = f"{done * 100 // max(1, total):>3} %  {done} of {total} names" + ("  joining" if done >= total else "")
        click.echo("\r" + text.ljust(len(self.shown)), nl=False)
        self.shown = text

    def close(self) -> None:
        """End the line."""
        if self.shown:
            click.echo()
