"""The operator's commands."""

import asyncio
import contextlib
import getpass
import secrets
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer

from app.models.database import connect, disconnect, require_answer
from app.models.migrating import migrate as apply_migrations
from app.models.migrating import pending
from app.models.workspace import Feature
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
            await require_answer()
            if await pending(url or settings().database_url):
                typer.echo("The database is not up to date: run `guichet migrate` first.", err=True)
                raise typer.Exit(1)
            return await work()
        finally:
            await disconnect()

    return _run(body())


def _run(work: Coroutine[Any, Any, T]) -> T:
    """What the work gives; a database that does not answer is told in words."""
    with _told(ConnectionError):
        return asyncio.run(work)


@contextlib.contextmanager
def _told(*reasons: type[Exception]) -> Iterator[None]:
    """Tells these errors in words, and ends."""
    try:
        yield
    except reasons as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _migrate(configured: Settings) -> None:
    applied = _run(apply_migrations(configured.database_url, configured.var / "backups"))
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
    from app.transport.server import listen
    from app.transport.server import serve as run

    if not _with_database(Person.exists):
        typer.echo("There are no accounts yet: make the first administrator with `guichet create-admin`.", err=True)
    if settings().is_reached_elsewhere:
        typer.echo(
            f"Links lead to {settings().public_url}: say where others reach it (GUICHET_PUBLIC_URL).", err=True
        )
    sockets = listen(settings())
    with _told(ValueError):
        app = create_app(settings())
    run(app, settings(), sockets)


@cli.command()
def demo(serve: Annotated[bool, typer.Option(help="Serve it afterwards.")] = False) -> None:
    """Fill an empty database with the demo workspaces."""
    from app.demo.accounts import ACCOUNTS
    from app.demo.load import Occupied, load_if_empty
    from app.main import create_app
    from app.transport.server import listen
    from app.transport.server import serve as run

    configured = settings().model_copy(update={"demo": True})
    sockets = listen(configured) if serve else []
    _migrate(configured)
    with _told(Occupied):
        loaded = _with_database(load_if_empty, configured.database_url)
    typer.echo("Loaded the demo workspaces." if loaded else "The demo is there already; nothing was loaded.")
    _announce(configured, ACCOUNTS)
    if serve:
        run(create_app(configured, ACCOUNTS), configured, sockets)


def _announce(configured: Settings, accounts: Any) -> None:
    typer.echo(f"\nPlayground: {configured.public_url}/playground\n")
    for account in accounts:
        typer.echo(f"  {account.workspace:<28} {account.role:<22} {account.login:<40} {account.password}")
    typer.echo("")


@cli.command("create-admin")
def create_admin(
    workspace: Annotated[str, typer.Option(prompt=True, help="The firm's name or slug; founded if there is none.")],
    email: Annotated[str, typer.Option(prompt=True, help="The administrator's e-mail address, to sign in with.")],
    name: Annotated[str, typer.Option(prompt=True, help="First and last name.")],
) -> None:
    """Make an administrator. The password is asked for, or read from standard input."""
    from app.resolvers.operator import create_admin as create

    password = _asked_password()
    person, founded = _done(lambda: create(workspace, email, name, password))
    if founded:
        typer.echo(f"There was no workspace of that name: {founded.name} is there now as {founded.slug}.")
    typer.echo(f"{person.name} can sign in with {person.email}.")


def _asked_password() -> str:
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _done(work: Callable[[], Awaitable[T]]) -> T:
    """What an operator asked for; a ValueError says why not."""
    try:
        return _with_database(work)
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


workspaces = typer.Typer(help="Found workspaces, and switch their features.", no_args_is_help=True)
cli.add_typer(workspaces, name="workspace")


@workspaces.command("create")
def create_workspace(
    name: Annotated[str, typer.Argument(help="The firm's name.")],
    language: Annotated[str, typer.Option(help="The language of people who chose none: en or fr.")] = "en",
    time_zone: Annotated[str, typer.Option(help="The IANA name of its time zone.")] = "UTC",
) -> None:
    """Found a workspace without people; `guichet create-admin` makes the first one."""
    from app.resolvers.operator import create_workspace as create

    workspace = _done(lambda: create(name, language, time_zone))
    typer.echo(f"{workspace.name} is there as {workspace.slug}.")


@workspaces.command("features")
def features(
    workspace: Annotated[str, typer.Argument(help="The workspace's name or slug.")],
    on: Annotated[list[Feature] | None, typer.Option(help="Switch it on.")] = None,
    off: Annotated[list[Feature] | None, typer.Option(help="Switch it off.")] = None,
) -> None:
    """List the features of a workspace, and switch them on or off."""
    from app.resolvers.operator import set_features

    found = _done(lambda: set_features(workspace, on or (), off or ()))
    for feature in Feature:
        typer.echo(f"{feature.value:<16} {'on' if found.has(feature) else 'off'}")


@cli.command("unlock")
def unlock(login: Annotated[str, typer.Argument(help="The e-mail address or username.")]) -> None:
    """Forgive an account its failed tries to sign in."""
    from app.resolvers.operator import unlock as forgive

    typer.echo(f"{_done(lambda: forgive(login)).name} can try again.")


@cli.command("reset-password")
def reset_password(
    login: Annotated[str, typer.Argument(help="The e-mail address or username.")],
    generate: Annotated[bool, typer.Option("--generate", help="Make one up and print it.")] = False,
) -> None:
    """Set a password that has to be changed at once, and end the sessions. It is asked for, or read from stdin."""
    from app.resolvers.operator import reset_password as reset

    password = secrets.token_urlsafe(12) if generate else _asked_password()
    person = _done(lambda: reset(login, password))
    typer.echo(f"{person.name} signs in with it and chooses another one.")
    if generate:
        typer.echo(password)


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


@cli.command("export-settings")
def export_settings() -> None:
    """Print the list of settings as committed in docs/settings.md."""
    from app.reference import settings_page

    typer.echo(settings_page())


@cli.command("export-errors")
def export_errors() -> None:
    """Print the list of error codes as committed in docs/errors.md."""
    from app.reference import errors_page

    typer.echo(errors_page())


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


@cli.command()
def bounce() -> None:
    """Read from standard input a mail that came back, and note on its delivery that it did not arrive."""
    from app.notify.reports import mail_reported

    raw = sys.stdin.buffer.read()
    found = _with_database(lambda: mail_reported(raw))
    typer.echo(f"{found.state}: {found.delivery_id}" if found else "This is no report about a message of Guichet.")


@cli.command("mail-preview")
def mail_preview() -> None:
    """Write every mail and SMS, in both languages and with made-up people, as files to look at."""
    from app.notify.words.preview import write_previews

    typer.echo(f"Open {write_previews(settings().var / 'preview')} in a browser.")


@cli.command()
def worker() -> None:
    """Send what has to leave and make the exports, without serving the API."""
    from app.main import require_means, work_apart

    with _told(ValueError):
        require_means(settings())
    _with_database(lambda: work_apart(settings()))
