"""Commands: ``flask --app wsgi <command>``. Rooms bring their own; here they are joined."""

import click
from flask import Flask
from flask.cli import with_appcontext


def init(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(migrate)


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to the newest shape."""
    from crm.kit.migrate import upgrade

    upgrade()
    click.echo("database is up to date")
