"""The operator's commands."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer

from app.models.database import connect, disconnect
from app.models.migrating import migrate as apply_migrations
from app.models.migrating import pending
from app.settings import Settings, settings

T = TypeVar("T")
cli = typer.Typer(
    help="Guichet: a GraphQL API that gives service requests to the right people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """The entry point of the `guichet` command."""
    cli()


def _with_database(work: Callable[[], Awaitable[T]], url: str | None = None) -> T:
    async def body() -> T:
        await connect(url)
        try:
            if await pending(url or settings().database_url):
                typer.echo("The database is not up to date: run `guichet migrate` first.", err=True)
                raise typer.Exit(1)
            return await work()
        finally:
            await disconnect()

    return asyncio.run(body())


def _migrate(configured: Settings) -> None:
    applied = asyncio.run(apply_migrations(configured.database_url, configured.var / "backups"))
    for name in applied:
        typer.echo(f"Applied {name}.")


@cli.command()
def migrate() -> None:
    """Bring the database to the present schema; safe to run twice, or by two processes at once."""
    _migrate(settings())
    typer.echo("The database is up to date.")


@cli.command()
def serve() -> None:
    """Serve the API. Run `guichet migrate` first."""
    from app.main import create_app
    from app.models.person import Person
    from app.transport.server import serve as run

    if not _with_database(Person.exists):
        typer.echo("There are no accounts yet: make the first administrator with `guichet create-admin`.", err=True)
    run(create_app(settings()), settings())


@cli.command()
def demo(serve: Annotated[bool, typer.Option(help="Serve it afterwards.")] = False) -> None:
    """Fill an empty database with the demo workspaces."""
    from app.demo.accounts import ACCOUNTS
    from app.demo.load import load_if_empty
    from app.main import create_app
    from app.transport.server import serve as run

    configured = settings().model_copy(update={"demo": True})
    _migrate(configured)
    loaded = _with_database(load_if_empty, configured.database_url)
    typer.echo("Loaded the demo workspaces." if loaded else "The database holds data already; nothing was loaded.")
    _announce(configured, ACCOUNTS)
    if serve:
        run(create_app(configured, ACCOUNTS), configured)


def _announce(configured: Settings, accounts: Any) -> None:
    typer.echo(f"\nPlayground: {configured.public_url}/playground\n")
    for account in accounts:
        typer.echo(f"  {account.workspace:<28} {account.role:<22} {account.login:<40} {account.password}")
    typer.echo("")


@cli.command("create-admin")
def create_admin(
    workspace: Annotated[str, typer.Option(prompt=True, help="The firm's name; made if it is new.")],
    email: Annotated[str, typer.Option(prompt=True, help="The administrator's e-mail address, to sign in with.")],
    name: Annotated[str, typer.Option(prompt=True, help="First and last name.")],
) -> None:
    """Make an administrator. The password is asked for, or read from standard input."""
    from app.resolvers.workspace import create_admin as create

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        person = _with_database(lambda: create(workspace, email, name, password))
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{person.name} can sign in with {person.email}.")


@cli.command("export-schema")
def export_schema() -> None:
    """Print the schema as committed in schema.graphql."""
    from app.schema import build_schema

    typer.echo(build_schema(settings()).as_str())


@cli.command("export-permissions")
def export_permissions() -> None:
    """Print the tables of permissions as committed in docs/permissions.md."""
    from app.schema import build_schema
    from app.schema.permissions import permissions_page

    typer.echo(permissions_page(build_schema(settings())))


@cli.command("check-mail")
def check_mail(to: Annotated[str, typer.Argument(help="The address to write to.")]) -> None:
    """Send one e-mail with the present settings and tell how it went."""
    from app.notify.mail import Mail, Mailer
    from app.notify.outcome import Sent

    message_id = f"<{uuid4()}@guichet>"
    mail = Mail(to, "Guichet", "This is a test of the mail settings.", "", message_id, "en")
    outcome = asyncio.run(Mailer(settings()).send(mail))
    typer.echo(f"{type(outcome).__name__}: {outcome.code} {outcome.reason}".strip())
    if not isinstance(outcome, Sent):
        raise typer.Exit(1)


@cli.command("mail-preview")
def mail_preview() -> None:
    """Write every mail and SMS, in both languages and with made-up people, as files to look at."""
    from app.notify.words.preview import write_previews

    typer.echo(f"Open {write_previews(settings().var / 'preview')} in a browser.")


@cli.command()
def worker() -> None:
    """Send what has to leave and make the exports, without serving the API."""
    from app.main import work_apart

    _with_database(lambda: work_apart(settings()))
