"""Commands: ``flask --app wsgi <command>``. Rooms bring their own; here they are joined."""

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext


class Tables(AppGroup):
    """Commands that want the tables of the platform: a base without them is told in one sentence."""

    def command(self, *args: Any, **settings: Any) -> Any:
        """Guard each command of the group."""
        add = super().command(*args, **settings)

        def guarded(function: Callable[..., Any]) -> Any:
            @wraps(function)
            def run(*given: Any, **named: Any) -> Any:
                from sqlalchemy import inspect

                from crm.kit import db

                if not inspect(db.engine()).has_table("job_runs"):
                    raise click.ClickException("This base is empty; fill it first: flask --app wsgi migrate")
                return function(*given, **named)

            return add(run)

        return guarded


def init(app: Flask) -> None:
    """Add the commands to the app."""
    for command in (migrate, revision, seed, start_real, backup, restore, jobs_group, tasks_group, check_group):
        app.cli.add_command(command)


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to the newest shape."""
    from crm.kit.migrate import upgrade

    upgrade()
    click.echo("database is up to date")


@click.command()
@click.argument("message")
@with_appcontext
def revision(message: str) -> None:
    """Write a new migration, "<room> <change>", from the difference between the models and the database in use."""
    from alembic import command

    from crm.kit.migrate import alembic_config, upgrade

    upgrade()
    command.revision(alembic_config(), message=message, autogenerate=True)


@click.command()
@click.option("--samples/--no-samples", default=True, help="Fill a base in which nobody works with samples.")
@click.option("--registry", is_flag=True, help="Load the whole labelled registry of companies too.")
@click.option("--again", is_flag=True, help="Load the reference data even where seeds/ has not changed.")
@with_appcontext
def seed(samples: bool, registry: bool, again: bool) -> None:
    """Bring the reference data to the state of seeds/; fill an empty base with samples."""
    from crm import seeding
    from crm.kit.migrate import upgrade

    if again:
        upgrade()
        seeding.forget_marks()
    seeding.bring_up(click.echo, samples=samples)
    if registry:
        seeding.fill_registry(click.echo)


@click.command("init")
@with_appcontext
def start_real() -> None:
    """Make a real installation: reference data, no samples, and one-time passwords for the three officers (三员)."""
    from crm import seeding
    from crm.accounts import service
    from crm.kit.migrate import upgrade

    upgrade()
    if seeding.people_count():
        raise click.ClickException("People already work in this base; a real installation begins in an empty one.")
    seeding.fill_reference(click.echo)
    click.echo("\nOne-time passwords, shown only now; each must be changed at the first sign-in:")
    for login, password in service.bootstrap():
        click.echo(f"  {login:<12} {password}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@with_appcontext
def backup(folder: Path) -> None:
    """Write a backup of database and files into FOLDER (new or empty), while the server runs."""
    from crm.kit.backup import BackupError, make_backup

    try:
        manifest = make_backup(folder, current_app.config["FILES_DIR"], current_app.config["DATA_DIR"])
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    rows, parts = sum(manifest["tables"].values()), len(manifest["parts"])
    click.echo(
        f"{folder}: {rows} rows in {len(manifest['tables'])} tables, {parts} parts, migration {manifest['migration']}"
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--force", is_flag=True, help="Replace everything in a base that is not empty.")
@with_appcontext
def restore(folder: Path, force: bool) -> None:
    """Put the backup in FOLDER in the place of the present base."""
    from crm.kit.backup import BackupError, restore_backup

    try:
        manifest = restore_backup(folder, current_app.config["FILES_DIR"], current_app.config["DATA_DIR"], force=force)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Start the servers again if any run: they still hold the key and the settings of before.")
    click.echo(f"restored {sum(manifest['tables'].values())} rows as of {manifest['made_at']}")


jobs_group = Tables("jobs", help="Later work: what is declared, and running it by hand.")


@jobs_group.command("list")
def list_jobs() -> None:
    """Show each job, its rhythm and when it last ran."""
    from crm.kit import clock, jobs

    last = jobs.last_runs()
    for job in sorted(jobs.declared.values(), key=lambda job: job.name):
        at = f"{clock.local(last[job.name]):%Y-%m-%d %H:%M}" if job.name in last else "never"
        click.echo(f"{job.name:<24} {job.rhythm:<16} last {at}")


@jobs_group.command("run")
@click.argument("name")
def run_job(name: str) -> None:
    """Run the job NAME now, in this process."""
    from crm.kit import jobs

    if name not in jobs.declared:
        raise click.ClickException(f"There is no job {name!r}; see: flask --app wsgi jobs list")
    jobs.run(current_app._get_current_object(), name)  # type: ignore[attr-defined]
    click.echo(f"{name}: done")


tasks_group = Tables(
    "tasks", help="Long work that people asked for: doing it in this process, and seeing how far it is."
)


@tasks_group.command("work")
@click.option("--idle", default=0.0, help="End when nothing was due for so many seconds.")
def work(idle: float) -> None:
    """Do what is due. The server starts this by itself; run it by hand where the jobs are off."""
    from crm.kit import workers

    done = workers.run(current_app._get_current_object(), idle)  # type: ignore[attr-defined]
    click.echo(f"{done} tasks")


@tasks_group.command("list")
@click.option("--last", default=30, help="How many, the newest first.")
def list_tasks(last: int) -> None:
    """Show what waits, what runs and how far it is, and what ended."""
    from crm.kit import clock, tasks

    for task in tasks.newest(last):
        at = f"{clock.local(task.created_at):%m-%d %H:%M}"
        click.echo(f"{task.id:>6} {task.name:<18} {task.subject:<12} {at}  {task.status:<10} {task.done}/{task.total}")


check_group = Tables("check", help="Compare what is stored twice.")


@check_group.command("copies")
@click.option("--repair", is_flag=True, help="Write what should stand there.")
def check_copies(repair: bool) -> None:
    """Recompute the facts that a left room holds for a right one, and compare."""
    from crm.kit import registries

    wrong = 0
    for name, recompute in sorted(registries.copies.items()):
        differences = recompute(repair)
        wrong += len(differences)
        click.echo(f"{name}: {len(differences)} differ")
        for table, row, stored, due in differences[:20]:
            click.echo(f"  {table} {row}: {stored!r}, should be {due!r}")
    if wrong and not repair:
        sys.exit(1)


@check_group.command("claims")
@click.option("--repair", is_flag=True, help="Write the state that the ledger adds up to.")
def check_claims(repair: bool) -> None:
    """Rebuild the present state of every first report from its ledger, and compare."""
    from crm.claims import ledger

    wrong = ledger.check(repair)
    click.echo(f"claims: {len(wrong)} differ from their ledger")
    for claim, columns in wrong[:20]:
        for name, (stored, due) in columns.items():
            click.echo(f"  {claim.number} {name}: {stored!r}, the ledger says {due!r}")
    if wrong and not repair:
        sys.exit(1)


def welcome(app: Flask) -> Iterator[str]:
    """Yield the lines that a starting server prints: the sample people while the data are samples."""
    from crm.accounts.queries import sample_people
    from crm.seeding import sample_password

    with app.app_context():
        people = sample_people()
        if not people:
            return
        yield f"Sample people (password {sample_password()}):"
        shown: set[object] = set()
        for person in people:
            what = (person.kind, tuple(role.role for role in person.roles))
            if what not in shown:
                shown.add(what)
                yield f"  {person.login:<14} {person.name}  {person.org.name}"
