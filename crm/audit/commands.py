"""``flask --app wsgi audit verify``: does the chain still hold?"""

import sys

import click
from flask.cli import AppGroup

from crm.audit import chain, labels

group = AppGroup("audit", help="The trail of who did what.")


@group.command()
def verify() -> None:
    """Read the whole chain; name the first entry that does not hold and leave with 1."""
    verdict = chain.verify()
    if verdict.sound:
        click.echo(f"chain holds: {verdict.entries} entries, {verdict.erased} with erased values, head {verdict.head}")
        return
    click.echo(f"BROKEN at seq {verdict.broken_seq}: {verdict.why} ({labels.BREAKS[verdict.why]})", err=True)
    sys.exit(1)
